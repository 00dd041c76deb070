"""Mutants of a module: each small change that ordinary mutation operators make to its text.

A mutant is a replacement of one span of the text; all other bytes stay. It compiles, and what it
compiles to differs from the original and from every other mutant, so that none is a mere change of
layout. Left alone is what carries no behaviour, or only words: docstrings, annotations, f-strings,
messages that are raised, printed or logged, ``__all__``, ``if TYPE_CHECKING`` and the block that
runs a module as a script.
"""

from __future__ import annotations

import ast
import types
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from bughunt.survey.mutation_operators import (
    MESSENGERS,
    OPERATORS,
    Edit,
    Operator,
    Source,
    last_name,
)

_WIDEST = 88  # characters of a context that is shown around a change


class Mutant(msgspec.Struct, frozen=True):
    """One replacement in a text. Line and column count from 1, as editors do."""

    path: str
    line: int
    column: int
    operator: str  # a key of OPERATORS
    before: str  # the changed expression or statement with some context, as it stands
    after: str
    start: int  # characters of the text before ``before``
    lines: tuple[int, int]  # first and last line of the statement, or of the head of a block
    runs_at_import: bool  # whether these lines lie outside every function

    def apply(self, text: str) -> str:
        """Return the text with the change.

        Raises:
            ValueError: when this is not the text that the mutant was made from.

        """
        stop = self.start + len(self.before)
        if text[self.start : stop] != self.before:
            raise ValueError(f"{self.path}:{self.line}: there is no {self.before!r} here.")
        return text[: self.start] + self.after + text[stop:]


def mutants(
    text: str, path: str, operators: Mapping[str, Operator] | None = None
) -> tuple[Mutant, ...]:
    """Return all mutants of a module, in the order of their lines.

    Args:
        text: of the module.
        path: by which the mutants name it.
        operators: what makes them, by name; None: OPERATORS.

    Raises:
        SyntaxError: when the text is no Python.

    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a mutant may call a text, for example
        source = Source(text)
        chosen = OPERATORS if operators is None else operators
        tops = source.tree.body
        found = [mutant for top in tops for mutant in _mutants_of(top, path, source, chosen)]
    return tuple(sorted(found, key=lambda it: (it.line, it.column, it.operator, it.after)))


def _mutants_of(
    top: ast.stmt, path: str, source: Source, operators: Mapping[str, Operator]
) -> Iterator[Mutant]:
    """Yield the mutants of a statement of the module, each compiled without the rest."""
    start, stop = source.span(top)
    piece = source.text[start:stop]
    seen = {_compiled(piece, path), None}
    for place in _places(top):
        for operator, change in operators.items():
            for edit in change(place.node, source):
                mutant = _mutant(path, operator, place, edit, source)
                local = msgspec.structs.replace(mutant, start=mutant.start - start)
                meaning = _compiled(local.apply(piece), path)
                if meaning not in seen:
                    seen.add(meaning)
                    yield mutant


class _Place(msgspec.Struct, frozen=True):
    """A node that may be changed, with what stands around it."""

    node: ast.AST
    context: ast.AST  # the node, or the expression around it
    lines: tuple[int, int]
    runs_at_import: bool


def _places(top: ast.stmt) -> Iterator[_Place]:
    """Yield the nodes of a statement that may be changed, from the outside in."""
    pending: list[_Place] = [_Place(top, top, _head(top), True)]
    while pending:
        place = pending.pop()
        node = place.node
        if _is_left_alone(node):
            continue
        yield place
        children = []
        for name, child in _children(node):
            inner = place.runs_at_import
            if name == "body" and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                inner = False
            lines = _head(child) if isinstance(child, ast.stmt) else place.lines
            context = child
            if isinstance(child, (ast.expr, ast.keyword)) and isinstance(node, ast.expr):
                context = node
            elif isinstance(node, ast.keyword):
                context = place.context
            children.append(_Place(child, context, lines, inner))
        pending += reversed(children)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the parts of a node that may be changed, each with the name of its field."""
    left_out = {"annotation", "returns", "format_spec", "ctx", "op", "ops"}
    if isinstance(node, ast.Raise):
        left_out |= {"exc", "cause"}  # the message
    if isinstance(node, ast.Assert):
        left_out.add("msg")
    if isinstance(node, ast.Call) and last_name(node.func) in MESSENGERS:
        left_out |= {"args", "keywords"}
    for name, value in ast.iter_fields(node):
        if name in left_out:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield name, child


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring, or an ellipsis
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(it, ast.Name) and it.id == "__all__" for it in targets)
    if isinstance(node, ast.If):
        test = node.test
        left = test.left if isinstance(test, ast.Compare) else None
        runs_as_script = isinstance(left, ast.Name) and left.id == "__name__"
        return runs_as_script or last_name(test) == "TYPE_CHECKING"
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _head(node: ast.AST) -> tuple[int, int]:
    """Return first and last line of a statement; of a block, those before its body."""
    first = node.lineno  # type: ignore[attr-defined]
    for decorator in getattr(node, "decorator_list", []):
        first = min(first, decorator.lineno)
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return first, max(first, _head(body[0])[0] - 1)
    return first, node.end_lineno  # type: ignore[attr-defined]


def _mutant(path: str, operator: str, place: _Place, edit: Edit, source: Source) -> Mutant:
    """Return the mutant that an edit makes, with some context around the edit."""
    start, stop, by = edit
    line, column = source.position(start)
    for node in (it for it in (place.node, place.context) if hasattr(it, "lineno")):
        outer_start, outer_stop = source.span(node)
        widened = source.text[outer_start:outer_stop]
        holds = outer_start <= start and stop <= outer_stop
        if holds and len(widened) <= _WIDEST and "\n" not in widened:
            by = source.text[outer_start:start] + by + source.text[stop:outer_stop]
            start, stop = outer_start, outer_stop
    before = source.text[start:stop]
    lines, at_import = place.lines, place.runs_at_import
    return Mutant(path, line, column, operator, before, by, start, lines, at_import)


def _compiled(piece: str, path: str) -> Any:
    """Return what a text means, or None when it is no Python."""
    try:
        return _meaning(compile(piece, path, "exec"))
    except (SyntaxError, ValueError):
        return None


def _meaning(code: types.CodeType) -> tuple[Any, ...]:
    """Return what a code object does, without the lines that it comes from."""
    constants = tuple(
        _meaning(it) if isinstance(it, types.CodeType) else repr(it) for it in code.co_consts
    )
    names = (code.co_name, code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars)
    shape = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    exceptions = getattr(code, "co_exceptiontable", b"")
    return (code.co_code, constants, names, shape, exceptions)
