"""A module's text with its syntax tree: where each node stands, and how it is written."""

from __future__ import annotations

import ast
import contextlib
import io
import textwrap
import tokenize
import warnings
from functools import cached_property

from bughunt.survey import mutation_operators
from mutations.language.lines import Lines

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Source(mutation_operators.Source):
    """One version of a module."""

    def __init__(self, text: str) -> None:
        """Parse a text.

        Raises:
            SyntaxError: when it is no Python.

        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            super().__init__(text)
        self.lines = Lines(text)

    def statements(self, *nodes: ast.stmt) -> str:
        """Return statements of one block, at the left margin, with what stands between them."""
        start, stop = self.span(nodes[0])[0], self.span(nodes[-1])[1]
        indent = self.lines.indent_of(start)
        return textwrap.dedent(indent + with_plain_ends(self.text[start:stop]))

    def header(self, statement: ast.AST) -> str | None:
        """Return a compound statement up to and with its colon; None for other statements."""
        body = getattr(statement, "body", None)
        if not isinstance(body, list) or not body or not isinstance(statement, ast.stmt):
            return None
        start, stop = self.span(statement)[0], self.span(body[0])[0]
        indent = self.lines.indent_of(start)
        head = with_plain_ends(self.text[start:stop])
        colons = [
            token.end
            for token in _tokens(head)
            if token.type == tokenize.OP and token.string == ":"
        ]
        if not colons:
            return None
        line, column = colons[-1]
        text = "".join(head.splitlines(keepends=True)[: line - 1])
        return textwrap.dedent(indent + text + head.splitlines()[line - 1][:column])

    def line_range(self, node: ast.AST) -> tuple[int, int]:
        """Return the first and last line of a statement, of a block those of its header.

        The comment right above belongs to it.
        """
        start, stop = self.span(node)
        first, last = self.lines.line_of(start), self.lines.line_of(stop)
        if (header := self.header(node)) is not None:
            last = first + header.count("\n")
        while first > 1 and self.lines.source(first - 1).lstrip().startswith("#"):
            first -= 1
        return first, last

    def comments(self, first: int, last: int) -> list[str]:
        """Return the comments on lines, the lines of a block of comment as one."""
        found: list[tuple[int, bool, str]] = []
        for line, column, text in self._comments:
            own = not self.lines.source(line)[:column].strip()
            if first <= line <= last:
                if own and found and found[-1][:2] == (line - 1, True):
                    text = f"{found.pop()[2]}\n{text}"
                found.append((line, own, text))
        return [text for _, _, text in found]

    @cached_property
    def _comments(self) -> list[tuple[int, int, str]]:
        return [
            (*token.start, token.string.lstrip("#").strip())
            for token in _tokens(self.text)
            if token.type == tokenize.COMMENT
        ]


def with_plain_ends(text: str) -> str:
    """Return code as patterns and templates have it; an edit writes the line ends of its file."""
    return text.replace("\r\n", "\n")


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    """Return the tokens of a text, up to where it stops being Python."""
    found: list[tokenize.TokenInfo] = []
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        found.extend(tokenize.generate_tokens(io.StringIO(text).readline))
    return found
