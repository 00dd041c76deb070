"""A file, parsed once: places of nodes as characters, functions, comments and docstrings."""

from __future__ import annotations

import ast
import io
import itertools
import tokenize
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct

from bughunt.exam.camouflage.sites import Span
from bughunt.running.source_parts import functions

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Function(Struct, frozen=True):
    """A function that stands in no other function, with the classes around it in its name."""

    name: str
    node: Definition
    inside: tuple[ast.AST, ...]  # all nodes but its own
    names: frozenset[str]  # that stand for something in it
    outside: frozenset[str]  # those in its defaults, decorators and annotations


class Words(Struct, frozen=True):
    """A comment, or the text of a docstring."""

    scope: str
    span: Span
    node: ast.AST | None  # of what a docstring is


class Source:
    """The syntax of a text; raises SyntaxError or ValueError when it has none."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.splitlines(keepends=True) if "\f" not in text else text.split("\n")
        self._starts = [0]
        for line in io.StringIO(text, newline=""):
            self._starts.append(self._starts[-1] + len(line))
        self.functions = tuple(itertools.starmap(_function, functions(self.tree)))

    def offset(self, line: int, column: int) -> int:
        """Return the place of a line, from 1, and a column in bytes of UTF-8."""
        start = self._starts[line - 1]
        if self.text.isascii():
            return start + column
        content = self.text[start : self._starts[line]].encode()
        return start + len(content[:column].decode())

    def span(self, node: ast.AST) -> Span:
        """Return where a node stands."""
        return Span(
            self.offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def line_span(self, node: ast.stmt) -> Span:
        """Return the whole lines on which a statement stands."""
        assert node.end_lineno is not None
        return Span(self._starts[node.lineno - 1], self._starts[node.end_lineno])

    def line_start(self, place: int) -> int:
        """Return where the line of a place begins."""
        return self.text.rfind("\n", 0, place) + 1

    def line_stop(self, place: int) -> int:
        """Return where the line of a place ends, before its line end."""
        stop = self.text.find("\n", place)
        return len(self.text) if stop < 0 else stop

    @cached_property
    def comments(self) -> tuple[Span, ...]:
        """Return where comments stand."""
        found = []
        for token in tokenize.generate_tokens(io.StringIO(self.text, newline="").readline):
            if token.type == tokenize.COMMENT:
                start = self._starts[token.start[0] - 1] + token.start[1]
                found.append(Span(start, start + len(token.string)))
        return tuple(found)

    @cached_property
    def words(self) -> tuple[Words, ...]:
        """Return comments and docstrings in the order of the text."""
        found = [Words(self.scope_at(span.start), span, None) for span in self.comments]
        for name, node in [("", self.tree), *_named(self.tree, "")]:
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and _is_text(first.value):
                found.append(Words(name, self.span(first.value), node))
        return tuple(sorted(found, key=lambda it: it.span.start))

    def scope_at(self, place: int) -> str:
        """Return the name of the function around a place, or nothing."""
        line = self.text.count("\n", 0, place) + 1
        for function in self.functions:
            node = function.node
            if node.lineno <= line <= (node.end_lineno or 0):
                return function.name
        return ""


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _function(name: str, node: Definition) -> Function:
    inside = tuple(ast.walk(node))[1:]
    around = [node.args, node.returns, *node.decorator_list]
    outside = _spoken(it for part in around if part for it in ast.walk(part))
    return Function(name, node, inside, _spoken(inside), outside)


def _spoken(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return all identifiers that stand for something by themselves."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.MatchAs(name=str(name)):
                found.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.alias(name=name, asname=asname):
                found.add(asname or name.partition(".")[0])
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found |= set(names)
    return frozenset(found)


def _named(
    node: ast.Module | ast.ClassDef, prefix: str
) -> Iterator[tuple[str, ast.ClassDef | Definition]]:
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield prefix + child.name, child
            yield from _named(child, f"{prefix}{child.name}.")
        elif isinstance(child, Definition):
            yield prefix + child.name, child
