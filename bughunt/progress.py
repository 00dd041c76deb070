"""How far a hunt is: when it started, hints taken, answers shown, what was seen fixed.

The record is the hunter's own. A workspace is written without it, its git ignores it, and a record
that cannot be used is put away and begun anew: no command fails for want of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from bughunt import backup, placement
from bughunt.errors import EnvironmentProblem
from bughunt.workspace import Workspace

FORMAT = 1
HINTS = 3
PROGRESS = ".bughunt/progress.json"

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a check said of a symptom."""

    moment: Moment
    fixed: bool


class Trail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happened to one symptom."""

    hints: Annotated[tuple[Moment, ...], msgspec.Meta(max_length=HINTS)] = ()  # when each was taken
    revealed: Moment | None = None
    checked: Verdict | None = None  # the last one
    first_fixed: Moment | None = None


class Progress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record in ``.bughunt/progress.json``."""

    format: int
    started: Moment
    symptoms: tuple[Trail, ...]  # in the hunter's numbering

    def trail(self, number: int) -> Trail:
        """Return what happened to the symptom with this number."""
        return self.symptoms[number - 1]

    def with_hint(self, number: int, moment: datetime) -> Progress:
        """Return the record with one more hint taken; those that are left are enough."""
        hints = (*self.trail(number).hints, moment)
        return self._with(number, hints=hints[:HINTS])

    def with_answer(self, number: int, moment: datetime) -> Progress:
        """Return the record with the answer shown; of a fixed symptom it gives nothing away."""
        trail = self.trail(number)
        if trail.revealed or trail.first_fixed:
            return self
        return self._with(number, revealed=moment)

    def with_verdicts(self, fixed: Mapping[int, bool], moment: datetime) -> Progress:
        """Return the record after a check of these symptoms."""
        progress = self
        for number, is_fixed in fixed.items():
            first = self.trail(number).first_fixed or (moment if is_fixed else None)
            verdict = Verdict(moment, is_fixed)
            progress = progress._with(number, checked=verdict, first_fixed=first)
        return progress

    def _with(self, number: int, **fields: object) -> Progress:
        trail = msgspec.structs.replace(self.trail(number), **fields)
        symptoms = (*self.symptoms[: number - 1], trail, *self.symptoms[number:])
        return msgspec.structs.replace(self, symptoms=symptoms)


class Step(msgspec.Struct, frozen=True):
    """The record before and after something happened."""

    before: Progress
    after: Progress
    warnings: tuple[str, ...] = ()  # why what was before is gone, or what is after is not kept

    @property
    def newly_fixed(self) -> tuple[int, ...]:
        """The symptoms that were never seen fixed before."""
        pairs = zip(self.before.symptoms, self.after.symptoms, strict=True)
        return tuple(
            number
            for number, (before, after) in enumerate(pairs, start=1)
            if after.first_fixed and not before.first_fixed
        )


class _Head(msgspec.Struct, frozen=True):
    format: int


class _Unusable(Exception):
    """The record is there and is none."""


def update(
    workspace: Workspace,
    moment: datetime,
    change: Callable[[Progress], Progress] | None = None,
) -> Step:
    """Read the record of a workspace, or begin it at this moment; change it, and keep it."""
    change = change or (lambda unchanged: unchanged)
    trails = (Trail(),) * len(workspace.manifest.symptoms)
    before = Progress(format=FORMAT, started=moment, symptoms=trails)
    kept, warnings = None, []
    try:
        kept = _read(workspace)
    except _Unusable as error:
        try:
            folder = _put_away(workspace, moment)
        except OSError as problem:
            text = f"{error} It cannot be put away: {problem.strerror}. Remove it."
            return Step(before, change(before), (text,))
        warnings.append(f"{error} It is kept in {folder}, and a new one is begun.")
    before = kept or before
    after = change(before)
    if after != kept:
        warnings += _keep(workspace, after)
    return Step(before, after, tuple(warnings))


def _keep(workspace: Workspace, progress: Progress) -> Iterator[str]:
    """Write the record; yield why that cannot be done."""
    content = msgspec.json.format(msgspec.json.encode(progress), indent=2) + b"\n"
    advice = "Look at its permissions; until it can be, progress is not kept."
    try:
        placement.place_file(content, workspace.root / PROGRESS, advice=advice)
    except EnvironmentProblem as error:
        yield str(error)


def _read(workspace: Workspace) -> Progress | None:
    """Return the record; None: there is none yet."""
    file = workspace.root / PROGRESS
    try:
        content = file.read_bytes()
        head = msgspec.json.decode(content, type=_Head)
        if head.format != FORMAT:
            text = f"format {head.format}; this bughunt reads format {FORMAT}."
            raise _Unusable(f"{file}: {text}")
        progress = msgspec.json.decode(content, type=Progress)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _Unusable(f"{file}: cannot be read: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _Unusable(f"{file}: not a record of progress: {error}.") from None
    known = len(workspace.manifest.symptoms)
    if len(progress.symptoms) != known:
        text = f"is about {len(progress.symptoms)} symptoms, and this workspace has {known}."
        raise _Unusable(f"{file}: {text}")
    return progress


def _put_away(workspace: Workspace, moment: datetime) -> Path:
    """Move the record into a folder of its own; return that."""
    folder = backup.folder(workspace.root, moment)
    folder.mkdir(parents=True)
    (workspace.root / PROGRESS).rename(folder / Path(PROGRESS).name)
    return folder
