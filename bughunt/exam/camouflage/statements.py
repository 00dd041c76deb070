"""Statements in another order or number that do the same.

- Two assignments side by side, each of a constant or an empty display to a name of its own, do not
  depend on each other: neither reads what the other writes, none can fail, and nobody else has a
  turn between them. This goes for locals and for constants of a module.
- A function that ends in `return f(x)` may name its result first. The value is computed at the same
  place; the name occurs nowhere else in the function.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from bughunt.exam.camouflage.habits import LOOKS_AT_NAMES
from bughunt.exam.camouflage.sites import Edit, Form, Piece, Site, Span
from bughunt.exam.camouflage.source import Function, Source
from bughunt.exam.camouflage.synonyms import FIRST_NAME

_RESULT = ("result", "outcome")
_WORTH_A_NAME = (ast.Call, ast.BinOp, ast.ListComp, ast.DictComp, ast.Subscript)


def statement_sites(source: Source) -> Iterator[Site]:
    """Yield the sites of all functions."""
    for function in source.functions:
        if function.names & LOOKS_AT_NAMES:
            continue
        prefix = f"{source.path}::{function.name}"
        if (returned := _returned(source, function)) is not None:
            yield Site("return", f"{prefix} return", returned[0], (returned[1],))
        for number, (form, edit) in enumerate(_local_exchanges(source, function), start=1):
            yield Site("statements", f"{prefix} statements {number}", form, (edit,))
    if {it.id for it in ast.walk(source.tree) if isinstance(it, ast.Name)} & LOOKS_AT_NAMES:
        return
    for number, (form, edit) in enumerate(_exchanges(source, source.tree.body, set()), start=1):
        yield Site("statements", f"{source.path}:: statements {number}", form, (edit,))


def _returned(source: Source, function: Function) -> tuple[Form, Edit] | None:
    node = function.node
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    match body:
        case [*_, ast.Assign(targets=[ast.Name(id=name)]) as named, ast.Return() as end]:
            if isinstance(end.value, ast.Name) and end.value.id == name:
                return _named(source, function, named, end)
    match body:
        case [_, *_, ast.Return(value=ast.expr() as value) as end]:
            return _unnamed(source, function, end, value)
    return None


def _unnamed(
    source: Source, function: Function, end: ast.Return, value: ast.expr
) -> tuple[Form, Edit] | None:
    start, stop = source.span(end).start, source.line_stop(source.span(end).stop)
    if not isinstance(value, _WORTH_A_NAME) or function.names & {*_RESULT}:
        return None
    margin = source.text[source.line_start(start) : start]
    if margin.strip() or source.text[start : source.span(value).start] != "return ":
        return None
    pieces: tuple[Piece, ...] = (
        f"{_RESULT[0]} = ",
        Span(source.span(value).start, stop),
        f"\n{margin}return {_RESULT[0]}",
    )
    return 0, Edit(start, stop, (None, pieces))


def _named(
    source: Source, function: Function, named: ast.Assign, end: ast.Return
) -> tuple[Form, Edit] | None:
    (target,) = named.targets
    assert isinstance(target, ast.Name)
    start, stop = source.span(named).start, source.span(end).stop
    behind = source.line_stop(source.span(named).stop)
    uses = [it.id for it in function.inside if isinstance(it, ast.Name)].count(target.id)
    alone = uses == 2 and not function.outside & {target.id}
    between = source.text[behind:stop]
    prefix = source.text[start : source.span(named.value).start]
    if not alone or not isinstance(named.value, _WORTH_A_NAME) or prefix != f"{target.id} = ":
        return None
    if not re.fullmatch(rf"\n +return {target.id}", between):
        return None
    pieces: tuple[Piece, ...] = ("return ", Span(source.span(named.value).start, behind))
    return 1, Edit(start, stop, (pieces, None))


def _local_exchanges(source: Source, function: Function) -> Iterator[tuple[Form, Edit]]:
    """Yield pairs of assignments side by side, in all blocks of a function."""
    if any(isinstance(it, ast.Global | ast.Nonlocal) for it in function.inside):
        return
    given = {it.arg for it in function.inside if isinstance(it, ast.arg)}
    for node in (function.node, *function.inside):
        if isinstance(node, ast.ClassDef):  # which may keep the order of what it holds
            continue
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield from _exchanges(source, block, given)


def _exchanges(
    source: Source, block: list[ast.stmt], given: set[str]
) -> Iterator[tuple[Form, Edit]]:
    """Yield pairs of assignments side by side; a statement is in one pair at most."""
    taken = None
    for one, other in itertools.pairwise(block):
        names = _name_given(one, given), _name_given(other, given)
        if one is taken or names[0] is None or names[1] is None or names[0] == names[1]:
            continue
        if (edit := _exchange(source, one, other, (names[0], names[1]))) is not None:
            taken = other
            yield edit


def _name_given(node: ast.stmt, given: set[str]) -> str | None:
    """Return the name to which a statement gives something that is simply there."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in given:
            pass
        case _:
            return None
    match value:
        case ast.Constant() | ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Tuple(elts=[]):
            return name
    return None


def _exchange(
    source: Source, one: ast.stmt, other: ast.stmt, names: tuple[str, str]
) -> tuple[Form, Edit] | None:
    """Exchange two lines, comments at their ends included."""
    start, stop = source.span(one).start, source.line_stop(source.span(other).stop)
    left = Span(start, source.line_stop(source.span(one).stop))
    right = Span(source.span(other).start, stop)
    between = source.text[left.stop : right.start]
    line = source.text[source.line_start(start) : start]
    if line.strip() or between.strip() or between.count("\n") != 1:
        return None
    if not all(_stands_alone(source, it) for it in (one, other)):
        return None
    first, second = (FIRST_NAME.get(it, it) for it in names)
    form = int(first > second)
    pieces = (right, between, left)
    return form, Edit(start, stop, (None, pieces) if form == 0 else (pieces, None))


def _stands_alone(source: Source, node: ast.stmt) -> bool:
    """Tell whether nothing but a comment stands behind a statement on its line."""
    stop = source.span(node).stop
    return re.fullmatch(r"\s*(#.*)?", source.text[stop : source.line_stop(stop)]) is not None
