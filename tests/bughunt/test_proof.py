"""What an outcome means, and that rules and verdicts are closed sets."""

import re
from pathlib import Path

import pytest

import bughunt
from bughunt.proving.proof import RULES, Verdict, verdict
from bughunt.running.outcome import Crashed, Failed, Passed, TimedOut
from bughunt.spec import Expect

ASSERTION = Expect("assertion")
RUNTIME_ERROR = Expect("raises", "RuntimeError")
BARE_ASSERT = Expect("raises", "AssertionError")
FAILED = Failed("no")
RAISED = Crashed("RuntimeError", "heads")


@pytest.mark.parametrize(
    ("expect", "outcome", "said"),
    [
        (ASSERTION, FAILED, Verdict.CAUGHT),
        (RUNTIME_ERROR, FAILED, Verdict.CAUGHT_OTHERWISE),
        (BARE_ASSERT, FAILED, Verdict.CAUGHT_OTHERWISE),
        (None, FAILED, Verdict.CAUGHT_OTHERWISE),
        (ASSERTION, RAISED, Verdict.CRASHED),
        (RUNTIME_ERROR, RAISED, Verdict.CAUGHT),
        (RUNTIME_ERROR, Crashed("KeyError", "heads"), Verdict.CRASHED),
        (BARE_ASSERT, Crashed("AssertionError", "no"), Verdict.CAUGHT),
        (None, RAISED, Verdict.CRASHED),
        (ASSERTION, Passed(), Verdict.MISSED),
        (RUNTIME_ERROR, Passed(), Verdict.MISSED),
        (None, Passed(), Verdict.MISSED),
        (RUNTIME_ERROR, TimedOut(2.0), Verdict.TIMED_OUT),
        (ASSERTION, Crashed("NotCollected", "no test"), Verdict.NOT_COLLECTED),
        (Expect("raises", "NotCollected"), Crashed("NotCollected", ""), Verdict.NOT_COLLECTED),
    ],
)
def test_bug_is_caught_only_in_the_declared_way(expect, outcome, said):
    """What was not declared is not a catch, however red it is."""
    assert verdict(outcome, expect) is said


def test_every_rule_is_used_somewhere():
    """A rule that no finding can have would promise a check that is not made."""
    sources = (Path(bughunt.__file__).parent / "proving").glob("*.py")
    told = {"proof", "report", "page", "exchange"}
    code = "".join(it.read_text() for it in sources if it.stem not in told)
    used = set(re.findall(r'"([a-z-]+)"', code))
    assert set(RULES) <= used
