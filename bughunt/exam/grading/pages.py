"""Pages about results: one for the organiser, with answers, and one for each candidate, without.

The templates take records of texts and numbers only, and escape every text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from bughunt.exam.grading import formats
from bughunt.exam.grading.figures import ItemFigures, items
from bughunt.exam.grading.gradebook import is_only_to_see, remarks
from bughunt.exam.grading.marks import Mark
from bughunt.exam.grading.record import Record
from bughunt.exam.plan import Plan
from bughunt.exam.roster import Candidate
from bughunt.page_template import filled
from bughunt.spec import Bank

FEEDBACK = "feedback.html"
ORGANISER = "organiser.html"
_TEMPLATES = Path(__file__).parents[1] / "templates"


class _Symptom(msgspec.Struct, frozen=True):
    number: int
    text: str
    outcome: str
    earned: float
    points: float


class _Remark(msgspec.Struct, frozen=True):
    what: str
    file: str
    line: str
    reason: str


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    student: str
    name: str
    candidate: str
    state: str
    why: str
    score: str
    maximum: float
    verdicts: tuple[tuple[str, str, str], ...]  # bug, verdict, evidence
    broken: int
    late: int
    modified: str
    work: tuple[str, ...]  # when, as the candidate's files say
    seconds: float
    tier: str
    remarks: tuple[_Remark, ...]


def feedback(plan: Plan, mark: Mark) -> str:
    """Return the page of one candidate: what became of each symptom, and no answer."""
    symptoms = tuple(
        _Symptom(it.record.number, it.symptom, formats.outcome(it), it.earned, it.points)
        for it in mark.bugs
    )
    said = formats.summary(mark) if mark.score is not None else f"No score: {mark.state}."
    return filled(
        _TEMPLATES / "feedback.html",
        title=plan.title,
        candidate=mark.entry.candidate,
        said=said,
        why=mark.told if mark.state == "not gradable" else "",
        symptoms=symptoms,
    )


def organiser(
    plan: Plan,
    bank: Bank,
    marks: Sequence[Mark],
    nobodys: Sequence[Record],
    people: Mapping[str, Candidate],
) -> str:
    """Return the organiser's page: who found what, how hard each bug was, what stands out."""
    shares = [it.score / it.maximum for it in marks if it.score is not None and it.maximum]
    rows = tuple(_row(mark, people.get(mark.entry.student_id)) for mark in marks)
    noted = ((row.candidate, it) for row in rows for it in row.remarks)
    figures: tuple[ItemFigures, ...] = items(bank, marks)
    return filled(
        _TEMPLATES / "organiser.html",
        title=plan.title,
        exam=f"{plan.id}, attempt {plan.attempt}",
        states={it: sum(mark.state == it for mark in marks) for it in _states(marks)},
        shares=shares,
        items=figures,
        rows=rows,
        noted=sorted(noted, key=lambda it: is_only_to_see(it[1].what)),
        nobodys=tuple((it.source, it.findings.trouble) for it in nobodys),
    )


def _states(marks: Sequence[Mark]) -> list[str]:
    return sorted({mark.state for mark in marks})


def _row(mark: Mark, person: Candidate | None) -> _Row:
    record = mark.record
    noted = remarks(record) if record else ()
    return _Row(
        student=mark.entry.student_id,
        name=person.name if person else "",
        candidate=mark.entry.candidate,
        state=mark.state,
        why=mark.why,
        score="" if mark.score is None else f"{mark.score:g}",
        maximum=mark.maximum,
        verdicts=tuple((it.record.bug, it.record.verdict, it.record.evidence) for it in mark.bugs),
        broken=len(mark.broken),
        late=mark.late,
        modified=_spaced((record and record.modified) or ""),
        work=tuple(_work(record)) if record else (),
        seconds=record.findings.seconds if record else 0.0,
        tier=record.findings.tier if record else "",
        remarks=tuple(_Remark(what, file, str(line), why) for what, file, line, why in noted),
    )


def _work(record: Record) -> Iterator[str]:
    """Yield when there was work on a submission, as nothing but its own files says."""
    times = (
        ("first command", record.began),
        ("first change", record.first_change),
        ("last change", record.last_change),
    )
    yield from (f"{what} {_spaced(time)}" for what, time in times if time)


def _spaced(time: str) -> str:
    """Return a time in ISO 8601 with a place at which its line may be broken."""
    return time.replace("T", " ")
