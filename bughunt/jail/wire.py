"""A count of the values in MessagePack, made before any of them is built.

A few megabytes of MessagePack can ask for gigabytes of objects, or for a nesting that no stack
holds. The headers are walked with a stack of our own, and no further than the bounds.
"""

from __future__ import annotations

from bughunt.running.observation import TUPLE

_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8}
_FIXED |= {0xCC + power: 2**power for power in range(4)}
_FIXED |= {0xD0 + power: 2**power for power in range(4)}
_SIZED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}  # bytes and text
_EXTENSION = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_LISTS = {0xDC: 2, 0xDD: 4}
_MAPS = {0xDE: 2, 0xDF: 4}


class TooMuch(ValueError):
    """More values, deeper ones or fewer bytes than the headers speak of."""


def check(content: bytes, most_values: int, deepest: int) -> None:
    """Insist that the content is one value, with at most so many in it and at most so deep.

    Raises:
        TooMuch: for anything else; nothing of the content has been built by then.

    """
    position, budget = 0, most_values
    open_ends = [1]  # how many values are still to come at each depth
    while open_ends:
        if not open_ends[-1]:
            open_ends.pop()
            continue
        open_ends[-1] -= 1
        position, parts = _value(content, position)
        budget -= parts + 1
        if budget < 0 or len(open_ends) > 2 * deepest:
            raise TooMuch(f"observation: more than {most_values} values, or {deepest} levels.")
        if parts:
            open_ends.append(parts)
    if position != len(content):
        raise TooMuch(f"observation: {len(content) - position} bytes stand behind its end.")


def _value(content: bytes, position: int) -> tuple[int, int]:
    """Return where the parts of one value begin, or it ends, and how many parts it has."""
    if position >= len(content):
        raise TooMuch("observation: cut short.")
    head = content[position]
    position += 1
    if head < 0x80 or head >= 0xE0 or head in _FIXED:
        return position + _FIXED.get(head, 0), 0
    if head < 0xA0:
        return position, (head & 15) * (2 if head < 0x90 else 1)
    if head < 0xC0:
        return position + (head & 31), 0
    if head in _LISTS or head in _MAPS:
        width = _LISTS.get(head) or _MAPS[head]
        return position + width, _number(content, position, width) * (2 if head in _MAPS else 1)
    if head in _SIZED:
        return position + _SIZED[head] + _number(content, position, _SIZED[head]), 0
    return _extension(content, position, head)


def _extension(content: bytes, position: int, head: int) -> tuple[int, int]:
    """Return the same for an extension; a tuple holds one value, the list of its items."""
    width = _EXTENSION.get(head, 0)
    if not width and not 0xD4 <= head <= 0xD8:
        raise TooMuch(f"observation: no value begins with {head:#x}.")
    size = _number(content, position, width) if width else 1 << (head - 0xD4)
    position += width
    if position < len(content) and content[position] == TUPLE:
        return position + 1, 1
    return position + 1 + size, 0


def _number(content: bytes, position: int, width: int) -> int:
    return int.from_bytes(content[position : position + width], "big")
