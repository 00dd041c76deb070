"""The shipped bank holds. The gate asks for more: ``bughunt bank verify``."""

import json
import os
import subprocess

import pytest

from bughunt.mutate import mutate
from bughunt.proving import company
from bughunt.proving.answer_store import Store
from bughunt.proving.evidence import Evidence, Question
from bughunt.proving.proof import Verdict, verdict
from bughunt.spec import load_bank

pytestmark = pytest.mark.slow

BANK = load_bank()
SEEDS = range(3)


@pytest.fixture(scope="module")
def evidence():
    """Ask with nothing known from before."""
    with Evidence(BANK, Store(None), jobs=os.cpu_count() or 1) as running:
        yield running


def said(evidence, asked):
    """Return what the detectors say: a verdict for each (bugs present, detector, expectation)."""
    questions = [
        Question(evidence.with_bugs(present), (detector,), seed)
        for present, detector, _ in asked
        for seed in SEEDS
    ]
    expected = [expect for *_, expect in asked for _ in SEEDS]
    answers = evidence.ask(questions)
    return [
        (question.detectors[0], question.seed, verdict(ended.runs[0].outcome, expect))
        for question, ended, expect in zip(questions, answers, expected, strict=True)
    ]


def test_the_clean_code_passes_every_detector(evidence):
    """No false alarm."""
    laws = sorted(it.stem.removeprefix("test_") for it in BANK.detectors.glob("test_*.py"))
    found = said(evidence, [((), law, None) for law in laws])
    assert [it for it in found if it[2] is not Verdict.MISSED] == []


def test_each_bug_is_caught_as_declared(evidence):
    """By its own detector, on every seed."""
    found = said(evidence, [((bug,), bug.detector, bug.expect) for bug in BANK.bugs.values()])
    assert [it for it in found if it[2] is not Verdict.CAUGHT] == []


@pytest.mark.parametrize("name", ["easy", "medium", "hard"])
def test_symptoms_of_a_level_point_to_one_bug_each(evidence, name):
    """All together, with any one fixed, and any two of them; of all levels, the gate says it."""
    bugs = [BANK.bugs[bug] for bug in BANK.levels[name].bugs]
    groups = [company.Group("level", tuple(bugs), SEEDS, name), *company.pairs(bugs)]
    assert [it for it in company.examine(evidence, groups) if it.disturbed] == []


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
