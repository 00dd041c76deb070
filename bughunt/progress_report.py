"""What a hunter is told of the hunt itself: hints, what was behind a symptom, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from bughunt.manifest import Symptom
from bughunt.progress import HINTS, Progress, Trail
from bughunt.report import Block, Line, Table, counted, lasted, lesson, next_step, shown
from bughunt.spec import Bug
from bughunt.workspace import Workspace

_BLANK = Line("")
_STEPS = ("concept", "region", "nearly the fix")
_STATES = {
    None: Line("not checked", "dim"),
    True: Line("fixed", "green"),
    False: Line("open", "red"),
}
_MINUTE = 60


class Explanation(msgspec.Struct, frozen=True):
    """What is told once a symptom is fixed."""

    number: int
    explanation: str
    reference: str
    cost: str | None = None


class SymptomState(msgspec.Struct, frozen=True, kw_only=True):
    """One symptom as ``bughunt status --json`` tells it."""

    number: int
    symptom: str
    fixed: bool | None  # None: no check has looked at it
    checked: datetime | None
    first_fixed: datetime | None
    hints: int
    revealed: datetime | None


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A hunt as ``bughunt status --json`` tells it."""

    title: str
    minutes: int
    started: datetime
    seconds: int  # since then
    hints: int  # there are for each symptom
    symptoms: tuple[SymptomState, ...]


def hinted(number: int, bug: Bug, taken: int, *, more: str) -> tuple[Block, ...]:
    """Return the hints that were taken, and how to go on: ``more`` is what gives another one."""
    rows = tuple(
        (Line(str(place)), Line(step, "cyan"), Line(" ".join(hint.split())))
        for place, (step, hint) in enumerate(zip(_STEPS, bug.hints, strict=True), start=1)
    )
    left = HINTS - taken
    return (
        Line(f"Symptom {number}: {' '.join(bug.symptom.split())}", "bold"),
        _BLANK,
        Table(rows[:taken]),
        _BLANK,
        Line(f"{counted(left, 'hint')} left." if left else "That was the last hint."),
        next_step(more if left else f"bughunt reveal {number}"),
    )


def explained(learned: Sequence[Explanation]) -> tuple[Block, ...]:
    """Return what was behind symptoms that are fixed now."""
    return tuple(
        block
        for it in learned
        for block in (
            Line(f"Symptom {it.number} is fixed. What it was:", "bold"),
            *lesson(it.explanation, it.cost, it.reference),
            _BLANK,
        )
    )


def state(workspace: Workspace, progress: Progress, now: datetime) -> State:
    """Return how far a hunt is."""
    pairs = zip(workspace.manifest.symptoms, progress.symptoms, strict=True)
    return State(
        title=workspace.manifest.title,
        minutes=workspace.manifest.minutes,
        started=progress.started,
        seconds=_seconds(progress.started, now),
        hints=HINTS,
        symptoms=tuple(_symptom_state(symptom, trail) for symptom, trail in pairs),
    )


def _symptom_state(symptom: Symptom, trail: Trail) -> SymptomState:
    return SymptomState(
        number=symptom.number,
        symptom=symptom.text,
        fixed=trail.checked.fixed if trail.checked else None,
        checked=trail.checked.moment if trail.checked else None,
        first_fixed=trail.first_fixed,
        hints=len(trail.hints),
        revealed=trail.revealed,
    )


def told(hunt: State, now: datetime) -> tuple[Block, ...]:
    """Return how far a hunt is, for a reader."""
    rows = tuple(
        (Line(f"{it.number:>2}"), _STATES[it.fixed], Line(f"{it.symptom}\n  {_facts(it, now)}"))
        for it in hunt.symptoms
    )
    fixed = sum(it.fixed is True for it in hunt.symptoms)
    open_ones = [it for it in hunt.symptoms if it.fixed is False]
    command = f"bughunt hint {open_ones[0].number}" if open_ones else "bughunt check"
    return (
        Line(hunt.title, "bold"),
        Line(f"Started {_ago(hunt.started, now)}; about {hunt.minutes} minutes are planned."),
        _BLANK,
        Table(rows),
        _BLANK,
        Line(f"{fixed} of {len(hunt.symptoms)} fixed", "bold"),
        *(() if fixed == len(hunt.symptoms) else (next_step(command),)),
    )


def _facts(symptom: SymptomState, now: datetime) -> str:
    facts = [f"{symptom.hints} of {HINTS} hints"]
    if symptom.revealed:
        facts.append("revealed")
    if symptom.checked:
        facts.append(f"checked {_ago(symptom.checked, now)}")
    if symptom.first_fixed:
        facts.append(f"first fixed {_ago(symptom.first_fixed, now)}")
    return ", ".join(facts)


def put_back(paths: Sequence[str], left: Sequence[str], folder: Path | None) -> tuple[Block, ...]:
    """Return which files are as at the start again, and where the hunter's are kept."""
    blocks = [Line(f"As at the start again: {path}") for path in paths]
    if folder:
        blocks.append(Line(f"What stood there is kept in {shown(folder)}."))
    if left:
        blocks.append(Line(f"Not there at the start, and left alone: {', '.join(left)}"))
    if not paths:
        return (Line("Nothing to put back: it is as it was at the start."), *blocks)
    return (*blocks, next_step("bughunt check"))


def _seconds(moment: datetime, now: datetime) -> int:
    """Return the time that went by; a clock that was put back makes it none."""
    return max(0, int((now - moment).total_seconds()))


def _ago(moment: datetime, now: datetime) -> str:
    seconds = _seconds(moment, now)
    if seconds < _MINUTE:
        return "just now"
    return f"{lasted(seconds)} ago"
