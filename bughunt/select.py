"""Which bugs, in which order."""

from __future__ import annotations

import msgspec

from bughunt.spec import Bug


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """The bugs of one hunt, in the hunter's numbering."""

    bugs: tuple[Bug, ...]
    title: str
    minutes: int
    origin: str  # "level hard", "bugs", "random 3 seed 7"; names no bug
    seed: int | None = None
