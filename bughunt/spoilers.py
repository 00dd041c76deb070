"""Words that give a bug away, in a text that is read before the bug is found."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from mutations import Operator

_CODE_LIKE = re.compile(r"\w*(?:_\w|[a-z][A-Z])\w*")
_SHORTEST_CODE = 4


def spoilers(bug: str, text: str, edits: tuple[Operator, ...]) -> Iterator[str]:
    """Yield each text in a symptom, say, that names the bug, its place or its code."""
    if names_bug(text, bug):
        yield bug
    for told in sorted({told for edit in edits for told in _telling(edit)}):
        if _holds(text, told):
            yield told


def names_bug(text: str, bug: str) -> bool:
    """Tell whether a text holds the bug's id, or all of its words."""
    words = set(re.findall(r"[a-z0-9]+", text.lower()))
    return bug in text or words.issuperset(bug.split("_"))


def quoted_code(text: str, edits: tuple[Operator, ...]) -> Iterator[str]:
    """Yield the code of an edit, clean or not, that a text repeats; single names do not count."""
    for code in sorted({code for edit in edits for code in _codes(edit)}):
        if not code.replace(".", "").isidentifier() and _is_long(code) and _holds(text, code):
            yield code


def _holds(text: str, told: str) -> bool:
    """Tell whether a text holds another that is not a part of a longer word there."""
    line = " ".join(text.split())
    if not told or told not in line:  # nearly always, and an expression is costly to compile
        return False
    before, behind = (r"\b" if re.match(r"\w", edge) else "" for edge in (told[0], told[-1]))
    return re.search(f"{before}{re.escape(told)}{behind}", line) is not None


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
    for code in _codes(edit):
        if _is_long(code):
            yield code
        yield from _CODE_LIKE.findall(code)


def _codes(edit: Operator) -> Iterator[str]:
    for field, value in msgspec.structs.asdict(edit).items():
        if field != "target" and isinstance(value, str):
            yield " ".join(value.split())


def _is_long(code: str) -> bool:
    return len(code) >= _SHORTEST_CODE and not code.isalpha()
