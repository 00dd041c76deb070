"""How a candidate's exam stands: time left, files changed, and of hints and tests what there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from bughunt.exam.permitted import sheet_of
from bughunt.exam.sheet import Sheet
from bughunt.manifest import fingerprint
from bughunt.progress import HINTS, Progress
from bughunt.report import Block, Line, Table, lasted, next_step
from bughunt.workspace import Workspace

_BLANK = Line("")
_SHORT = 600  # seconds that are left when it is time to hand in
_STATES = {None: "not checked", True: "fixed", False: "open"}


class SymptomStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One symptom as ``bughunt status --json`` tells it in an exam."""

    number: int
    symptom: str
    fixed: bool | None  # None: no check has looked at it, or the tests stay with the organiser
    hints: int  # taken


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An exam as ``bughunt status --json`` tells it."""

    title: str
    candidate: str  # opaque id
    minutes: int
    started: datetime
    seconds: int  # since then
    opens: datetime | None
    deadline: datetime | None
    seconds_left: int | None  # less than 0: the deadline is over
    hints: int  # that the archive has for each symptom
    tests: bool  # whether the archive has them
    changed: tuple[str, ...]  # files that were handed out
    symptoms: tuple[SymptomStanding, ...]


def standing(workspace: Workspace, progress: Progress, now: datetime) -> Standing:
    """Return how an exam stands.

    Raises:
        WorkspaceError: when the sheet of the exam is gone, or cannot be read.

    """
    sheet = sheet_of(workspace)
    record = workspace.manifest
    deadline = _moment(sheet.deadline)
    pairs = zip(record.symptoms, progress.symptoms, strict=True)
    return Standing(
        title=record.title,
        candidate=sheet.candidate,
        minutes=sheet.minutes,
        started=progress.started,
        seconds=max(0, _seconds(now - progress.started)),
        opens=_moment(sheet.opens),
        deadline=deadline,
        seconds_left=None if deadline is None else _seconds(deadline - now),
        hints=HINTS if sheet.hint_texts else 0,
        tests=all(it.detector for it in record.symptoms),
        changed=tuple(_changed(workspace, sheet)),
        symptoms=tuple(
            SymptomStanding(
                number=symptom.number,
                symptom=symptom.text,
                fixed=trail.checked.fixed if trail.checked else None,
                hints=len(trail.hints),
            )
            for symptom, trail in pairs
        ),
    )


def told(found: Standing) -> tuple[Block, ...]:
    """Return how an exam stands, for a reader."""
    begun = f"Started {lasted(found.seconds)} ago; {found.minutes} minutes are planned."
    rows = tuple(
        (Line(f"{it.number:>2}"), Line("\n  ".join((it.symptom, *_facts(found, it)))))
        for it in found.symptoms
    )
    changed = f"Changed: {', '.join(found.changed)}." if found.changed else "Nothing is changed."
    return (
        Line(found.title, "bold"),
        Line(f"Candidate {found.candidate}. {begun}"),
        *_time(found),
        _BLANK,
        Table(rows),
        _BLANK,
        Line(changed),
        Line("Hand in this whole folder, or an archive of it."),
        next_step("bughunt check" if found.tests else "bughunt diff"),
    )


def _time(found: Standing) -> Iterator[Line]:
    if found.deadline is None or found.seconds_left is None:
        return
    left, until = found.seconds_left, found.deadline.isoformat(sep=" ", timespec="minutes")
    if left < 0:
        yield Line(f"The deadline, {until}, was {lasted(-left)} ago.", "red")
    else:
        style = "yellow" if left < _SHORT else ""
        yield Line(f"{lasted(left)} left: to be handed in by {until}.", style)


def _facts(found: Standing, symptom: SymptomStanding) -> Iterator[str]:
    """Yield what there is to say of a symptom; of tests and hints, only where there are any."""
    facts = []
    if found.tests:
        facts.append(_STATES[symptom.fixed])
    if found.hints:
        facts.append(f"{symptom.hints} of {found.hints} hints")
    if facts:
        yield ", ".join(facts)


def _changed(workspace: Workspace, sheet: Sheet) -> Iterator[str]:
    for path, digest in sheet.files.items():
        if path.partition("/")[0] in workspace.manifest.packages:
            content = _content(workspace.root / path)
            if content is None or fingerprint(content) != digest:
                yield path


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _moment(text: str | None) -> datetime | None:
    """Return a time of the sheet; None: there is none, or somebody has edited it."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _seconds(difference: timedelta) -> int:
    return int(difference.total_seconds())
