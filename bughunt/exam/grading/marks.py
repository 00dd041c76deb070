"""From records to marks, by the scoring of the plan, with what was voided taken out.

The points of a bug that is voided are shared out among the others of the candidate, so that every
candidate can still reach what could be reached before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from bughunt.exam.answers import Entry
from bughunt.exam.grading.intake import stem_of
from bughunt.exam.grading.record import EARNING, Broken, BugRecord, Record
from bughunt.exam.hint_record import Given
from bughunt.exam.plan import Plan
from bughunt.spec import Bank

State = Literal["graded", "not gradable", "nothing handed in", "several handed in", "void"]


class BugMark(msgspec.Struct, frozen=True):
    """What one bug counts for one candidate."""

    record: BugRecord
    symptom: str
    points: float  # that can be reached; 0 when it is voided
    earned: float
    is_void: bool = False


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What one candidate has."""

    entry: Entry
    state: State
    why: str = ""
    record: Record | None = None
    bugs: tuple[BugMark, ...] = ()
    broken: tuple[Broken, ...] = ()  # laws that count
    penalty: float = 0.0  # for what was broken
    hints: int = 0
    hint_cost: float = 0.0
    score: float | None = None  # None is not zero
    maximum: float = 0.0
    late: int = 0  # minutes

    @property
    def told(self) -> str:
        """What a candidate is told of why there is no score: nothing of the grader's own."""
        is_ours = self.record is not None and self.record.findings.is_ours
        return "Grading did not work; speak to the organiser." if is_ours else self.why

    def count(self, verdict: str) -> int:
        """Return how many bugs have this verdict."""
        return sum(it.record.verdict == verdict for it in self.bugs)


class Scoring(msgspec.Struct, frozen=True):
    """All that marks depend on besides records."""

    plan: Plan
    bank: Bank
    given: Given  # hints that the organiser gave out
    void: Mapping[str, str]  # reason by bug

    def points(self, bug: str) -> float:
        """Return what a bug counts before anything is voided."""
        return self.plan.points[self.bank.bugs[bug].difficulty - 1]


def marks(
    scoring: Scoring, entries: Sequence[Entry], records: Sequence[Record]
) -> tuple[Mark, ...]:
    """Return the mark of every candidate, those included who handed in nothing."""
    own: dict[str, list[Record]] = {}
    for record in records:
        if record.candidate is not None:
            own.setdefault(record.candidate, []).append(record)
    return tuple(_mark(scoring, it, own.get(it.candidate, [])) for it in entries)


def chosen(entry: Entry, records: Sequence[Record]) -> Record | None:
    """Return the one record that counts; None: there is none, or nobody can say which."""
    if len(records) > 1:
        names = (entry.candidate, entry.student_id)
        records = [it for it in records if stem_of(it.source) in names]
    return records[0] if len(records) == 1 else None


def _mark(scoring: Scoring, entry: Entry, records: Sequence[Record]) -> Mark:
    full = scoring.plan.reach(scoring.bank.bugs[name].difficulty for name in entry.bugs)
    if not records:
        return Mark(entry=entry, state="nothing handed in", maximum=full)
    record = chosen(entry, records)
    if record is None:
        names = ", ".join(sorted(it.source for it in records))
        return Mark(entry=entry, state="several handed in", why=names, maximum=full)
    late = max(_late(it, entry.deadline) for it in (record.modified, record.last_change))
    if not record.is_graded:
        return Mark(
            entry=entry, state="not gradable", why=record.findings.trouble, record=record,
            maximum=full, late=late,
        )  # fmt: skip
    valid = sum(scoring.points(name) for name in entry.bugs if name not in scoring.void)
    if not valid:
        return Mark(entry=entry, state="void", record=record, maximum=full, late=late)
    bugs = tuple(_bug_mark(scoring, it, full / valid) for it in record.findings.bugs)
    graded = _graded(scoring, entry, record, bugs)
    return msgspec.structs.replace(graded, maximum=full, late=late)


def _graded(scoring: Scoring, entry: Entry, record: Record, bugs: tuple[BugMark, ...]) -> Mark:
    """Return what a candidate has whose bugs earned this, with what is taken off."""
    voided = {scoring.bank.bugs[name].detector for name in scoring.void}
    broken = tuple(it for it in record.findings.broken if it.law not in voided)
    penalty = scoring.plan.regression * len(broken)
    hints = sum(
        scoring.given.taken(entry.candidate, number)
        for number, name in enumerate(entry.bugs, start=1)
        if name not in scoring.void
    )
    cost = scoring.plan.hint_cost * hints
    earned = sum(it.earned for it in bugs)
    return Mark(
        entry=entry,
        state="graded",
        record=record,
        bugs=bugs,
        broken=broken,
        penalty=penalty,
        hints=hints,
        hint_cost=cost,
        score=round(max(0.0, earned - penalty - cost), 4),
    )


def _bug_mark(scoring: Scoring, record: BugRecord, scale: float) -> BugMark:
    symptom = " ".join(scoring.bank.bugs[record.bug].symptom.split())
    if record.bug in scoring.void:
        return BugMark(record, symptom, 0.0, 0.0, is_void=True)
    points = scoring.points(record.bug) * scale
    share = 0.0
    if record.verdict in EARNING:
        share = 1.0
    elif record.places > 1:
        share = scoring.plan.partial * record.restored_places / record.places
    return BugMark(record, symptom, round(points, 4), round(points * share, 4))


def _late(modified: str | None, deadline: str | None) -> int:
    """Return how many minutes after the deadline a submission was written; what is begun counts."""
    if not modified or deadline is None:
        return 0
    moment = datetime.fromisoformat(modified)
    if moment.tzinfo is None:  # of the candidate's clock, wherever that is
        return 0
    seconds = (moment - datetime.fromisoformat(deadline)).total_seconds()
    return max(0, -int(-seconds // 60))
