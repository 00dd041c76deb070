"""The hunts of a bank's levels that stand in a folder, and how far they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from bughunt import manifest, progress
from bughunt.errors import NotAWorkspace
from bughunt.progress import Progress
from bughunt.spec import Bank, Level
from bughunt.workspace import Workspace, holds


class Hunt(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace with the bugs of a level."""

    folder: str  # its name
    fixed: int  # symptoms, in the last check of each
    total: int
    started: datetime | None  # None: no command was given in it yet
    seconds: int  # from then to the last thing that was noted


def hunts_in(folder: Path, bank: Bank) -> dict[str, tuple[Hunt, ...]]:
    """Return the hunts that stand directly in a folder, by name of their level.

    A workspace is of a level if its bugs are those of the level, in that order, whatever it is
    called and however they were chosen. What cannot be read is none.
    """
    standing = tuple(_workspaces(folder))
    return {level.name: tuple(_hunts(standing, level)) for level in bank.levels.values()}


def _workspaces(folder: Path) -> Iterator[Workspace]:
    try:
        inner = sorted(entry for entry in folder.iterdir() if entry.name[0] != ".")
    except OSError:
        return
    for root in inner:
        with contextlib.suppress(OSError, NotAWorkspace):
            if (root / manifest.MANIFEST).is_file():
                yield Workspace(root, manifest.read(root))


def _hunts(standing: tuple[Workspace, ...], level: Level) -> Iterator[Hunt]:
    for workspace in standing:
        if holds(workspace, level.bugs):
            yield _hunt(workspace, progress.seen(workspace))


def _hunt(workspace: Workspace, seen: Progress | None) -> Hunt:
    trails = seen.symptoms if seen else ()
    return Hunt(
        folder=workspace.root.name,
        fixed=sum(trail.checked is not None and trail.checked.fixed for trail in trails),
        total=len(workspace.manifest.symptoms),
        started=seen.started if seen else None,
        seconds=max(0, int((_last(seen) - seen.started).total_seconds())) if seen else 0,
    )


def _last(seen: Progress) -> datetime:
    """Return when something was noted last."""
    moments = [seen.started]
    for trail in seen.symptoms:
        noted = (trail.revealed, trail.first_fixed, trail.checked and trail.checked.moment)
        moments += [*trail.hints, *(moment for moment in noted if moment)]
    return max(moments)
