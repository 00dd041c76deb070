"""What can be said in two ways: a site, its two forms, and the text in which forms are chosen.

A site has a key, which is the same however the text is written now: the file, the function, the
kind and a number or word. Its two forms are absolute (`<` or `>`, one word or the other), so that
the choice can be read off any text again. An edit writes one place of a site; a renamed local has
one for each of its uses. Edits lie in each other like the code that they belong to.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from msgspec import Struct

Form: TypeAlias = int  # 0 or 1
Key: TypeAlias = str

LONGEST_LINE = 100
_GAP = re.compile(r"^(.*)\0(\d+)\0(.*)$", re.MULTILINE)  # no code holds this character


class Span(Struct, frozen=True):
    """Characters of the text as it was, with what is chosen inside them."""

    start: int
    stop: int


class Filled(Struct, frozen=True):
    """A paragraph, filled again up to a column."""

    start: int
    stop: int
    indent: int
    column: int


Piece: TypeAlias = str | Span | Filled


class Edit(Struct, frozen=True):
    """One place of a site, and what stands there in each form; None: what stands there now."""

    start: int
    stop: int
    forms: tuple[tuple[Piece, ...] | None, tuple[Piece, ...] | None]


class Site(Struct, frozen=True):
    """What can be said in two ways."""

    kind: str
    key: Key
    form: Form | None  # that of the text; None: it cannot be read off
    edits: tuple[Edit, ...]
    writable: bool = True  # whether both forms can be written here


class Plan(Struct, frozen=True):
    """A text and its sites; no two edits overlap unless one lies in the other."""

    text: str
    sites: tuple[Site, ...]
    gaps: tuple[Edit, ...] = ()  # before comments that stand in a column of their own


def rendered(plan: Plan, choose: Callable[[Key], Form]) -> str:
    """Return the text with the chosen form at each site."""
    chosen = [
        (edit.start, -edit.stop, pieces)
        for site in plan.sites
        if site.writable and (form := choose(site.key)) != site.form
        for edit in site.edits
        if (pieces := edit.forms[form]) is not None
    ]
    if not chosen:
        return plan.text
    chosen += [(it.start, -it.stop, pieces) for it in plan.gaps if (pieces := it.forms[0])]
    chosen.sort(key=lambda it: it[:2])
    return _GAP.sub(_aligned, _between(plan.text, chosen, 0, len(plan.text)))


def gap(start: int, stop: int, column: int) -> Edit:
    """Return the edit that keeps a comment behind code in its column, where there is room."""
    return Edit(start, stop, ((f"\0{column}\0",), None))


def _aligned(line: re.Match[str]) -> str:
    code, column, comment = line.groups()
    room = min(int(column), LONGEST_LINE - len(comment)) - len(code)
    return code + " " * max(2, room) + comment


def _between(
    text: str, edits: Sequence[tuple[int, int, tuple[Piece, ...]]], start: int, stop: int
) -> str:
    """Return a part of the text; only edits that lie in it are given."""
    parts, here, index = [], start, 0
    while index < len(edits):
        first, last, pieces = edits[index][0], -edits[index][1], edits[index][2]
        behind = index + 1
        while behind < len(edits) and edits[behind][0] < last:
            behind += 1
        parts += [text[here:first], *_written(text, edits[index + 1 : behind], pieces)]
        here, index = last, behind
    return "".join([*parts, text[here:stop]])


def _written(
    text: str,
    edits: Sequence[tuple[int, int, tuple[Piece, ...]]],
    pieces: Iterable[Piece],
) -> Iterable[str]:
    for piece in pieces:
        if isinstance(piece, str):
            yield piece
            continue
        inside = [it for it in edits if piece.start <= it[0] and -it[1] <= piece.stop]
        part = _between(text, inside, piece.start, piece.stop)
        yield part if isinstance(piece, Span) else _filled(part, piece)


def _filled(text: str, paragraph: Filled) -> str:
    """Fill a paragraph whose first line is indented already."""
    margin = " " * paragraph.indent
    return textwrap.fill(
        " ".join(text.split()),
        paragraph.column,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    ).removeprefix(margin)
