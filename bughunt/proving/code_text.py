"""Python source as text: its tokens, comments and docstrings, with places."""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mutations.language.lines import lines_of

_TOKEN = re.compile(
    r'''(?P<string>[rbfuRBFU]{0,2}(?:"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\''''
    r"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))"""
    r"|(?P<comment>\#[^\r\n]*)"
    r"|(?P<number>\.?\d[\w.]*(?:(?<=[eE])[-+]\d+)?)"
    r"|(?P<name>\w+)"
    r"|(?P<operator>\*\*=?|//=?|>>=?|<<=?|->|:=|\.\.\.|[-+*/%&|^@=!<>]=|[^\s\w\\])",
    re.DOTALL,
)
_PROSE_TOKEN = re.compile(r"\d[\w.]*\d|\w+|\*\*|//|[-+*/%&|^@=!<>]=|[^\s\w]")
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Token(NamedTuple):
    """A piece of code that is no comment."""

    text: str
    start: int
    kind: str  # "string", "number", "name", "operator"


class Remark(NamedTuple):
    """A comment or a docstring: what the code says in words."""

    text: str
    start: int  # offsets in characters
    stop: int
    line: int  # from 1
    own_line: bool  # whether it stands alone on its line
    docstring: bool = False


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a source text or of a part of one, comments left out."""
    found = _TOKEN.finditer(text)
    return tuple(
        Token(match.group(), match.start(), match.lastgroup or "")
        for match in found
        if match.lastgroup != "comment"
    )


def words(text: str) -> tuple[str, ...]:
    """Return the tokens of code, or of a sentence that quotes code, as texts.

    Owners are left out: ``math.sqrt(x)`` and ``sqrt(x)`` are the same words.
    """
    return tuple(_PROSE_TOKEN.findall(re.sub(r"(?:\b[A-Za-z_]\w*\.)+(?=[A-Za-z_])", "", text)))


@lru_cache(maxsize=64)
def parsed(text: str) -> ast.Module:
    """Parse a source text that is known to compile; the tree is not to be changed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


@lru_cache(maxsize=64)
def remarks(text: str) -> tuple[Remark, ...]:
    """Return the comments and docstrings of a source text, in the order of their places."""
    return tuple(sorted([*_comments(text), *_docstrings(text)], key=lambda remark: remark.start))


def _comments(text: str) -> Iterator[Remark]:
    lines = lines_of(text)
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "comment":
            start, line = match.start(), lines.line_of(match.start())
            yield Remark(match.group(), start, match.end(), line, lines.opens_line(start))


def _docstrings(text: str) -> Iterator[Remark]:
    lines = lines_of(text)
    for node in (parsed(text), *definitions(text)):
        if ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            start, stop = lines.start(first.lineno), lines.end(first.end_lineno or first.lineno)
            quoted = text[start:stop]
            yield Remark(quoted.strip(), start, stop, first.lineno, True, docstring=True)


@lru_cache(maxsize=64)
def definitions(text: str) -> tuple[Definition, ...]:
    """Return all functions and classes of a source text, the outer ones first."""
    return tuple(node for node in _statements(parsed(text)) if isinstance(node, DEFINITIONS))


def source_lines(node: ast.stmt) -> tuple[int, int]:
    """Return the first and the last line of a statement, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return first, node.end_lineno or node.lineno


def source_of(node: ast.stmt, text: str) -> str:
    """Return the lines of a statement."""
    first, last = source_lines(node)
    lines = lines_of(text)
    return text[lines.start(first) : lines.end(last)]


@lru_cache(maxsize=64)
def statement_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the first and last line of each statement; of one with a block, of its header."""
    spans = []
    for node in _statements(parsed(text)):
        first, last = source_lines(node)
        body = getattr(node, "body", None)
        spans.append((first, max(first, body[0].lineno - 1) if body else last))
    return tuple(spans)


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for block in _BLOCKS:
        for child in getattr(node, block, ()):
            if isinstance(child, ast.stmt):
                yield child
            yield from _statements(child)


def same_code(old: str, new: str) -> bool:
    """Tell whether two source texts mean the same, docstrings included."""
    return old == new or _same_block(parsed(old).body, parsed(new).body, old, new)


def _same_block(old: list[ast.stmt], new: list[ast.stmt], before: str, after: str) -> bool:
    """Compare statement by statement; texts that are equal need no look at their trees."""
    if len(old) != len(new):
        return False
    return all(
        source_of(a, before) == source_of(b, after) or _same_statement(a, b, before, after)
        for a, b in zip(old, new, strict=True)
    )


def _same_statement(old: ast.stmt, new: ast.stmt, before: str, after: str) -> bool:
    if isinstance(old, ast.ClassDef) and isinstance(new, ast.ClassDef):
        heads = [ast.dump(ast.ClassDef(**{**vars(node), "body": []})) for node in (old, new)]
        return heads[0] == heads[1] and _same_block(old.body, new.body, before, after)
    return ast.dump(old) == ast.dump(new)


def idle_lines(old: str, new: str, *, with_comments: bool) -> Iterator[int]:
    """Yield the lines of the old text that the new one writes otherwise with the same code.

    A line that is only indented otherwise is not idle: its block is another. Comments count as
    layout unless they are meant to change.
    """
    before, after = old.split("\n"), new.split("\n")
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            gone, come = before[first:last], after[new_first:new_last]
            yield from (first + line + 1 for line in _idle(gone, come, with_comments))


def _idle(gone: list[str], come: list[str], with_comments: bool) -> Iterator[int]:
    """Yield the lines of a changed piece, from 0, of which nothing but layout changes."""
    old, new = _by_line(gone, with_comments), _by_line(come, with_comments)
    if not old and not new:
        yield 0
        return
    opcodes = difflib.SequenceMatcher(
        None, [text for text, _ in old], [text for text, _ in new], autojunk=False
    ).get_opcodes()
    changed = [code[1:] for code in opcodes if code[0] != "equal"]
    yield from _untouched(gone, old, [(code[0], code[1]) for code in changed], come)
    if _untouched(come, new, [(code[2], code[3]) for code in changed], gone):
        yield 0


def _by_line(lines: list[str], with_comments: bool) -> list[tuple[str, int]]:
    return [
        (match.group(), number)
        for number, line in enumerate(lines)
        for match in _TOKEN.finditer(line)
        if with_comments or match.lastgroup != "comment"
    ]


def _untouched(
    lines: list[str],
    code: list[tuple[str, int]],
    changed: list[tuple[int, int]],
    others: list[str],
) -> list[int]:
    """Return the lines that hold code, none of it changed, and that are not only indented anew."""
    touched = set()
    for first, last in changed:
        span = (first, last) if first < last else (max(0, first - 1), last + 1)
        touched |= {line for _, line in code[slice(*span)]}
    moved = {line.lstrip() for line in others}
    return [
        line
        for line in sorted({line for _, line in code} - touched)
        if lines[line].lstrip() not in moved
    ]
