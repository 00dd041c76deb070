"""Each bug of each level is caught on every seed, alone and in company, and nothing else is."""

import difflib
import json
import subprocess

import pytest

from bughunt.detector import Case, DetectorServer, Passed
from bughunt.grade import is_caught
from bughunt.mutate import mutate
from bughunt.outcome import Batch
from bughunt.select import select_level
from bughunt.spec import load_bank

pytestmark = pytest.mark.slow

BANK = load_bank()
SEEDS = range(20)


@pytest.fixture(scope="module")
def server():
    """One server for all cases: what it imports is imported once."""
    with DetectorServer() as running:
        yield running


def outcomes(server, present, detecting, seeds=SEEDS):
    """Run the detectors of `detecting` with the bugs of `present` in the code.

    Returns:
        a list of (seed, bug of the detector, outcome).

    """
    tree = mutate(BANK, present)
    overlay = {path: text for path, text in tree.mutated.items() if text != tree.clean[path]}
    asked = [(seed, bug) for bug in detecting for seed in seeds]
    cases = tuple(
        Case((BANK.detectors / f"test_{bug.detector}.py",), seed, overlay) for seed, bug in asked
    )
    batch = Batch(root=BANK.root, packages=BANK.packages, cases=cases, jobs=2)
    runs = dict(server.run(batch))
    return [(*asked[index], runs[index].runs[0].outcome) for index in range(len(cases))]


def not_caught(found):
    """Return those outcomes that are not what the bug of the detector was expected to cause."""
    return [item for item in found if not is_caught(item[1].expect, item[2])]


def not_passed(found):
    """Return those outcomes that are not a pass."""
    return [item for item in found if not isinstance(item[2], Passed)]


@pytest.fixture(scope="module", params=BANK.levels, ids=str)
def level(request):
    """Give the bugs of one level."""
    return select_level(BANK, request.param).bugs


def test_the_clean_code_passes_every_detector_of_a_level_on_every_seed(server, level):
    """No false alarm."""
    assert not_passed(outcomes(server, (), level)) == []


@pytest.mark.parametrize("bug", BANK.bugs.values(), ids=BANK.bugs)
def test_a_bug_alone_is_caught_by_its_detector_on_every_seed(server, bug):
    """The symptom always shows, and in the way that the catalogue says."""
    assert not_caught(outcomes(server, (bug,), (bug,))) == []


def test_all_bugs_of_a_level_are_caught_together_on_every_seed(server, level):
    """None hides another."""
    assert not_caught(outcomes(server, level, level)) == []


def test_fixing_one_bug_of_a_level_turns_its_detector_green_and_no_other(server, level):
    """So that a hunter gets an answer for each fix."""
    for fixed in level:
        rest = tuple(bug for bug in level if bug is not fixed)
        assert not_passed(outcomes(server, rest, (fixed,), range(5))) == []
        assert not_caught(outcomes(server, rest, rest, range(5))) == []


def test_a_bug_alone_is_seen_by_no_other_detector_of_its_level(server, level):
    """So that symptoms point to one bug each."""
    for bug in level:
        others = tuple(other for other in level if other is not bug)
        assert not_passed(outcomes(server, (bug,), others, range(5))) == []


@pytest.mark.parametrize("bug", BANK.bugs.values(), ids=BANK.bugs)
def test_a_linter_sees_no_more_in_the_code_with_a_bug_than_without(bug):
    """A name that is no longer used would give the bug away without a hunt."""
    tree = mutate(BANK, (bug,))
    for path, text in tree.mutated.items():
        if text != tree.clean[path]:
            assert faults(text) == faults(tree.clean[path])


def faults(text):
    """Return what ruff's pyflakes rules find in a source text, without places."""
    command = ["ruff", "check", "--isolated", "--select=F,B,ARG", "--output-format=json", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return [(found["code"], found["message"]) for found in json.loads(done.stdout)]


@pytest.mark.parametrize("bug", BANK.bugs.values(), ids=BANK.bugs)
def test_the_difference_to_the_clean_code_is_one_line_for_each_edit(bug):
    """The bug and nothing else."""
    tree = mutate(BANK, (bug,))
    changed = [
        line[:1]
        for path, text in tree.mutated.items()
        for line in difflib.ndiff(tree.clean[path].splitlines(), text.splitlines())
        if line[:1] in "+-"
    ]
    assert changed.count("-") == len(bug.edits)
    assert changed.count("+") <= len(bug.edits)
