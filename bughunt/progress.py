"""How far a hunt is: when it started, hints taken, answers shown, what was seen fixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from bughunt import record
from bughunt.record import Form
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


_FORM = Form(PROGRESS, Progress, FORMAT, "a record of progress", "progress is not kept")


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


def update(
    workspace: Workspace,
    moment: datetime,
    change: Callable[[Progress], Progress] | None = None,
) -> Step:
    """Read the record of a workspace, or begin it at this moment; change it, and keep it."""
    change = change or (lambda unchanged: unchanged)
    trails = (Trail(),) * len(workspace.manifest.symptoms)
    found = record.recover(workspace.root, _FORM, _misfit(workspace), moment)
    before = found.record or Progress(format=FORMAT, started=moment, symptoms=trails)
    after = change(before)
    warnings = list(found.warnings)
    if after != found.record and found.may_be_kept:
        warnings += record.keep(workspace.root, _FORM, after)
    return Step(before, after, tuple(warnings))


def seen(workspace: Workspace) -> Progress | None:
    """Return the record as it stands, without beginning one; None: none that can be used."""
    try:
        return record.read(workspace.root, _FORM, _misfit(workspace))
    except record.Unusable:
        return None


def _misfit(workspace: Workspace) -> Callable[[Progress], str]:
    known = len(workspace.manifest.symptoms)

    def problem(progress: Progress) -> str:
        number = len(progress.symptoms)
        text = f"is about {number} symptoms, and this workspace has {known}."
        return "" if number == known else text

    return problem
