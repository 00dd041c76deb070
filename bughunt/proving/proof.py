"""What is known of a bank that was put to the proof: the records that reports are made of."""

from __future__ import annotations

import enum
from typing import Literal

import msgspec

from bughunt.running.outcome import Crashed, Failed, Outcome, Passed, TimedOut
from bughunt.spec import Conflict, Expect


class Verdict(enum.Enum):
    """What one detector says of one state of the code. There is no seventh."""

    CAUGHT = "caught as declared"
    CAUGHT_OTHERWISE = "caught otherwise"  # judged wrong, though not as, or where, it was declared
    MISSED = "missed"
    CRASHED = "crashed"  # an exception or a signal that nobody declared is no judgement
    TIMED_OUT = "timed out"
    NOT_COLLECTED = "not collected"  # the detector itself cannot be run


def verdict(outcome: Outcome, expect: Expect | None) -> Verdict:
    """Return what the outcome means.

    Args:
        outcome: how the detector ended.
        expect: how it was declared to end; None for a detector of which nothing was declared.

    """
    match outcome:
        case Passed():
            return Verdict.MISSED
        case Failed():
            declared = expect is not None and expect.kind == "assertion"
            return Verdict.CAUGHT if declared else Verdict.CAUGHT_OTHERWISE
        case TimedOut():
            return Verdict.TIMED_OUT
        case Crashed("NotCollected"):
            return Verdict.NOT_COLLECTED
        case Crashed(exception):
            declared = expect is not None and expect.exception == exception
            return Verdict.CAUGHT if declared else Verdict.CRASHED


# What can be wrong with a bank, and in a few words what it means.
RULES = {
    "draft": "An entry is not written to its end",
    "edit-fails": "An edit finds no place or too many, meets another edit, or breaks the file",
    "no-change": "An edit leaves the meaning of the code as it was",
    "outside-target": "An edit changes code outside the symbol that it names",
    "wide-diff": "The difference to the clean code is larger than the edits need",
    "spoiler": "A text that the hunter sees gives the bug away",
    "telling-comment": "A comment in the code with the bug gives it away",
    "contradicting-comment": "A comment contradicts the code with the bug",
    "unused-name": "A name that is no longer used gives the bug away",
    "false-alarm": "A detector rejects the clean code",
    "flaky": "A detector does not say the same every time",
    "slow-detector": "A detector takes too long",
    "not-collected": "A detector cannot be run, or not be given to a hunter",
    "blind-detector": "A detector passes though the code that it is about cannot be imported",
    "silent-edit": "An edit shows nothing by itself",
    "missed": "The detector of a bug does not see it",
    "caught-otherwise": "A bug shows in another way than its entry declares",
    "crashed": "A detector ends without a judgement",
    "timed-out": "A detector does not end",
    "masked": "In a level, a bug is not caught, or its detector stays red when it is fixed",
    "conflict-not-listed": "Two bugs disturb each other, and the catalogue does not say so",
    "conflict-unfounded": "The catalogue names a conflict that is none",
    "indistinguishable": "Two bugs are seen by the same detectors",
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong with a bank, or worth knowing."""

    rule: str  # a key of RULES
    severity: Literal["error", "warning"]
    file: str  # as messages show it: levels.yaml, or a detector
    line: int
    text: str  # what, the value, and the next step
    bug: str | None = None
    detector: str | None = None


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One replacement of text in the clean code. Lines and columns count from 1, as editors do."""

    path: str
    operator: str
    line: int
    column: int
    end_line: int
    end_column: int  # of the character after the last one
    before: str
    after: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one detector said, once."""

    verdict: Verdict
    seed: int
    threads: int
    order: str  # "alone", or which order of detectors in one process: "shuffled 1"
    seconds: float
    evidence: str  # one line


class BugProof(msgspec.Struct, frozen=True, kw_only=True):
    """One bug: where it is, and what its own detector says with the bug alone in the code."""

    bug: str
    sites: tuple[Site, ...]
    diff: str  # unified, of the clean code
    runs: tuple[Run, ...]


class DetectorProof(msgspec.Struct, frozen=True, kw_only=True):
    """One detector: its law, and what it says of the clean code."""

    detector: str
    law: str  # the first line of its docstring
    seconds: float  # the shortest of its runs, without its process
    runs: tuple[Run, ...]


class SetProof(msgspec.Struct, frozen=True, kw_only=True):
    """Bugs that were put into the code together."""

    kind: Literal["level", "pair", "triple", "set"]  # "set": of an exam
    level: str | None = None  # its name
    bugs: tuple[str, ...]
    disturbed: tuple[str, ...] = ()  # one sentence for each bug that the others disturb

    @property
    def name(self) -> str:
        """Return ``level hard``, ``pair`` or ``triple``."""
        return f"level {self.level}" if self.level else self.kind


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found out about a bank."""

    bank: str  # its path, as messages show it
    versions: dict[str, str]  # of Python and of what the verdicts depend on
    seeds: int
    bugs: tuple[BugProof, ...]  # in the order of the catalogue
    detectors: tuple[DetectorProof, ...]  # in alphabetical order
    matrix: tuple[tuple[Verdict, ...], ...]  # one row for each bug, one column for each detector
    sets: tuple[SetProof, ...]
    conflicts: tuple[Conflict, ...]
    indistinguishable: tuple[tuple[str, ...], ...]
    findings: tuple[Finding, ...]
    cases: int  # verdicts that the proof rests on
    ran: int  # of these, the ones that were not known from before
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not any(finding.severity == "error" for finding in self.findings)
