"""Survivors: what detectors and tests notice of a small module, and what nobody does."""

import pytest
from click.testing import CliRunner

from bughunt.cli import bughunt
from bughunt.errors import BankError, SelectionError
from bughunt.spec import load_bank
from bughunt.survey import survivors
from bughunt.survey.equivalent_mutants import FILE, declared
from bughunt.survey.mutants import mutants
from bughunt.survey.survivors import Choice, Module, Verdict, survey

STEPS = """\
STEP = int("2")


def twice(x):
    return x * STEP


def wait(ready):
    while not ready:
        ready = True
    return ready


def far(x):
    return x + 5


def best(x):
    return sorted([x, x])[0]


def unused(x):
    return -x
"""
LAW = """\
def observe(seed):
    from abacus.steps import twice, wait

    return {"twice": twice(3), "waited": wait(False)}


def test_twice_three_is_six(observed):
    assert observed == {"twice": 6, "waited": True}
"""
TESTS = """\
import pytest
from abacus.steps import best, far


@pytest.mark.parametrize("x", [1, 2])
def test_far_is_farther_than_two(x):
    assert far(x) > x + 2


def test_the_best_of_equals_is_one_of_them():
    assert best(4) == 4
"""
EQUIVALENTS = """\
- path: abacus/steps.py
  line: return sorted([x, x])[0]
  before: sorted([x, x])[0]
  after: sorted([x, x])[1]
  reason: Both elements are the same.
"""


@pytest.fixture
def steps(bank_folder, monkeypatch):
    """Return the folder of a bank with the module, its detector, its tests, and an equivalent."""
    monkeypatch.setattr(survivors, "_LEAST_SECONDS", 3.0)
    write(bank_folder, "abacus/steps.py", STEPS)
    write(bank_folder, "tests/detectors/test_steps_are_twice.py", LAW)
    write(bank_folder, "tests/abacus/test_steps.py", TESTS)
    write(bank_folder, "tests/equivalent_mutants.yaml", EQUIVALENTS)
    return bank_folder


