"""What a failed comparison of ``numpy.testing`` says, without what every such failure says."""

from __future__ import annotations

import re

_HEAD = re.compile(r"Not equal to tolerance |Arrays are not (?:almost )?equal|Items are not equal:")
_BODY = re.compile(r"Mismatched elements: |\(shapes |.* location mismatch:$| ACTUAL: ")
_ENTRY = re.compile(r"^ \[[\d, ]*\]: (.+) \(ACTUAL\), (.+) \(DESIRED\)$", re.MULTILINE)
_COUNT = re.compile(r"^Mismatched elements: (\d+) / (\d+)", re.MULTILINE)
_SHAPES = re.compile(r"^\(shapes (\(.*?\)), (\(.*?\)) mismatch\)$", re.MULTILINE)
_PLACES = re.compile(r"^(.* location mismatch:)$", re.MULTILINE)
_WHOLE = re.compile(r"^ ACTUAL: (.*)\n DESIRED: (.*)\Z", re.MULTILINE)
_ARRAY = re.compile(r"array\((.*?)(?:, dtype=\w+)?\)")


def difference(message: str) -> str:
    """Return what the detector's author says of the difference, and the first one.

    A message that is no such comparison, or is written in another way than by numpy 2.4, comes
    back as it is.
    """
    lines = message.strip().splitlines()
    if not lines or not _HEAD.match(lines[0]):
        return message
    return ": ".join(filter(None, (_told(lines), _seen("\n".join(lines))))) or message


def _told(lines: list[str]) -> str:
    """Return the ``err_msg``, which stands behind a short head or between head and body."""
    head, _, behind = lines[0].partition("Items are not equal:")
    body = next((row for row, line in enumerate(lines) if row and _BODY.match(line)), 1)
    told = [line for line in ("" if head else behind, *lines[1:body]) if line.strip()]
    return "\n".join(told)


def _seen(message: str) -> str:
    """Return the shapes, the first entry or the whole values that differ; "" when none is found."""
    if shapes := _SHAPES.search(message):
        return f"shape {shapes[1]} where {shapes[2]} is right"
    count = _COUNT.search(message)
    if count and (entry := _ENTRY.search(message)):
        differ = f"({count[1]} of {count[2]} differ)"
        return f"first mismatch: {entry[1]} where {entry[2]} is right {differ}"
    if whole := _WHOLE.search(message):
        places = _PLACES.search(message)
        actual, desired = (_ARRAY.sub(r"\1", text) for text in whole.groups())
        return f"{places[1] if places else ''} {actual} where {desired} is right".strip()
    return ""
