"""The libcst tree of a target, with the characters of each node.

Only the lines of the target are parsed, behind an ``if 1:`` that makes their indentation legal:
a tree of a whole file would cost more than everything else that an edit does.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, NamedTuple

import libcst as cst
from libcst.metadata.span_provider import SpanProvidingCodegenState
from msgspec import Struct

from mutations.language.errors import InvalidEdit
from mutations.language.lines import Lines, lines_of
from mutations.language.syntax import (
    Node,
    children_of,
    is_empty_tuple,
    is_expression,
    statements_of,
)
from mutations.language.target import Segment, find_segment

HEADER = "if 1:\n"


class Span(NamedTuple):
    """Characters of a text, from `start` up to `stop`."""

    start: int
    stop: int


class _Stretch:
    """Notes the characters that libcst writes for a node while the `with` block runs."""

    __slots__ = ("_first", "_last", "_node", "_start", "_state")

    def __init__(
        self, state: "CharacterSpans", node: Node, first: Node | None, last: Node | None
    ) -> None:
        self._state, self._node, self._first, self._last = state, node, first, last

    def __enter__(self) -> None:
        self._start = self._state.position

    def __exit__(self, *_: object) -> None:
        spans, stop = self._state.spans, self._state.position
        self._state.spans[self._node] = Span(
            self._start if self._first is None else spans[self._first].start,
            stop if self._last is None else spans[self._last].stop,
        )


class CharacterSpans(SpanProvidingCodegenState):
    """Where each node of a module stands, in characters.

    libcst's own providers count bytes or columns and take four times as long, which would be half
    of the time of an edit.

    spans: for each node its characters, without white space and parentheses around
    colons: for each suite, where the colon before it ends
    """

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline, provider=self)  # type: ignore[arg-type]
        self.spans: dict[Node, Span] = {}
        self.colons: dict[Node, int] = {}
        self._starts: list[int] = []
        module._codegen(self)

    @property
    def code(self) -> str:
        """The source of the module."""
        return "".join(self.tokens)

    def span(self, node: Node) -> Span:
        """Give a node's characters; a definition begins with its first decorator."""
        if is_empty_tuple(node):
            own: Any = node
            return Span(self.spans[own.lpar[-1]].start, self.spans[own.rpar[0]].stop)
        decorators: Any = getattr(node, "decorators", ())
        first = decorators[0] if decorators else node
        return Span(self.spans[first].start, self.spans[node].stop)

    def add_indent_tokens(self) -> None:
        """Write the indentation of a line."""
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        """Write a token."""
        self.tokens.append(value)
        self.position += len(value)

    def before_codegen(self, node: Node) -> None:
        """Note where a node begins, white space included."""
        self._starts.append(self.position)
        if type(node) in (cst.IndentedBlock, cst.SimpleStatementSuite):
            self.colons[node] = self.position

    def after_codegen(self, node: Node) -> None:
        """Note where a node ends, unless it has told more closely."""
        start = self._starts.pop()
        if node not in self.spans:
            self.spans[node] = Span(start, self.position)

    def record_syntactic_position(  # type: ignore[override]
        self, node: Node, *, start_node: Node | None = None, end_node: Node | None = None
    ) -> AbstractContextManager[None]:
        """Note the characters of a node without the white space around it."""
        return _Stretch(self, node, start_node, end_node)


class Block(Struct, frozen=True):
    """The statements of one suite."""

    suite: Node
    statements: tuple[Node, ...]


