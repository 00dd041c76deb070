"""What a bug costs: both sides run alike, the numbers, the picture, and what can go wrong."""

import importlib.util
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bughunt import cli
from bughunt.errors import BankError, SelectionError
from bughunt.measuring import picture
from bughunt.measuring.impact import Impact, Side, find_bug, measure
from bughunt.measuring.probing import Crash, Point
from bughunt.spec import load_bank

PROBE = """\
AXIS = "rounds"
MEASURES = {"rounds": "rounds", "total": "total of one and one"}
MOST_STEPS, POINTS = 8, 4


def prepare(folder, seed):
    (folder / "shared.txt").write_text(str(seed))


class Probe:
    def __init__(self, folder, seed, steps):
        assert (folder / "shared.txt").read_text() == str(seed)
        self.done = 0

    def step(self):
        from abacus.arithmetic import mean

        mean([1, 1])
        self.done += 1

    def measured(self):
        from abacus.arithmetic import total

        return {"rounds": self.done, "total": total([1, 1])}
"""
IMPACTS = """\
detectors: tests/detectors
impacts:
  sums: {probe: probe.py, files: ["abacus/arith*.py"]}
"""
BRIEF = 0.01  # minutes


@pytest.fixture
def probed(rewrite, bank_folder):
    """Return a function that loads the small bank with a probe, after replacing a text of it."""

    def load(old="", new=""):
        (bank_folder / "probe.py").write_text(PROBE.replace(old, new) if old else PROBE)
        return load_bank(rewrite("detectors: tests/detectors\n", IMPACTS))

    return load


def run(bank, name, seed=0):
    """Measure one bug in a moment."""
    return measure(bank, find_bug(bank, name), minutes=BRIEF, seed=seed)


def test_both_sides_do_the_same_steps_and_the_bug_shows(probed):
    """One and one is two, and three with a sum that starts at one."""
    impact = run(probed(), "sum_starts_at_one", seed=7)
    steps = [[point.step for point in side.points] for side in (impact.clean, impact.bugged)]
    assert steps[0] == steps[1]
    assert steps[0][-1] == impact.steps
    assert (impact.clean.final("total"), impact.bugged.final("total")) == (2, 3)
    assert (impact.telling, impact.ratio("total"), impact.ratio("rounds")) == ("total", 1.5, 1)


def test_a_probe_may_import_what_stands_beside_it(probed, bank_folder):
    """Probes that measure alike share a module."""
    (bank_folder / "pairs.py").write_text("ONES = [1, 1]\n")
    impact = run(probed("mean([1, 1])", "import pairs; mean(pairs.ONES)"), "sum_starts_at_one")
    assert impact.clean.final("rounds") == impact.steps


def test_a_crash_with_the_bug_is_part_of_the_result(probed):
    """It is named, with the step that it came before."""
    bank = probed("mean([1, 1])", "mean([1])")
    impact = run(bank, "mean_divisor_off_by_one")
    assert impact.clean.crash is None
    assert impact.bugged.crash == Crash("ZeroDivisionError", "division by zero", 0)
    assert impact.bugged.final("total") is None


def test_a_side_that_dies_without_a_word_counts_as_crashed(probed):
    """Signals cannot be caught by whoever they kill."""
    deadly = "import os; mean([1, 1]) == 1 or os.kill(os.getpid(), 9)"
    impact = run(probed("mean([1, 1])", deadly), "mean_divisor_off_by_one")
    assert impact.bugged.crash == Crash("Killed", "signal 9 ended the process", 0)


def test_numbers_that_are_not_finite_are_no_values(probed):
    """NaN has no place in JSON or in a curve."""
    impact = run(probed("total([1, 1])}", "float('nan')}"), "sum_starts_at_one")
    assert impact.clean.curve("total") == []
    assert impact.ratio("total") is None


def test_a_crash_of_the_clean_code_is_an_error_that_says_so(probed):
    """Nothing can be compared with it."""
    bank = probed("mean([1, 1])", "mean([])")
    with pytest.raises(BankError, match=r"probe\.py: the clean code crashes .* ZeroDivisionError"):
        run(bank, "sum_starts_at_one")


def test_an_unknown_bug_is_named_with_its_likely_meaning(probed):
    """As everywhere."""
    with pytest.raises(SelectionError, match=r"Did you mean 'sum_starts_at_one'\?"):
        find_bug(probed(), "sum_start_at_one")


def test_a_bug_of_a_bank_without_probes_cannot_be_measured(bank):
    """The message says what the catalogue lacks."""
    with pytest.raises(SelectionError, match=r"Add a kind of impact .* abacus/arithmetic\.py"):
        find_bug(bank, "sum_starts_at_one")


