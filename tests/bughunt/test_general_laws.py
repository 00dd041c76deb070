"""General laws: what is asked about which code, and what an answer is worth afterwards."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughunt.detector import CaseRun, Crashed, DetectorRun, Failed, Passed, TimedOut
from bughunt.digests import digests_of
from bughunt.general_laws import Code, Question, Trial, cases, code_of, digests_of_tests
from bughunt.manifest import general_file
from bughunt.select import select_level
from bughunt.workspace import materialize

LAWS = ("a", "b", "c")
FILES = ("gpt.py", "optim.py", "engine.py")
TESTS = dict.fromkeys(LAWS, "digest")
WRONG = Failed("1 is not 0")


def code(*values):
    """Return the code in which each file holds its value."""
    texts = {file: str(value) for file, value in zip(FILES, values, strict=True)}
    return Code(texts, {file: f"digest of {it}" for file, it in texts.items()}, "")


def trial(start, now, *, is_eager=False):
    """Return a trial in which nothing is known."""
    nothing = dict.fromkeys(LAWS, ())
    return Trial(start=start, now=now, tests=TESTS, answers=nothing, is_eager=is_eager)


def run(law, outcome, files=FILES):
    """Return the run of a law that asked for these files."""
    return CaseRun((DetectorRun(law, 0, outcome, 0.1),), 0.1, files)


def tried(begun, answer):
    """Run a trial to its end by asking ``answer``; return it and the questions."""
    asked = []
    while begun.questions:
        begun = begun.ask()
        for question, about in begun.asked.items():
            asked.append(question)
            begun = begun.ended(question, answer(question.law, about))
        begun = begun.over()
    return begun, asked


SMALL = st.integers(0, 1)
CODES = st.lists(st.tuples(SMALL, SMALL, SMALL), min_size=2, max_size=6)
USES = st.fixed_dictionaries({law: st.frozensets(st.sampled_from(FILES)) for law in LAWS})
TRUTHS = st.fixed_dictionaries({law: st.frozensets(st.integers(0, 7)) for law in LAWS})


@given(CODES, USES, TRUTHS, st.booleans())
def test_kept_answers_never_tell_otherwise_than_fresh_ones(codes, uses, truths, is_eager):
    """Over any row of saves; laws are any functions of the files that they ask for."""

    def passes(law, about):
        seen = [about.texts[file] if file in uses[law] else "0" for file in FILES]
        return int("".join(seen), 2) not in truths[law]

    def answer(law, about):
        return run(law, Passed() if passes(law, about) else WRONG, tuple(uses[law]))

    start = code(*codes[0])
    state = trial(start, start, is_eager=is_eager)
    for values in codes[1:]:
        now = code(*values)
        state, _ = tried(state.saved(now, TESTS), answer)
        expected = {law for law in LAWS if passes(law, start) and not passes(law, now)}
        assert {law for law, _ in state.broken} == expected
        assert state.is_settled


def test_nothing_is_asked_twice():
    """Neither of code that is as it was, nor of a law that asked for none of the saved files."""
    uses = dict(zip(LAWS, [(file,) for file in FILES], strict=True))
    state, asked = tried(
        trial(code(0, 0, 0), code(1, 0, 0)), lambda it, _: run(it, Passed(), uses[it])
    )
    assert asked == [Question(law, "now") for law in LAWS]
    state, asked = tried(
        state.saved(code(1, 1, 0), TESTS), lambda it, _: run(it, Passed(), uses[it])
    )
    assert asked == [Question("b", "now")]
    assert state.saved(code(1, 0, 0), TESTS).is_settled


def test_an_answer_holds_where_only_functions_differ_that_were_not_entered():
    """Functions and the rest of a file are told apart."""
    one, other = "def f():\n    return 1\n", "def g():\n    return 2\n"
    texts = {"gpt.py": f"{one}\n{other}"}
    start, idle, used = (
        Code(text, digests_of("gpt.py", text["gpt.py"]), "")
        for text in (
            texts,
            {"gpt.py": texts["gpt.py"].replace("return 2", "return 3")},
            {"gpt.py": texts["gpt.py"].replace("return 1", "return 3")},
        )
    )

    def answer(law, _):
        return CaseRun(run(law, WRONG).runs, 0.1, ("gpt.py",), ("gpt.py::f",))

    begun, _ = tried(trial(start, start, is_eager=True), answer)

    assert begun.saved(idle, TESTS).questions == ()
    assert {it.law for it in begun.saved(used, TESTS).questions} == set(LAWS)


def test_of_the_start_only_who_does_not_pass_now_is_asked():
    """Who passes now is not broken, whatever it said before."""
    outcomes = {"b": WRONG}
    _, asked = tried(
        trial(code(0, 0, 0), code(1, 0, 0)), lambda it, _: run(it, outcomes.get(it, Passed()))
    )
    assert asked == [*(Question(law, "now") for law in LAWS), Question("b", "start")]


def test_nothing_is_asked_while_nothing_is_changed():
    """But by who has nothing else to do."""
    same = code(0, 0, 0)
    assert trial(same, same).is_settled
    assert len(trial(same, same, is_eager=True).questions) == 3


def test_a_failure_that_says_nothing_is_a_failure():
    """An assertion without a message, in a law or in what it calls."""
    end, _ = tried(
        trial(code(0, 0, 0), code(1, 0, 0)),
        lambda it, about: run(it, Failed("") if about.texts["gpt.py"] == "1" else Passed()),
    )
    assert list(end.broken) == [(law, "an assertion fails") for law in LAWS]


MACHINE = {
    "killed for its time": (TimedOut(30.0), None),
    "dead": (Crashed("SIGKILL", "the process was ended by SIGKILL."), None),
    "without memory": (Crashed("MemoryError", ""), FILES),
    "of a file in another encoding": (WRONG, ("latin.py",)),
}


@pytest.mark.parametrize(("outcome", "files"), MACHINE.values(), ids=MACHINE)
def test_what_may_be_the_machine_is_true_of_this_code_only(outcome, files):
    """It does not last, and a save of any file has it asked again."""
    begun = trial(code(0, 0, 0), code(1, 0, 0)).ask()
    about = begun.asked[Question("a", "now")]
    about.digests["latin.py"] = "known, and no text"
    end = begun.ended(Question("a", "now"), run("a", outcome, files)).over()
    assert [it.lasts for it in end.answers["a"]] == [False]
    assert Question("a", "now") in end.saved(code(1, 0, 1), TESTS).questions


def test_an_answer_about_code_that_was_saved_meanwhile_is_about_that_code():
    """It says nothing about what stands there now, and is true again when that comes back."""
    old, new = code(1, 0, 0), code(1, 1, 0)
    asked = trial(code(0, 0, 0), old).ask().saved(new, TESTS)
    end = asked.ended(Question("a", "now"), run("a", Passed())).over()
    assert Question("a", "now") in end.questions
    assert Question("a", "now") not in end.saved(old, TESTS).questions


def test_an_answer_of_a_test_that_was_saved_meanwhile_counts_for_nothing():
    """Nobody knows which of the two texts it has run."""
    asked = trial(code(0, 0, 0), code(1, 0, 0)).ask()
    saved = asked.saved(asked.now, {**TESTS, "a": "another"})
    end = saved.ended(Question("a", "now"), run("a", Passed()))
    end = end.ended(Question("b", "now"), run("b", Passed()))
    assert [len(end.answers[law]) for law in LAWS] == [0, 1, 0]
    assert end.questions == (Question("a", "now"),)
    assert end.saved(end.now, {**TESTS, "b": "another"}).answers["b"] == ()


def test_who_did_not_answer_is_asked_again():
    """When the batch is ended before its time."""
    begun = trial(code(0, 0, 0), code(1, 0, 0))
    half = begun.ask().ended(Question("a", "now"), run("a", Passed()))
    assert (half.questions, half.is_settled, half.answered) == ((), False, 1)
    assert half.over().questions == (Question("b", "now"), Question("c", "now"))


def test_a_case_runs_on_the_texts_that_it_is_asked_about():
    """A save meanwhile changes nothing; the law finds what it imports from beside the symptoms'."""
    (case,) = cases(Path("/hunt"), {Question("a", "now"): code(0, 1, 0)})
    assert [str(file) for file in case.detectors] == ["/hunt/tests/general/test_a.py"]
    assert case.beside == (Path("/hunt/tests"),)
    assert case.overlay == {"gpt.py": "0", "optim.py": "1", "engine.py": "0"}


