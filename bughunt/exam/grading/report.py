"""What grading, appeals and voided bugs come to, in words. No answer goes to a screen unasked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bughunt.exam.grading.appeal import Appeal, Trial
from bughunt.exam.grading.gradebook import GRADEBOOK, REVIEW
from bughunt.exam.grading.marks import Mark
from bughunt.exam.grading.pages import ORGANISER
from bughunt.exam.grading.record import Record
from bughunt.report import Block, Line, Table, counted, shown

_BLANK = Line("")


def graded(marks: Sequence[Mark], records: Sequence[Record], results: Path) -> tuple[Block, ...]:
    """Return how many were graded, and where to look."""
    states = {it: sum(mark.state == it for mark in marks) for it in sorted(_states(marks))}
    rows = [(Line(state), Line(str(count))) for state, count in states.items()]
    nobodys = sum(record.candidate is None for record in records)
    if nobodys:
        rows.append((Line("nobody's"), Line(str(nobodys))))
    jails = sorted({it.findings.tier for it in records if it.findings.tier})
    return (
        Table(tuple(rows)),
        Line(f"jail: {', '.join(jails) or 'not needed'}", "dim"),
        Line(f"marks: {shown(results / GRADEBOOK)}; for you: {shown(results / ORGANISER)}"),
        Line(f"to be looked at by a human: {shown(results / REVIEW)}"),
    )


def appealed(found: Appeal) -> tuple[Block, ...]:
    """Return one case as it was tried again."""
    blocks: list[Block] = [
        Line(f"Candidate {found.candidate}, symptom {found.record.number}", "bold"),
        Line(f"bug: {found.record.bug}"),
        Line(f"law: {found.law.replace('_', ' ')}"),
        Line(f"verdict: {found.record.verdict}. {found.record.evidence}".strip()),
    ]
    for trial in found.trials:
        blocks += [_BLANK, *_trial(trial)]
    again = {True: "holds", False: "is broken", None: "says nothing"}[found.holds]
    stands = "The verdict stands." if found.stands else "The verdict does not stand: grade again."
    return (*blocks, _BLANK, Line(f"The law {again} on these seeds. {stands}", "bold"))


def voided(bug: str, marks: Sequence[Mark]) -> tuple[Block, ...]:
    """Return whom a voided bug concerns."""
    had = sum(bug in mark.entry.bugs for mark in marks)
    text = f"'{bug}' does not count any more for {counted(had, 'candidate')}"
    return (Line(f"{text}; its points are shared among the others of each. Nothing was run."),)


def _states(marks: Sequence[Mark]) -> set[str]:
    return {mark.state for mark in marks}


def _trial(trial: Trial) -> tuple[Block, ...]:
    header = tuple(Line(it, "bold") for it in ("", "SUBMISSION", "CLEAN CODE", "APART"))
    rows = (
        tuple(
            Line(it)
            for it in (
                f"{side.key}{'*' * side.must_match}",
                side.submission,
                side.clean,
                side.apart,
            )
        )
        for side in trial.sides
    )
    said = f"seed {trial.seed}: {trial.outcome}{f': {trial.said}' if trial.said else ''}"
    if not trial.sides:
        return (Line(said),)
    return (Line(said), Table((header, *rows)), Line("* must be as the clean code gives it", "dim"))