def write(folder, name, text):
    """Write a file of the bank."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def run(folder, cache=None, **which):
    """Return the verdicts on the module, and the survey."""
    choice = Choice(modules=("abacus/steps.py",), **which)
    result = survey(load_bank(folder / "levels.yaml"), choice, cache=cache)
    return {(it.mutant.line, it.mutant.after): it for it in result.modules[0].verdicts}, result


@pytest.mark.slow
def test_each_mutant_ends_in_the_state_that_one_finds_by_hand(steps):
    """A crash at import, wrong values, a loop without end, an equivalent, and three survivors."""
    verdicts, result = run(steps)

    assert result.left_out == ()
    assert {change: verdict.state for change, verdict in verdicts.items()} == {
        (1, "int('')"): "killed by detectors",
        (5, "x / STEP"): "killed by detectors",
        (5, "return None"): "killed by detectors",
        (9, "ready"): "killed by detectors",
        (10, "False"): "timed out",
        (11, "return None"): "killed by detectors",
        (15, "x - 5"): "killed by tests",
        (15, "x + 6"): "survived",
        (15, "return None"): "killed by tests",
        (19, "sorted([x, x])[1]"): "equivalent",
        (19, "return None"): "killed by tests",
        (23, "x"): "survived",
        (23, "return None"): "survived",
    }


@pytest.mark.slow
def test_second_run_asks_only_what_may_have_changed(steps, tmp_path):
    """Nothing at first; after one more test, the survivor that some test executes."""
    first = run(steps, cache=tmp_path / "cache")[1]
    second = run(steps, cache=tmp_path / "cache")[1]
    write(
        steps,
        "tests/abacus/test_more_steps.py",
        "from abacus.steps import far\n\n\ndef test_far_is_five():\n    assert far(0) == 5\n",
    )
    verdicts, third = run(steps, cache=tmp_path / "cache")

    assert first.modules == second.modules
    assert (second.ran, third.ran) == (0, 1)
    by = "tests/abacus/test_more_steps.py::test_far_is_five"
    assert verdicts[15, "x + 6"].because == by


@pytest.mark.slow
def test_line_and_detectors_only_narrow_the_search(steps):
    """Without the tests, nothing notices what only they execute."""
    verdicts, _ = run(steps, line=15, detectors_only=True)

    assert {verdict.state for verdict in verdicts.values()} == {"survived"}
    assert {line for line, _ in verdicts} == {15}


@pytest.mark.slow
def test_sample_is_the_same_for_the_same_seed(steps, tmp_path):
    """And of the size that was asked for."""
    first, again, other = (
        set(run(steps, tmp_path / "cache", sample=2, seed=seed, detectors_only=True)[0])
        for seed in (1, 1, 2)
    )

    assert first == again != other
    assert len(first) == len(other) == 2


@pytest.mark.slow
def test_what_rejects_the_clean_code_is_left_out_and_named(steps):
    """A test that fails anyway would kill everything."""
    write(
        steps,
        "tests/abacus/test_wrong.py",
        "from abacus.steps import unused\n\n\ndef test_wrong():\n    assert unused(1) == 1\n",
    )
    verdicts, result = run(steps, line=23)

    assert {verdict.state for verdict in verdicts.values()} == {"survived"}
    (text,) = result.left_out
    assert text.startswith("tests/abacus/test_wrong.py::test_wrong: rejects the clean code:")


def test_unknown_module_is_refused(bank):
    """With the name that was meant."""
    with pytest.raises(SelectionError, match=r"'abacus/arithmetics.py'.*abacus/arithmetic.py"):
        survey(bank, Choice(modules=("abacus/arithmetics.py",)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("abacus/steps.py", "abacus/step.py", "there is no file abacus/step.py"),
        ("[0]\n  before", "[2]\n  before", "no mutant on a line.*It may be 'return sorted"),
        ("x])[1]", "x])[7]", r"the nearest is 'sorted\(\[x, x\]\)\[0\] -> sorted"),
        ("  reason: Both elements are the same.\n", "", "the field 'reason' is missing"),
        ("reason:", "column: 3\n  reason:", "no mutant 'sorted"),
    ],
    ids=["file", "line", "change", "reason", "column"],
)
def test_stale_equivalent_is_an_error_with_its_place(steps, old, new, message):
    """An entry that fits nothing would hide that the code has changed."""
    assert old in EQUIVALENTS
    write(steps, "tests/equivalent_mutants.yaml", EQUIVALENTS.replace(old, new))

    with pytest.raises(BankError, match=rf"tests/equivalent_mutants.yaml:\d: .*{message}"):
        run(steps, line=1)


def test_equivalent_that_fits_two_mutants_asks_for_the_column(steps):
    """The same change can be made twice on a line."""
    write(steps, "abacus/steps.py", STEPS + "\n\nPAIR = f(1, 'aaaa') if f(1, 'aaaa') else 0\n")
    entry = (
        "- {path: abacus/steps.py, line: \"PAIR = f(1, 'aaaa') if f(1, 'aaaa') else 0\", "
        "before: \"f(1, 'aaaa')\", after: \"f(2, 'aaaa')\", reason: none}\n"
    )
    write(steps, "tests/equivalent_mutants.yaml", entry)

    with pytest.raises(BankError, match=r"fits 2 mutants, at 26:10, 26:26. Add 'column'"):
        run(steps, line=1)


def test_declared_equivalents_fit_the_clean_code():
    """Who changes such a line looks at its mutants again."""
    bank = load_bank()
    texts = {path: (bank.root / path).read_text() for path in bank.files if path.endswith(".py")}
    entries = (bank.root / FILE).read_text()
    found = {path: mutants(text, path) for path, text in texts.items() if path in entries}

    assert declared(bank.root / FILE, FILE, texts, found)


def test_equivalents_do_not_count_in_the_score():
    """Three of four that could be noticed were."""
    states = ["killed by detectors", "killed by tests", "timed out", "survived", "equivalent"]
    verdicts = tuple(Verdict(None, state) for state in states)

    assert survivors.score([Module("a.py", verdicts)]) == 75
    assert survivors.score([Module("a.py", ())]) is None


@pytest.mark.slow
def test_command_shows_what_survived_and_fails_below_the_wanted_score(steps):
    """The exit code is for a gate, the list for people."""
    words = ["bank", "survivors", "--bank", str(steps), "--module", "abacus/steps.py"]
    options = ["--line", "23", "--no-cache", "--at-least", "1"]
    result = CliRunner().invoke(bughunt, [*words, *options])

    assert result.exit_code == 1
    assert "abacus/steps.py:23:12  unary   -x -> x" in result.output
