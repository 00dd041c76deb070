"""Tables of an exam's marks: one in nbgrader's columns and ours, one of what a human should see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bughunt.exam.grading.marks import Mark
from bughunt.exam.grading.record import Record
from bughunt.exam.plan import Plan
from bughunt.exam.roster import Candidate
from bughunt.exam.tables import table

GRADEBOOK = "gradebook.csv"
REVIEW = "review.csv"
_NBGRADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip
_OURS = (
    "section", "candidate", "state", "restored", "fixed", "suspicious", "open", "broken_laws",
    "penalty", "hints", "hint_cost", "late_minutes", "to_review", "submission", "jail", "why",
)  # fmt: skip
_TO_SEE = ("file", "hints", "late", "written report")  # what asks for no decision
_REVIEW = ("candidate", "student_id", "submission", "what", "file", "line", "reason")
Row = Sequence[object]


def gradebook(plan: Plan, marks: Iterable[Mark], people: Mapping[str, Candidate]) -> str:
    """Return the marks as CSV; who has none has an empty cell and not a zero."""
    rows = (_grade_row(plan, mark, people.get(mark.entry.student_id)) for mark in marks)
    return table((*_NBGRADER, *_OURS), rows)


def review(marks: Sequence[Mark], records: Iterable[Record]) -> str:
    """Return what a human should look at as CSV; nothing of it took a point away by itself.

    What asks for a decision comes first.
    """
    rows: list[Row] = []
    counted = [mark.record for mark in marks]
    for mark in marks:
        who = (mark.entry.candidate, mark.entry.student_id)
        if mark.state != "graded":
            rows.append((*who, "", mark.state, "", "", mark.why))
        if mark.record is not None:
            rows += ((*who, mark.record.source, *it) for it in remarks(mark.record))
        if mark.late:
            rows.append((*who, "", "late", "", "", f"{mark.late} minutes after the deadline"))
    for record in records:
        if record.candidate is None:
            rows.append(("", "", record.source, "not gradable", "", "", record.findings.trouble))
        elif record not in counted:
            what = ("not counted", "", "", "there is another, and only one can count")
            rows.append((record.candidate, "", record.source, *what))
    return table(_REVIEW, sorted(rows, key=lambda row: is_only_to_see(str(row[3]))))


def is_only_to_see(what: str) -> bool:
    """Return whether a remark of this kind asks for no decision."""
    return what in _TO_SEE


def remarks(record: Record) -> Iterator[tuple[str, str, object, str]]:
    """Yield what, file, line and reason of all that a human should look at in a submission."""
    found = record.findings
    yield from (("construct", it.file, it.line, it.reason) for it in found.flags)
    yield from (("file", it.path, "", it.reason) for it in found.refused)
    yield from (("no Python", "", "", it) for it in found.faults)
    yield from (("law", "", "", it.needs_look) for it in found.bugs if it.needs_look)
    yield from (("broken law", "", "", f"{it.law}: {it.evidence}") for it in found.broken)
    if found.laws_left:
        text = f"takes so long that {found.laws_left} laws were not asked what else is broken"
        yield "submission", "", "", text
    yield from (("submission", "", "", it) for it in record.remarks)
    if record.report:
        yield "written report", record.report, "", "to be read by a human"
    if record.hints_said:
        yield "hints", "", "", f"the candidate's own record tells of {record.hints_said}"


def _grade_row(plan: Plan, mark: Mark, person: Candidate | None) -> Row:
    first, last = _names(person.name if person else "")
    record = mark.record
    raw = round(sum(it.earned for it in mark.bugs), 4) if mark.score is not None else None
    nbgrader = (
        plan.id, mark.entry.deadline, record and record.modified, mark.entry.student_id, last,
        first, person and person.email, raw, 0.0, mark.score, round(mark.maximum, 4),
    )  # fmt: skip
    counts = (mark.count(it) for it in ("restored", "fixed", "suspicious", "open"))
    ours = (
        person and person.section, mark.entry.candidate, mark.state, *counts, len(mark.broken),
        mark.penalty, mark.hints, mark.hint_cost, mark.late,
        len(list(remarks(record))) if record else 0, record and record.source,
        record and record.findings.tier, mark.why,
    )  # fmt: skip
    return (*nbgrader, *ours)


def _names(name: str) -> tuple[str, str]:
    """Return first and last name; "Last, First" is read as such."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return first, last