MISTAKES = {
    "kind": ("impact: sum", "no kind 'sum' in 'impacts'. Did you mean 'sums'?"),
    "empty": ("impact: ''", "impact: is empty. Name one of 'impacts'"),
}


@pytest.mark.parametrize(("field", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_wrong_kind_of_impact_is_named_with_its_line(probed, rewrite, field, message):
    """Loading is strict."""
    rewrite("symptom: Totals", f"{field}\n    symptom: Totals")
    with pytest.raises(BankError, match=r"levels.yaml:\d+: bug 'sum_starts_at_one': ") as caught:
        probed()
    assert message in str(caught.value)


def test_a_bug_may_choose_another_kind_than_its_files(probed, rewrite):
    """The declared field goes before the patterns."""
    rewrite("symptom: Totals", "impact: sums\n    symptom: Totals")
    bank = probed()
    assert [bug.impact for bug in bank.bugs.values()] == ["sums", "sums"]


def test_a_missing_probe_is_named_with_its_line(rewrite):
    """A kind that cannot be measured is a mistake in the catalogue."""
    path = rewrite("detectors: tests/detectors\n", IMPACTS)
    with pytest.raises(BankError, match=r"levels.yaml:5: impacts.sums.probe: no file /"):
        load_bank(path)


@pytest.fixture
def call(monkeypatch, tmp_path, bank_folder):
    """Return a function that calls ``bughunt impact`` in an empty folder."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")

    def invoke(*arguments):
        given = ["impact", *arguments, "--minutes", BRIEF, "--bank", bank_folder]
        return CliRunner().invoke(cli.bughunt, [str(it) for it in given])

    return invoke


def test_the_command_prints_both_numbers_and_draws(call, probed):
    """The measure that is drawn is marked."""
    probed()
    result = call("sum_starts_at_one")
    assert result.exit_code == 0, result.output
    assert "2      3    1.5    total of one and one (drawn)" in result.output
    assert "Drawn to impact-sum_starts_at_one.png." in result.output
    assert Path("impact-sum_starts_at_one.png").read_bytes().startswith(b"\x89PNG")


def test_the_command_writes_json_for_programs(call, probed):
    """Curves included."""
    probed()
    record = json.loads(call("sum_starts_at_one", "--json", "--out", "it.svg").stdout)
    assert record["final"]["total"] == {"clean": 2, "bug": 3}
    assert record["impact"]["clean"]["points"][0]["values"] == {"rounds": 0, "total": 2}
    assert Path("it.svg").exists()


OUTS = {
    "kind": ("it.txt", 2, "End it with one of .png, .svg, .pdf"),
    "folder": ("nowhere/it.png", 2, "there is no folder nowhere"),
    "a folder": ("taken.png", 3, "taken.png: cannot be written: Is a directory."),
}


@pytest.mark.parametrize(("out", "code", "text"), OUTS.values(), ids=OUTS)
def test_a_picture_that_cannot_be_written_is_refused_before_the_work(call, probed, out, code, text):
    """A minute of training would be lost."""
    probed()
    Path("taken.png").mkdir()
    result = call("sum_starts_at_one", "--out", out)
    assert (result.exit_code, result.stdout) == (code, "")
    assert text in result.stderr


def test_without_matplotlib_the_command_says_how_to_get_it(call, probed, monkeypatch):
    """Before the work, too."""
    probed()
    monkeypatch.setattr(picture, "find_spec", lambda _: None)
    result = call("sum_starts_at_one")
    assert result.exit_code == 3
    assert "pip install 'bughunt[plot]'" in result.stderr


def test_a_picture_says_where_the_code_crashed(tmp_path):
    """A side without a single value is not left out."""
    clean = Side((Point(0, {"loss": 2.0}), Point(9, {"loss": 1.0})))
    impact = Impact(
        bug="x", symptom="It refuses to run.", kind="k", axis="steps", measures={"loss": "loss"},
        steps=9, seed=0, seconds=1.0, clean=clean, bugged=Side((), Crash("RuntimeError", "no", 0)),
    )  # fmt: skip
    picture.draw(impact, tmp_path / "it.svg")
    assert (tmp_path / "it.svg").stat().st_size > 1000
    assert impact.telling == "loss"


def test_steps_go_before_minutes(call, probed):
    """A number can be repeated on any machine, however slow."""
    probed()
    result = call("sum_starts_at_one", "--steps", 3)
    assert "3 rounds, seed 0" in result.output


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs torch")
def test_the_bank_that_comes_along_measures_what_its_symptom_says():
    """A whole chat takes twice the memory, and has the same tokens."""
    bank = load_bank()
    bug = find_bug(bank, "cache_memory_kept_and_overgrown")
    impact = measure(bank, bug, minutes=BRIEF, steps=10)
    assert impact.telling == "cache_mib"
    assert impact.ratio("cache_mib") == 2
    assert impact.ratio("agreement") == 1
