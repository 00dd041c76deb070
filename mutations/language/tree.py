"""The libcst tree of a target, with the characters of each node.

Only the lines of the target are parsed, behind an ``if 1:`` that makes their indentation legal:
a tree of a whole file would cost more than everything else that an edit does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import libcst as cst
from libcst.metadata import BaseMetadataProvider
from libcst.metadata.span_provider import CodeSpan, SpanProvidingCodegenState

from mutations.language.errors import InvalidEdit
from mutations.language.lines import Lines, lines_of
from mutations.language.syntax import Node, children_of, statements_of
from mutations.language.target import Segment, find_segment

_HEADER = "if 1:\n"
_Definition = cst.FunctionDef | cst.ClassDef


class Span(NamedTuple):
    """Characters of a text, from `start` up to `stop`."""

    start: int
    stop: int


class _CharacterState(SpanProvidingCodegenState):
    """A walk over a tree that also notes where suites begin, which is behind their colon."""

    def before_codegen(self, node: Node) -> None:
        super().before_codegen(node)
        if isinstance(node, cst.BaseSuite):
            self.provider.colons[node] = self.position  # type: ignore[attr-defined]


class _CharacterSpans(BaseMetadataProvider[CodeSpan]):
    """Spans in characters, which libcst's own provider counts in bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.colons: dict[Node, int] = {}

    def _gen_impl(self, module: cst.Module) -> None:
        state = _CharacterState(
            default_indent=module.default_indent,
            default_newline=module.default_newline,
            provider=self,
            get_length=len,
        )
        module._codegen(state)


def spans_of(module: cst.Module) -> tuple[Mapping[Node, Any], Mapping[Node, int]]:
    """Give the characters of each node, and for suites where their colon ends."""
    provider = _CharacterSpans()
    provider._gen_impl(module)
    return dict(provider._computed), provider.colons


@dataclass(frozen=True)
class Block:
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
        self._header = _HEADER if self.segment.indented else ""
        self._offset = self.segment.start - len(self._header)
        self._module = self._parse(text[self.segment.start : self.segment.stop])
        self._spans, self._colons = spans_of(self._module)
        self.root: Node = self._content(self._module)
        self._parents: dict[Node, Node] = {}
        self._block_of: dict[Node, Block] = {}
        self._reparsed: tuple[str, Node | None] = ("", None)
        self.blocks: list[Block] = []
        self.expressions: list[Node] = []
        self._index()

    def span(self, node: Node) -> Span:
        """Give a node's characters, without the parentheses and white space around it."""
        decorators: Any = getattr(node, "decorators", ())
        start = self._spans[decorators[0] if decorators else node].start
        found = self._spans[node]
        return Span(start + self._offset, found.start + found.length + self._offset)

    def span_with_parentheses(self, node: Node) -> Span:
        """Give a node's characters with the parentheses around it."""
        left: Any = getattr(node, "lpar", ())
        right: Any = getattr(node, "rpar", ())
        start = self.span(left[0]).start if left else self.span(node).start
        return Span(start, self.span(right[-1]).stop if right else self.span(node).stop)

    def header_span(self, statement: Node) -> Span:
        """Give the characters of a compound statement up to and with its colon."""
        suite: Any = getattr(statement, "body", None)
        return Span(self.span(statement).start, self._colons[suite] + self._offset)

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
        return getattr(statement, "body", None) in self._colons

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
        for node in self._spans:
            if isinstance(node, cst.Comment):
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

    def reparse(self, text: str) -> Node | None:
        """Parse the target's text after an edit; None if it is no code any more."""
        if text != self._reparsed[0]:
            try:
                self._reparsed = text, self._content(cst.parse_module(self._header + text))
            except cst.ParserSyntaxError:
                self._reparsed = text, None
        return self._reparsed[1]

    def _parse(self, source: str) -> cst.Module:
        try:
            module = cst.parse_module(self._header + source)
        except cst.ParserSyntaxError as error:
            raise InvalidEdit(
                f"{self.target}: libcst cannot parse the clean code: {error}. "
                "Choose another target."
            ) from error
        assert module.code == self._header + source, "libcst reproduces what it parses"
        return module

    def _content(self, module: cst.Module) -> Node:
        statement: Any = module.body[0] if self._header else None
        return module if statement is None else statement.body

    def _index(self) -> None:
        pending: list[tuple[Node, bool]] = [(self.root, True)]
        while pending:
            node, visible = pending.pop()
            suite = node if node is self.root else getattr(node, "body", None)
            if isinstance(suite, cst.BaseSuite | cst.Module):
                self._add_block(suite, visible=visible)
            if visible and isinstance(node, cst.BaseExpression):
                self.expressions.append(node)
            named = set(children_of(node, expressions_only=True))
            hidden = self.segment.own_level and isinstance(node, _Definition)
            children = list(children_of(node))
            for child in children:
                self._parents[child] = node
            pending += [(c, visible and c in named and not hidden) for c in reversed(children)]
        self.expressions.sort(key=lambda node: (self.span(node).start, -self.span(node).stop))

    def _add_block(self, suite: Node, *, visible: bool) -> None:
        block = Block(suite, statements_of(suite))
        self._block_of.update(dict.fromkeys(block.statements, block))
        if visible:
            self.blocks.append(block)


@lru_cache(maxsize=16)
def tree_of(text: str, target: str) -> Tree:
    """Parse a target; the last few are remembered, for a bug often edits one target twice."""
    return Tree(text, target)
