"""The sites of a text that can all be written, whatever is chosen at each."""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from tokenize import TokenError

import msgspec

from bughunt.exam.camouflage.expressions import expression_sites
from bughunt.exam.camouflage.habits import Habits, habits
from bughunt.exam.camouflage.names import name_sites
from bughunt.exam.camouflage.signatures import plain_in, plain_names
from bughunt.exam.camouflage.sites import LONGEST_LINE, Edit, Filled, Plan, Site, Span, gap
from bughunt.exam.camouflage.source import Source
from bughunt.exam.camouflage.statements import statement_sites
from bughunt.exam.camouflage.wording import wording_sites

_MOVING = frozenset({"order", "choice", "keywords", "statements"})  # parts change places
_APART = re.compile(r" {3,}$")


def plans(texts: Mapping[str, str], *, are_kept: bool = True) -> dict[str, Plan]:
    """Return the plan of each Python file of a tree; one without syntax has no sites.

    Args:
        texts: the tree.
        are_kept: whether the same files will be asked about again.

    """
    tree = habits(texts.values())
    plain = plain_in(texts, tree.replaced)
    plan = _kept_plan if are_kept else _plan
    return {path: plan(path, text, tree, plain) for path, text in texts.items()}


def _plan(path: str, text: str, tree: Habits, plain: frozenset[str]) -> Plan:
    if "\r" in text:
        return Plan(text, ())
    try:
        source = Source(path, text)
        sites = [
            *(() if tree.looks_at_frames else statement_sites(source)),
            *expression_sites(source, plain_names(source.tree, plain, tree.replaced), tree.orders),
            *(() if tree.looks_at_frames else name_sites(source)),
            *wording_sites(source, tree),
        ]
        gaps = tuple(_gaps(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError, TokenError):
        return Plan(text, ())
    return Plan(text, tuple(_writable(source, tuple(_apart(text, sites)), gaps)), gaps)


_kept_plan = lru_cache(maxsize=1024)(_plan)


def _gaps(source: Source) -> Iterator[Edit]:
    for comment in source.comments:
        start = source.line_start(comment.start)
        code = source.text[start : comment.start]
        if code.strip() and _APART.search(code):
            yield gap(start + len(code.rstrip()), comment.start, len(code))


def _apart(text: str, sites: list[Site]) -> Iterator[Site]:
    """Leave out sites of which one could not be read any more when another is written."""
    moved = _Outer(
        (it.start, it.stop) for site in sites if site.kind in _MOVING for it in site.edits
    )
    said = bytearray(len(text))
    for site in sites:
        (first, *_) = places = [(edit.start, edit.stop) for edit in site.edits]
        if site.kind in _MOVING and moved.hold_within(*first):
            continue
        if site.kind == "words":
            if any(said[slice(*first)]):
                continue
            for start, stop in places:
                said[start:stop] = b"x" * (stop - start)
        yield site


class _Outer:
    """Places that may hold others, found without a look at each of them."""

    def __init__(self, places: Iterable[tuple[int, int]]) -> None:
        self._places = sorted(set(places))
        self._furthest = list(itertools.accumulate((stop for _, stop in self._places), max))

    def hold(self, start: int, stop: int) -> bool:
        """Return whether one of them holds this place, or is it."""
        return self._reach((start, math.inf)) >= stop

    def hold_within(self, start: int, stop: int) -> bool:
        """Return whether one of them holds this place and more."""
        wider = bisect_right(self._places, (start, stop))
        is_there = wider < len(self._places) and self._places[wider][0] == start
        return is_there or self._reach((start, -1)) >= stop

    def _reach(self, last: tuple[int, float]) -> int:
        """Return how far the places up to one reach."""
        count = bisect_right(self._places, last)
        return self._furthest[count - 1] if count else -1


def _writable(source: Source, sites: Sequence[Site], gaps: tuple[Edit, ...]) -> Iterator[Site]:
    """Mark the sites that can all be written without a line that is too long."""
    room = _Room(source, gaps)
    filled = _Outer(
        (piece.start, piece.stop)
        for site in sites
        for edit in site.edits
        for pieces in edit.forms
        for piece in pieces or ()
        if isinstance(piece, Filled)
    )
    for site in sites:
        free = all(filled.hold(it.start, it.stop) for it in site.edits)
        fits = site.writable and (free or room.take(site.edits))
        yield site if fits else msgspec.structs.replace(site, writable=False)


class _Room:
    """How much longer each line may become."""

    def __init__(self, source: Source, gaps: tuple[Edit, ...]) -> None:
        self._source = source
        self._spare = {source.line_start(it.start): it.stop - it.start - 2 for it in gaps}
        self._left: dict[int, int] = {}

    def take(self, edits: tuple[Edit, ...]) -> bool:
        """Take what edits need, if it is there."""
        needs: Counter[int] = Counter()
        for edit in edits:
            needs[self._source.line_start(edit.start)] += max(0, self._growth(edit))
        if any(self._room(line) < need for line, need in needs.items()):
            return False
        for line, need in needs.items():
            self._left[line] = self._room(line) - need
        return True

    def _room(self, line: int) -> int:
        if line not in self._left:
            used = self._source.line_stop(line) - line - self._spare.get(line, 0)
            self._left[line] = LONGEST_LINE - used
        return self._left[line]

    def _growth(self, edit: Edit) -> int:
        """Return by how much the longest line of an edit grows at most."""
        text = self._source.text[edit.start : edit.stop]
        return max(
            len(written.partition("\n")[0]) - len(text.partition("\n")[0])
            for pieces in edit.forms
            if pieces is not None
            for written in ["".join(self._text(it) for it in pieces)]
        )

    def _text(self, piece: str | Span | Filled) -> str:
        return piece if isinstance(piece, str) else self._source.text[piece.start : piece.stop]
