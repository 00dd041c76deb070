"""What grading found out about one submission, as it is kept: no marks are in it.

Marks follow from records, so that a bug can be voided, or a scoring changed, without running again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from bughunt.errors import ExamError
from bughunt.exam.grading.entries import Refusal
from bughunt.exam.grading.suspicion import Flag
from bughunt.placement import place_file

FORMAT = 1
RECORDS = "records"

Verdict = Literal["restored", "fixed", "suspicious", "open"]
EARNING: tuple[Verdict, ...] = ("restored", "fixed", "suspicious")


class BugRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one bug."""

    number: int  # of the symptom
    bug: str
    verdict: Verdict
    seeds: tuple[int, ...] = ()  # on which its law was asked, in this order
    evidence: str = ""  # one line: what shows that it is open
    needs_look: str = ""  # why a human should look at it
    places: int = 1  # at which the bug was put into the code
    restored_places: int = 0  # of them, again as in the clean code


class Broken(msgspec.Struct, frozen=True):
    """A law that the start kept and the submission breaks."""

    law: str
    seed: int
    evidence: str


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker found out about the code of a submission."""

    tier: str = ""  # of the jail; "": nothing was run
    bugs: tuple[BugRecord, ...] = ()
    broken: tuple[Broken, ...] = ()
    laws_asked: int = 0  # for what else may be broken
    laws_left: int = 0  # that were not asked, since the code takes too long
    flags: tuple[Flag, ...] = ()
    refused: tuple[Refusal, ...] = ()
    changed: tuple[str, ...] = ()  # files
    faults: tuple[str, ...] = ()  # files that are no Python
    trouble: str = ""  # why nobody can grade it
    is_ours: bool = False  # whether that is a fault of the grader, which is no candidate's business
    seconds: float = 0.0


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One submission, graded or not gradable."""

    format: int = FORMAT
    exam: str
    attempt: int
    stamp: str  # what it was graded with: exam, bank, version, in a digest
    candidate: str | None  # None: nobody knows whose it is
    source: str  # as it was handed in
    digest: str  # of what was handed in
    modified: str | None
    remarks: tuple[str, ...]
    report: str  # name of the written report
    hints_said: int | None  # how many hints the candidate's own record tells of
    began: str = ""  # the first command of bughunt, by the same record
    first_change: str = ""  # of a source, as the files say
    last_change: str = ""
    findings: Findings

    @property
    def is_graded(self) -> bool:
        """Whether there are verdicts; a submission without them is not worth nothing."""
        return not self.findings.trouble and self.candidate is not None


def name_of(digest: str, candidate: str | None) -> str:
    """Return the name of a record's file."""
    return f"{candidate or 'nobody'}-{digest[:24]}.json"


def keep(record: Record, folder: Path) -> None:
    """Write a record, whole, in place of an older one.

    Raises:
        EnvironmentProblem: when the system refuses.

    """
    content = msgspec.json.format(msgspec.json.encode(record), indent=1)
    place_file(content + b"\n", folder / RECORDS / name_of(record.digest, record.candidate))


def kept(folder: Path) -> tuple[Record, ...]:
    """Return all records of a folder of results.

    Raises:
        ExamError: when one of them is none.

    """
    return tuple(_read(file) for file in sorted((folder / RECORDS).glob("[!.]*.json")))


def _read(file: Path) -> Record:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Record)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        text = f"{file}: is no record of grading: {error}. Remove it, and grade again."
        raise ExamError(text) from None
