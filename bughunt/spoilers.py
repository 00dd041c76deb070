"""Words in a symptom that give the bug away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from mutations import Operator

_CODE_LIKE = re.compile(r"\w*(?:_\w|[a-z][A-Z])\w*")
_SHORTEST_CODE = 4


def spoilers(bug: str, symptom: str, edits: tuple[Operator, ...]) -> Iterator[str]:
    """Yield each text in the symptom that names the bug, its place or its code."""
    words = set(re.findall(r"[a-z0-9]+", symptom.lower()))
    if bug in symptom or words.issuperset(bug.split("_")):
        yield bug
    for text in sorted({text for edit in edits for text in _telling(edit)}):
        if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", " ".join(symptom.split())):
            yield text


def _telling(edit: Operator) -> Iterator[str]:
    """Yield the file, the symbols and the code of one edit, as somebody might quote them.

    A symbol that is an ordinary word, such as ``forward``, tells only when it is written as code.
    """
    file, _, symbol = edit.target.partition("::")
    yield from (file, file.rpartition("/")[2], file.removesuffix(".py").replace("/", "."))
    for name in symbol.split(".") if symbol else ():
        yield from (f"{name}(", f".{name}", f"`{name}`")
        if _CODE_LIKE.fullmatch(name):
            yield name
    for field, value in msgspec.structs.asdict(edit).items():
        if field != "target" and isinstance(value, str):
            yield from _telling_code(" ".join(value.split()))


def _telling_code(code: str) -> Iterator[str]:
    if len(code) >= _SHORTEST_CODE and not code.isalpha():
        yield code
    yield from _CODE_LIKE.findall(code)
