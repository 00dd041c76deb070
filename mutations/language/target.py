"""Targets: which part of a file an edit may change.

``gpt.py`` is the whole file, ``gpt.py::<module>`` what stands in no function or class,
``gpt.py::Block.forward`` a symbol with its decorators, nested functions joined by dots too. Of a
symbol that is defined several times (a property and its setter, overloads, the two sides of an
``if``) ``gpt.py::Block.width[2]`` is the second.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from msgspec import Struct

from mutations.language.errors import AmbiguousTarget, InvalidEdit, TargetNotFound
from mutations.language.lines import lines_of

MODULE = "<module>"

_SYMBOL = re.compile(r"(?P<name>[\w.]+?)(?:\[(?P<index>[1-9]\d*)\])?")
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Symbol(Struct, frozen=True):
    """A function or class: dotted name, lines, and the lines of the top-level statement around."""

    name: str
    first: int
    last: int
    top_first: int
    top_last: int


class Segment(Struct, frozen=True):
    """Whole lines of a text, as characters.

    start, stop: the target
    unit_start, unit_stop: the least around it that compiles alone
    indented: whether the target's lines are
    own_level: whether functions and classes in it are out of bounds
    """

    start: int
    stop: int
    unit_start: int
    unit_stop: int
    indented: bool = False
    own_level: bool = False


def split_target(target: str) -> tuple[str, str]:
    """Split a target into its path and its symbol, which is empty for a whole file."""
    path, _, symbol = target.partition("::")
    return path, symbol


def find_segment(text: str, target: str) -> Segment:
    """Find the lines of a target.

    Raises TargetNotFound for a symbol that is not there, AmbiguousTarget for one that is there
    several times, InvalidEdit for a text that is not Python.
    """
    _, name = split_target(target)
    if name in ("", MODULE):
        return Segment(0, len(text), 0, len(text), own_level=name == MODULE)
    symbol = _choose(_symbols(text), target, name)
    lines = lines_of(text)
    return Segment(
        lines.start(symbol.first),
        lines.start(symbol.last + 1),
        lines.start(symbol.top_first),
        lines.start(symbol.top_last + 1),
        indented=lines.indent_of(lines.start(symbol.first)) != "",
    )


def _choose(symbols: tuple[Symbol, ...], target: str, name: str) -> Symbol:
    parts = _SYMBOL.fullmatch(name)
    if parts is None:
        raise TargetNotFound(
            f"{target}: '{name}' is no symbol. Write Class.method, function, or function[2]."
        )
    found = [symbol for symbol in symbols if symbol.name == parts["name"]]
    if not found:
        raise TargetNotFound(f"{target}: no such symbol. {_suggestion(symbols, parts['name'])}")
    index = int(parts["index"] or 0)
    if index > len(found) or (index == 0 and len(found) > 1):
        places = ", ".join(str(symbol.first) for symbol in found)
        choices = " or ".join(f"{parts['name']}[{n + 1}]" for n in range(len(found)))
        raise AmbiguousTarget(
            f"{target}: the file defines {len(found)} such symbols (lines {places}). "
            f"Write {choices}."
        )
    return found[max(index, 1) - 1]


def _suggestion(symbols: tuple[Symbol, ...], name: str) -> str:
    names = sorted({symbol.name for symbol in symbols})
    last = name.rpartition(".")[2]
    close = [known for known in names if known.rpartition(".")[2] == last]
    close += [known for known in get_close_matches(name, names, n=3) if known not in close]
    if close:
        return f"Did you mean {' or '.join(map(repr, close[:3]))}?"
    return f"The file defines: {', '.join(names) or 'no function or class'}."


@lru_cache(maxsize=16)
def _symbols(text: str) -> tuple[Symbol, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module = ast.parse(text)
        except (SyntaxError, ValueError) as error:
            raise InvalidEdit(f"the clean text is not Python: {error}. Repair it first.") from error
    return tuple(
        symbol
        for statement in module.body
        for symbol in _symbols_in(statement, "", (_first_line(statement), _last_line(statement)))
    )


def _symbols_in(node: ast.AST, prefix: str, top: tuple[int, int]) -> Iterator[Symbol]:
    if isinstance(node, _Definition):
        yield Symbol(prefix + node.name, _first_line(node), _last_line(node), *top)
        prefix = f"{prefix}{node.name}."
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield from _symbols_in(child, prefix, top)


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _Definition) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _last_line(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno
