"""Camouflage is harmless: no detector takes it for a bug, and none loses one by it."""

import pytest

from bughunt.detector import Case, Passed, run_cases
from bughunt.exam.camouflage.disguise import camouflage
from bughunt.mutate import clean_tree, mutate
from bughunt.proving.proof import Verdict, verdict
from bughunt.spec import load_bank

pytestmark = pytest.mark.slow
SEED = bytes(range(32))


@pytest.fixture(scope="module")
def bank():
    """Return the bank that comes with bughunt."""
    return load_bank(None)


def overlay(bank, texts):
    """Return what is other than in the public tree, in a form of its own."""
    clean, own = clean_tree(bank), camouflage(texts, SEED).texts
    return {path: text for path, text in own.items() if text != clean[path]}


def test_every_detector_accepts_the_clean_tree_in_another_form(bank):
    """Laws of no bug are asked too."""
    texts = overlay(bank, clean_tree(bank))
    files = sorted(bank.detectors.glob("test_*.py"))
    runs = run_cases(bank.root, bank.packages, [Case((it,), 5, texts) for it in files])
    assert {it.detector: it.outcome for it in runs if it.outcome != Passed()} == {}


def test_every_bug_is_caught_as_declared_in_another_form(bank):
    """By its own detector, in the way that the catalogue says."""
    cases = [
        Case(
            (bank.detectors / f"test_{bug.detector}.py",),
            5,
            overlay(bank, mutate(bank, [bug]).mutated),
        )
        for bug in bank.bugs.values()
    ]
    runs = run_cases(bank.root, bank.packages, cases)
    verdicts = {
        bug.id: verdict(run.outcome, bug.expect)
        for bug, run in zip(bank.bugs.values(), runs, strict=True)
    }
    assert {name: it for name, it in verdicts.items() if it is not Verdict.CAUGHT} == {}
