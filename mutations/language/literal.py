"""Numbers and strings by value, whatever their notation."""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import libcst as cst

from mutations.language.metavariable import as_written


def number_value(node: Any) -> str:
    """Give a number's type and value in words that are equal when both are."""
    value = evaluate(node.value)
    return f"{value!r} {type(value).__name__}"


def string_value(node: Any) -> tuple[str, tuple[Any, ...]]:
    """Give a string's type, and its parts: texts, and the replacement fields between them.

    Implicit concatenation is one string; text stands between two fields once, without escapes.
    """
    pieces = list(_pieces(node))
    kinds = [_string_type(piece) for piece in pieces]
    kind = next((known for known in ("bytes", "t-string", "f-string") if known in kinds), "str")
    return kind, _merge(map(_piece_parts, pieces))


def format_specification(node: Any) -> tuple[Any, ...] | None:
    """Give the parts of what stands behind a replacement field's colon."""
    if node.format_spec is None:
        return None
    return _merge(_parts(part, "", '"') for part in node.format_spec)


@cache
def evaluate(literal: str) -> Any:
    """Evaluate the source of a literal; raises SyntaxError or ValueError if it is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a doubtful escape is the code's matter, not ours
        return ast.literal_eval(literal)


def _pieces(node: Any) -> Iterator[Any]:
    if isinstance(node, cst.ConcatenatedString):
        yield from _pieces(node.left)
        yield from _pieces(node.right)
    else:
        yield node


def _string_type(piece: Any) -> str:
    if isinstance(piece, cst.SimpleString):
        return "bytes" if "b" in piece.prefix.lower() else "str"
    return "f-string" if isinstance(piece, cst.FormattedString) else "t-string"


def _piece_parts(piece: Any) -> Iterator[Any]:
    if isinstance(piece, cst.SimpleString):
        yield _text(piece.value)
        return
    prefix, quote = re.fullmatch(r"(\w*)(\W+)", piece.start).groups()  # type: ignore[union-attr]
    for part in piece.parts:
        yield from _parts(part, prefix.lower().replace("f", "").replace("t", ""), quote)


def _parts(part: Any, prefix: str, quote: str) -> Iterator[Any]:
    if hasattr(part, "expression"):
        yield part
        return
    text = part.value.replace("{{", "{").replace("}}", "}")
    try:
        yield _text(f"{prefix}{quote}{text}{quote}")
    except (SyntaxError, ValueError):  # an escape that ends in the next replacement field
        yield as_written(text)


def _text(literal: str) -> str:
    value = evaluate(literal)
    return as_written(value) if isinstance(value, str) else repr(value)[2:-1]


def _merge(pieces: Iterable[Iterable[Any]]) -> tuple[Any, ...]:
    merged: list[Any] = []
    for part in (part for piece in pieces for part in piece):
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return tuple(merged)
