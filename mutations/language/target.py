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
    """A function or class: dotted name, lines, and the lines of the outermost function around."""

    name: str
    first: int
    last: int
    unit_first: int
    unit_last: int


class Segment(Struct, frozen=True):
    """Whole lines of a text, as characters.

    start, stop: the target
    unit_start, unit_stop: the least around it that compiles alone: the outermost function
    indented, unit_indented: whether those lines are
    own_level: whether functions and classes in it are out of bounds
    """

    start: int
    stop: int
    unit_start: int
    unit_stop: int
    indented: bool = False
    unit_indented: bool = False
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
    start, unit_start = lines.start(symbol.first), lines.start(symbol.unit_first)
    return Segment(
        start,
        lines.start(symbol.last + 1),
        unit_start,
        lines.start(symbol.unit_last + 1),
        indented=lines.indent_of(start) != "",
        unit_indented=lines.indent_of(unit_start) != "",
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
        several = len(found) > 1
        names = [f"{parts['name']}[{n + 1}]" for n in range(len(found))]
        choices = " or ".join(names) if several else parts["name"]
        raise AmbiguousTarget(
            f"{target}: the file defines {len(found)} such "
            f"{'symbols (lines' if several else 'symbol (line'} {places}). Write {choices}."
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
    return tuple(_symbols_in(module, "", None))


def _symbols_in(node: ast.AST, prefix: str, unit: tuple[int, int] | None) -> Iterator[Symbol]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Definition):
            lines = _first_line(child), child.end_lineno or child.lineno
            around = unit or lines
            yield Symbol(prefix + child.name, *lines, *around)
            inner = unit if isinstance(child, ast.ClassDef) else around
            yield from _symbols_in(child, f"{prefix}{child.name}.", inner)
        elif not isinstance(child, ast.expr):
            yield from _symbols_in(child, prefix, unit)


def _first_line(node: _Definition) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
