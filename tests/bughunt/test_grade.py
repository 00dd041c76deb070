"""Grading: only a detector that ran and passed makes a symptom fixed."""

from pathlib import Path

import numpy as np
import pytest

from bughunt.detector import Crashed, DetectorRun, Failed, Passed, TimedOut
from bughunt.grade import SymptomStatus, cases, evidence, grade
from bughunt.workspace import Symptom

SYMPTOMS = (Symptom(1, "It is slow.", "fast"), Symptom(2, "It is wrong.", "right"))


def run(detector, outcome):
    """Return a run that ended so."""
    return DetectorRun(detector, 0, outcome, 0.1)


def test_symptom_is_fixed_when_its_own_detector_passes():
    """Numbers and texts are the hunter's; the order of the runs does not matter."""
    result = grade(SYMPTOMS, [run("right", Failed("1 != 2")), run("fast", Passed())])

    assert result.statuses == (
        SymptomStatus(1, "It is slow.", "fast", True, "its detector passes"),
        SymptomStatus(2, "It is wrong.", "right", False, "1 != 2"),
    )
    assert (result.fixed, result.total) == (1, 2)


OTHERWISE = {
    "failed": [run("fast", Failed("x"))],
    "crashed": [run("fast", Crashed("NotCollected", "no test"))],
    "timed out": [run("fast", TimedOut(30))],
    "not run": [],
    "another's pass": [run("right", Passed())],
    "one pass of two": [run("fast", Passed()), run("fast", Failed("x"))],
}


@pytest.mark.parametrize("runs", OTHERWISE.values(), ids=OTHERWISE)
def test_symptom_stays_open_without_a_clean_pass(runs):
    """A skip, a crash, a timeout or a missing result is never a pass."""
    assert grade(SYMPTOMS[:1], runs).fixed == 0


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (Failed("\n  not   equal\n\n 3 of 4\n"), "not equal; 3 of 4"),
        (Failed("x" * 999), "x" * 157 + "..."),
        (Crashed("KeyError", "'x'", "shop/till.py:3"), "KeyError at shop/till.py:3: 'x'"),
        (Crashed("SIGSEGV", ""), "SIGSEGV"),
        (TimedOut(30.0), "no verdict within 30 s"),
    ],
    ids=["lines", "long", "place", "signal", "timeout"],
)
def test_evidence_is_one_short_line(outcome, line):
    """The list of symptoms stays a list."""
    assert evidence(outcome) == line


COMPARISONS = {
    "scalar": ((1.5, 2.0), {}, "1.5 where 2. is right"),
    "array": (([1.0, 2.0, 3.0], [1.0, 2.5, 3.0]), {}, "first mismatch: 2.0 where 2.5 is right (1"),
    "message": (([1.0], [2.0]), {"err_msg": "one is two"}, "one is two"),
    "shape": (([1, 2, 3], [1, 2]), {}, "shape (3,) where (2,) is right"),
    "nan": (([1.0, np.nan], [1.0, 2.0]), {}, "nan location mismatch: [ 1., nan] where [1., 2.] is"),
}


@pytest.mark.parametrize(("pair", "options", "start"), COMPARISONS.values(), ids=COMPARISONS)
def test_evidence_of_a_comparison_says_what_differs(pair, options, start):
    """The tolerance and the counts of elements come with every failure."""
    with pytest.raises(AssertionError, match="Not equal to tolerance") as failure:
        np.testing.assert_allclose(*map(np.array, pair), **options)

    assert evidence(Failed(str(failure.value))).startswith(start)


def test_evidence_of_unequal_integers_is_the_first_of_them():
    """Exact comparison is told like the one with a tolerance; order is told as numpy does."""
    with pytest.raises(AssertionError, match="Arrays are not equal") as failure:
        np.testing.assert_array_equal(np.arange(20) + 1, np.arange(20))
    with pytest.raises(AssertionError, match="not strictly ordered") as order:
        np.testing.assert_array_less(5, 3)

    told = "first mismatch: 1 where 0 is right (20 of 20 differ)"
    assert evidence(Failed(str(failure.value))) == told
    assert evidence(Failed(str(order.value))).startswith("Arrays are not strictly ordered")


def test_detectors_are_those_of_the_workspace():
    """The hunter can read, run and debug exactly what grades him."""
    (case,) = cases(Path("/hunt"), SYMPTOMS[:1])

    assert case.detectors[0] == Path("/hunt/tests/test_fast.py")
