"""Expressions in another form that means the same.

- `x < y` is `y > x` for two names, or lengths of what names stand for: reading them has no effect,
  and the two operators are each other's reflection for numbers, sets, arrays and tensors alike.
- `a if c else b` is `b if not c else a`: `c` is asked once, and one of the two is evaluated. `is`
  and `in` have a negation of their own, which Python defines as just that.
- `f(a=x, b=y)` is `f(b=y, a=x)` for names and constants, which are read without effect, and a
  function of the tree that takes no `**`, so that nothing sees the order.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Set

from bughunt.exam.camouflage.sites import Edit, Form, Piece, Site
from bughunt.exam.camouflage.source import Source

_ORDERS: dict[type[ast.cmpop], tuple[Form, str]] = {
    ast.Lt: (0, ">"),
    ast.LtE: (0, ">="),
    ast.Gt: (1, "<"),
    ast.GtE: (1, "<="),
}
_NEGATIONS: dict[type[ast.cmpop], tuple[Form, str]] = {
    ast.Is: (0, "is not"),
    ast.In: (0, "not in"),
    ast.IsNot: (1, "is"),
    ast.NotIn: (1, "in"),
}


def expression_sites(source: Source, plain: Set[str], orders: bool) -> Iterator[Site]:
    """Yield the sites of all functions.

    Args:
        source: the file.
        plain: names of functions that take no `**`, and `len`.
        orders: whether the tree says itself what `<` means, so that `>` may be something else.

    """
    for function in source.functions:
        seen: Counter[str] = Counter()
        for node in _expressions(function.node):
            found = _site(source, node, plain)
            if found is not None and not (orders and found[0] == "order"):
                kind, form, edit = found
                seen[kind] += 1
                key = f"{source.path}::{function.name} {kind} {seen[kind]}"
                yield Site(kind, key, form, (edit,))


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Yield expressions in the order of the text; what is in a formatted string has no place."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr):
            continue
        if isinstance(child, ast.expr):
            yield child
        yield from _expressions(child)


def _site(source: Source, node: ast.expr, plain: Set[str]) -> tuple[str, Form, Edit] | None:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _ORDERS:
            return _order(source, node, (left, right), op, plain)
        case ast.IfExp():
            return _choice(source, node)
        case ast.Call(func=ast.Name(id=name)) if name in plain:
            return _keywords(source, node)
    return None


def _order(
    source: Source, node: ast.expr, sides: tuple[ast.expr, ast.expr], op: ast.cmpop, plain: Set[str]
) -> tuple[str, Form, Edit] | None:
    left, right = (source.span(it) for it in sides)
    between = source.text[left.stop : right.start]
    if not all(_is_read_without_effect(it, plain) for it in sides) or not re.fullmatch(
        r" [<>]=? ", between
    ):
        return None
    form, mirrored = _ORDERS[type(op)]
    return "order", form, _edit(source, node, form, (right, f" {mirrored} ", left))


def _is_read_without_effect(node: ast.expr, plain: Set[str]) -> bool:
    match node:
        case ast.Name():
            return True
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name()], keywords=[]):
            return "len" in plain
    return False


def _choice(source: Source, node: ast.IfExp) -> tuple[str, Form, Edit] | None:
    first, test, last = (source.span(it) for it in (node.body, node.test, node.orelse))
    before, behind = source.text[first.stop : test.start], source.text[test.stop : last.start]
    plain = re.fullmatch(r"\s+if\s+", before) and re.fullmatch(r"\s+else\s+", behind)
    if not plain or isinstance(node.orelse, ast.IfExp | ast.Lambda | ast.NamedExpr):
        return None
    negated = _negated(source, node.test)
    if negated is None or "\n" in source.text[first.stop : test.start] + behind:
        return None
    form, pieces = negated
    return "choice", form, _edit(source, node, form, (last, before, *pieces, behind, first))


def _negated(source: Source, test: ast.expr) -> tuple[Form, tuple[Piece, ...]] | None:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() | ast.Attribute() | ast.Call() as inner):
            return 1, (source.span(inner),)
        case ast.Name() | ast.Attribute() | ast.Call():
            return 0, ("not ", source.span(test))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _NEGATIONS:
            one, other = source.span(left), source.span(right)
            if not re.fullmatch(r" [a-z ]+ ", source.text[one.stop : other.start]):
                return None
            form, word = _NEGATIONS[type(op)]
            return form, (one, f" {word} ", other)
    return None


def _keywords(source: Source, node: ast.Call) -> tuple[str, Form, Edit] | None:
    """Exchange the first two keywords side by side that are read without effect."""
    for one, other in zip(node.keywords, node.keywords[1:], strict=False):
        simple = all(isinstance(it.value, ast.Name | ast.Constant) for it in (one, other))
        if simple and one.arg is not None and other.arg is not None:
            left, right = source.span(one), source.span(other)
            between = source.text[left.stop : right.start]
            if re.fullmatch(r",\s+", between):
                form = int(one.arg > other.arg)
                pieces = (right, between, left)
                forms = (None, pieces) if form == 0 else (pieces, None)
                return "keywords", form, Edit(left.start, right.stop, forms)
    return None


def _edit(source: Source, node: ast.expr, form: Form, pieces: tuple[Piece, ...]) -> Edit:
    span = source.span(node)
    return Edit(span.start, span.stop, (None, pieces) if form == 0 else (pieces, None))
