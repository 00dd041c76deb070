"""Replacements: what an edit comes down to."""

from collections.abc import Iterable

from msgspec import Struct

from mutations.language.errors import OverlappingEdits
from mutations.language.lines import lines_of


class Replacement(Struct, frozen=True, order=True):
    """The characters from `start` up to `stop` of a source text become `text`."""

    start: int
    stop: int
    text: str


def splice(text: str, replacements: Iterable[Replacement]) -> str:
    """Apply replacements, in whatever order they come.

    An insertion at the first character of another replacement goes before it. Raises
    OverlappingEdits where two replacements share a character or insert at the same place.
    """
    pieces, position, previous = [], 0, None
    for replacement in sorted(replacements):
        same_place = previous is not None and replacement.start == previous.start
        if replacement.start < position or (same_place and replacement.start == replacement.stop):
            raise OverlappingEdits(_overlap(text, replacement))
        pieces += [text[position : replacement.start], replacement.text]
        position, previous = replacement.stop, replacement
    return "".join([*pieces, text[position:]])


def _overlap(text: str, replacement: Replacement) -> str:
    line = lines_of(text).line_of(replacement.start)
    return (
        f"two edits change line {line}: `{lines_of(text).source(line).strip()}`. "
        "Make them one edit, or choose bugs that do not touch the same code."
    )