@pytest.fixture
def hunt(rich_bank, tmp_path):
    """Return a workspace with two general laws."""
    return materialize(rich_bank, select_level(rich_bank, "short"), tmp_path / "hunt")


GROWING, SINGLE = "a_total_grows_by_what_is_added", "total_of_one_number_is_that_number"


def known(hunt):
    """Return for each law what its answer depends on beside the texts of the code."""
    return {law: (code_of(hunt).rest, test) for law, test in digests_of_tests(hunt).items()}


SAVES = {
    "its own file": (general_file(GROWING), {GROWING}),
    "another law": (general_file(SINGLE), {SINGLE}),
    "what laws import": ("tests/conftest.py", {GROWING, SINGLE}),
    "data of the package": ("abacus/table.csv", {GROWING, SINGLE}),
    "a new module": ("abacus/another.py", {GROWING, SINGLE}),
    "a note elsewhere": ("notes.md", set()),
}


@pytest.mark.parametrize(("file", "concerned"), SAVES.values(), ids=SAVES)
def test_a_law_depends_on_all_that_stands_beside_the_code(hunt, file, concerned):
    """What is saved there makes answers void, unless it is the test of another law."""
    before = known(hunt)
    path = hunt.root / file
    path.write_text((path.read_text() if path.exists() else "") + "\n# saved\n")
    after = known(hunt)
    assert {law for law in before if before[law] != after[law]} == concerned


def test_a_text_that_is_not_utf_8_is_left_to_python(hunt):
    """It is known by its digest, and no text of ours stands for it."""
    (hunt.root / "abacus/arithmetic.py").write_bytes(b"# -*- coding: latin-1 -*-\n# \xe9\n")
    found = code_of(hunt)
    assert "abacus/arithmetic.py" in found.digests
    assert "abacus/arithmetic.py" not in found.texts
