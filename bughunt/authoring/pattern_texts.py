"""How code is written as a pattern: in full while that is short, else with its gist only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bughunt.authoring.source import Source
from bughunt.authoring.syntax_changes import Pair, same

WIDEST = 88  # characters of a pattern that one takes in at a glance
_LONG = 24  # characters of unchanged code for which a metavariable may stand


def of_expression(source: Source, node: ast.AST) -> str:
    """Return an expression as a pattern."""
    text = one_line(source.segment(node))
    return ast.unparse(node) if "\n" in text else text


def one_line(text: str) -> str:
    """Write code that goes over several lines on one, unless words stand in it."""
    if "#" in text or '"""' in text or "'''" in text:
        return text
    text = re.sub(r"\s*\n\s*", " ", text.strip())
    text = re.sub(r"([(\[{]) ", r"\1", text)
    return re.sub(r",? ([)\]}])", r"\1", text)


def around(source: Source, node: ast.AST) -> Iterator[str]:
    """Yield patterns for code around an edit, shortest first: a call without its arguments."""
    if isinstance(node, ast.Call):
        yield f"{of_expression(source, node.func)}($$$_)"
    if isinstance(node, ast.expr):
        yield of_expression(source, node)
    elif isinstance(node, ast.stmt):
        yield from of_statements(source, (node,))


def of_statements(source: Source, nodes: tuple[ast.stmt, ...]) -> Iterator[str]:
    """Yield patterns for statements, best first; a block is meant by its header."""
    whole = source.statements(*nodes)
    header = source.header(nodes[0]) if len(nodes) == 1 else None
    if header is not None:
        yield header
    elif len(whole) <= WIDEST and "\n" not in whole:
        yield whole
    elif len(nodes) == 1:
        yield from _gists(source, nodes[0])
    yield whole


def _gists(source: Source, node: ast.stmt) -> Iterator[str]:
    """Yield a long statement with its value left open."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield f"{one_line(source.segment(node.value.func))}($$$_)"
    value = getattr(node, "value", None)
    if isinstance(value, ast.expr) and isinstance(node, (ast.Assign, ast.AugAssign, ast.Return)):
        start, stop = source.span(node)[0], source.span(value)[0]
        yield one_line(source.text[start:stop].rstrip(" (")).rstrip() + " $_"


def with_gaps(sources: tuple[Source, Source], pair: Pair) -> tuple[str, str] | None:
    """Return an expression before and after, metavariables in place of long parts that stay.

    What a metavariable stands for keeps its line breaks and comments.
    """
    kept = dict(zip("ABCDE", _kept(sources[0], pair), strict=False))
    if not kept:
        return None
    texts = []
    for version, source in enumerate(sources):
        start, stop = source.span(pair[version])
        text = source.text[start:stop]
        places = [(*source.span(part[version]), name) for name, part in kept.items()]
        for first, last, name in sorted(places, reverse=True):
            text = f"{text[: first - start]}${name}{text[last - start :]}"
        texts.append(one_line(text))
    return texts[0], texts[1]


def _kept(source: Source, pair: Pair) -> Iterator[Pair]:
    """Yield the largest parts that two versions share, in the order of the text, if worth it."""
    old, new = pair
    if isinstance(old, ast.JoinedStr) or type(old) is not type(new):
        return
    if isinstance(old, ast.expr) and same(old, new):
        text = source.segment(old)
        if (len(text) >= _LONG or "\n" in text) and not isinstance(old, (ast.Slice, ast.Starred)):
            yield pair
        return
    children = list(ast.iter_child_nodes(old)), list(ast.iter_child_nodes(new))
    if len(children[0]) == len(children[1]):
        for one, other in zip(*children, strict=True):
            yield from _kept(source, Pair(one, other))
