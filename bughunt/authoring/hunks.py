"""Where two texts differ, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from io import StringIO

import msgspec


class Hunk(msgspec.Struct, frozen=True):
    """Lines of the old text, from 0 and up to a line, and those of the new text in their place."""

    old_start: int
    old_stop: int
    new_start: int
    new_stop: int

    @property
    def old_lines(self) -> tuple[int, int]:
        """First and last line in the old text, from 1; the last is before the first for none."""
        return self.old_start + 1, self.old_stop

    @property
    def new_lines(self) -> tuple[int, int]:
        """First and last line in the new text."""
        return self.new_start + 1, self.new_stop

    def meets(self, version: int, first: int, last: int) -> bool:
        """Return whether lines of a version, 0 for old and 1 for new, are among those here."""
        start, stop = (self.old_lines, self.new_lines)[version]
        return start <= stop and first <= stop and start <= last


def split(text: str) -> list[str]:
    """Return the lines of a text with their ends, as Python counts them."""
    return StringIO(text, newline="").readlines()


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """Return the places where two texts differ."""
    matcher = difflib.SequenceMatcher(None, split(old), split(new), autojunk=False)
    return tuple(Hunk(*code[1:]) for code in matcher.get_opcodes() if code[0] != "equal")


def with_hunks(old: str, new: str, chosen: Iterable[Hunk]) -> str:
    """Return the old text with some of the places as they are in the new one."""
    lines, by = split(old), split(new)
    for hunk in sorted(chosen, key=lambda it: it.old_start, reverse=True):
        lines[hunk.old_start : hunk.old_stop] = by[hunk.new_start : hunk.new_stop]
    return "".join(lines)