class Tree:
    """A parsed target.

    text, lines: the whole file
    segment: the target's place in it
    root: the suite that holds the target, or the whole module
    blocks: every suite in which an edit may look for statements, in source order
    expressions: every expression outside labels, in source order
    """

    def __init__(self, text: str, target: str) -> None:
        self.text = text
        self.target = target
        self.lines: Lines = lines_of(text)
        self.segment: Segment = find_segment(text, target)
        header = HEADER if self.segment.indented else ""
        self._offset = self.segment.start - len(header)
        source = header + text[self.segment.start : self.segment.stop]
        module = self._parse(source)
        self._spans = CharacterSpans(module)
        assert self._spans.code == source, "libcst reproduces what it parses"
        first: Any = module.body[0] if header else None
        self.root: Node = first.body if header else module
        self._parents: dict[Node, Node] = {}
        self._block_of: dict[Node, Block] = {}
        self.blocks: list[Block] = []
        self.expressions: list[Node] = []
        self._index()

    def span(self, node: Node) -> Span:
        """Give a node's characters, without the parentheses and white space around it."""
        start, stop = self._spans.span(node)
        return Span(start + self._offset, stop + self._offset)

    def span_with_parentheses(self, node: Node) -> Span:
        """Give a node's characters with the parentheses around it."""
        left: Any = getattr(node, "lpar", ())
        right: Any = getattr(node, "rpar", ())
        start = self.span(left[0]).start if left else self.span(node).start
        return Span(start, self.span(right[-1]).stop if right else self.span(node).stop)

    def header_span(self, statement: Node) -> Span:
        """Give the characters of a compound statement up to and with its colon."""
        suite: Any = getattr(statement, "body", None)
        return Span(self.span(statement).start, self._spans.colons[suite] + self._offset)

    def source(self, node: Node) -> str:
        """Give a node's characters as text."""
        return self.text[slice(*self.span(node))]

    def line(self, node: Node) -> int:
        """Give the line on which a node begins."""
        return self.lines.line_of(self.span(node).start)

    def parent(self, node: Node) -> Node | None:
        """Give the node around a node."""
        return self._parents.get(node)

    def ancestors(self, node: Node) -> Iterator[Node]:
        """Yield the nodes around a node, inner ones first."""
        parent = self.parent(node)
        while parent is not None:
            yield parent
            parent = self.parent(parent)

    def is_statement(self, node: Node) -> bool:
        """Tell whether a node stands in a block."""
        return node in self._block_of

    def is_compound(self, statement: Node) -> bool:
        """Tell whether a statement has a block of its own."""
        return getattr(statement, "body", None) in self._spans.colons

    def block_of(self, statement: Node) -> Block:
        """Give the block in which a statement stands."""
        return self._block_of[statement]

    def statement_of(self, node: Node) -> Node:
        """Give the innermost statement around a node, or the node if it is one."""
        if node in self._block_of:
            return node
        return next(around for around in self.ancestors(node) if around in self._block_of)

    def comments(self) -> Iterator[Span]:
        """Yield the comments of the target."""
        for node in self._spans.spans:
            if type(node) is cst.Comment:
                yield self.span(node)

    def first_line_with_comment(self, statement: Node) -> int:
        """Give the first line of the comment right above a statement, or of the statement."""
        first = line = self.line(statement)
        own = {self.lines.line_of(c.start) for c in self.comments() if self._is_alone(c)}
        while line - 1 in own:
            line -= 1
        return line if self.lines.opens_line(self.lines.start(first)) else first

    def _is_alone(self, comment: Span) -> bool:
        return self.lines.opens_line(comment.start)

    def _parse(self, source: str) -> cst.Module:
        try:
            return cst.parse_module(source)
        except cst.ParserSyntaxError as error:
            raise InvalidEdit(
                f"{self.target}: libcst cannot parse the clean code: {error}. "
                "Choose another target."
            ) from error

    def _index(self) -> None:
        pending: list[tuple[Node, bool]] = [(self.root, True)]
        while pending:
            node, visible = pending.pop()
            suite = node if node is self.root else getattr(node, "body", None)
            if suite in self._spans.colons or suite is self.root:
                self._add_block(suite, visible=visible)
            if visible and is_expression(node):
                self.expressions.append(node)
            hidden = self.segment.own_level and type(node) in (cst.FunctionDef, cst.ClassDef)
            children = list(children_of(node))
            self._parents.update((child, node) for child, _ in children)
            shown = visible and not hidden
            pending += [(child, shown and not label) for child, label in reversed(children)]

    def _add_block(self, suite: Node, *, visible: bool) -> None:
        block = Block(suite, statements_of(suite))
        self._block_of.update(dict.fromkeys(block.statements, block))
        if visible:
            self.blocks.append(block)


@lru_cache(maxsize=16)
def tree_of(text: str, target: str) -> Tree:
    """Parse a target; the last few are remembered, for a bug often edits one target twice."""
    return Tree(text, target)
