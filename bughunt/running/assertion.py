"""What a bare assert that failed says: the values that it compared, else its own text."""

from __future__ import annotations

import ast
import linecache
import traceback
from collections.abc import Mapping
from typing import Any

from bughunt.running.plain_words import named, shown, unequal
from bughunt.running.readable import Unreadable, at_most, value

_SECONDS = 1.0
_LONGEST = 160
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "< ",
    ast.LtE: "<= ",
    ast.Gt: "> ",
    ast.GtE: ">= ",
}
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


def source_of(error: AssertionError) -> str:
    """Return the source of the assert statement that failed, on one line."""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    source, statement = _statement(frame.f_code.co_filename, line)
    if statement is None:
        return linecache.getline(frame.f_code.co_filename, line).strip()
    return _segment(source, statement)


def values_of(error: AssertionError) -> str:
    """Return what was compared, on one line; "" when it cannot be read a second time."""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    source, statement = _statement(frame.f_code.co_filename, line)
    if statement is None:
        return ""
    try:
        with at_most(_SECONDS):
            told = _Teller(source, {**frame.f_globals, **frame.f_locals}).failure(statement.test)
    except Exception:  # values of any kind may be compared; the law's own text is left
        return ""
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 3]}..."


def _statement(file: str, line: int) -> tuple[str, ast.Assert | None]:
    """Return the text of the file, and its assert statement that covers the line."""
    source = "".join(linecache.getlines(file))
    try:
        nodes = ast.walk(ast.parse(source))
    except SyntaxError:  # somebody has edited it since it was loaded
        return source, None
    for node in nodes:
        if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or 0):
            return source, node
    return source, None


def _segment(source: str, node: ast.AST) -> str:
    return " ".join((ast.get_source_segment(source, node) or "").split())


class _Teller:
    """Tells why an expression is not true, under the names that it saw."""

    def __init__(self, source: str, names: Mapping[str, Any]) -> None:
        self._source = source
        self._names = names

    def failure(self, node: ast.expr) -> str:
        """Return why the expression is false.

        Raises:
            Unreadable: when it is not, or may not be evaluated.

        """
        if self._value(node):
            raise Unreadable("it is true by now")
        match node:
            case ast.BoolOp(op=ast.And()):
                return self.failure(next(it for it in node.values if not self._value(it)))
            case ast.BoolOp():
                return "; ".join(map(self.failure, node.values))
            case ast.Compare():
                return self._comparison(node)
            case ast.UnaryOp(op=ast.Not()):
                wish = "empty" if hasattr(self._value(node.operand), "__len__") else "false"
                return f"{self._name(node.operand)} is {self._shown(node.operand)}, not {wish}"
            case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp() as each]):
                return self._exception_among(each)
            case ast.Call(
                func=ast.Name(id="any"), args=[ast.GeneratorExp(generators=[one]) as each]
            ):
                of = f"{self._name(one.iter)}, which is {self._shown(one.iter)}"
                return f"{self._name(each.elt)} for none of {of}"
            case ast.Call(func=ast.Attribute(value=ast.Compare(ops=[_]) as each, attr="all")):
                return self._exception_in_array(each)
        return f"{self._name(node)} is {self._shown(node)}, not true"

    def _comparison(self, node: ast.Compare) -> str:
        """Return the first pair of a chain that does not hold."""
        items = [node.left, *node.comparators]
        for left, op, right in zip(items, node.ops, items[1:], strict=False):
            if not self._value(ast.Compare(left, [op], [right])):
                return self._pair(left, type(op), right)
        raise Unreadable("every pair holds")

    def _pair(self, left: ast.expr, op: type[ast.cmpop], right: ast.expr) -> str:
        """Return that the left side, or what is no literal, has not this relation to the other."""
        if isinstance(left, ast.Constant) and op in _TURNED:
            left, op, right = right, _TURNED[op], left
        name, one, other = self._name(left), self._value(left), self._value(right)
        if op is ast.Eq:
            return unequal(name, one, other)
        if op in (ast.In, ast.NotIn):
            subject = name if isinstance(left, ast.Constant) else f"{name} = {shown(one)}"
            verb = "is not in" if op is ast.In else "is in"
            return f"{subject} {verb} {self._name(right)}, which is {shown(other)}"
        if op is ast.NotEq and not isinstance(right, ast.Constant):
            return f"{name} and {self._name(right)} are both {shown(one)}"
        if op in (ast.NotEq, ast.IsNot):
            return f"{name} is {shown(one)}, and must not be"
        return f"{name} is {shown(one)}, not {_SIGNS.get(op, '')}{shown(other)}"

    def _exception_among(self, each: ast.GeneratorExp) -> str:
        """Return for which element, by name, the condition does not hold, and why."""
        targets = [ast.walk(it.target) for it in each.generators]
        found = dict.fromkeys(
            it.id for nodes in targets for it in nodes if isinstance(it, ast.Name)
        )
        bound = ast.Tuple([ast.Name(name, ast.Load()) for name in found], ast.Load())
        last = each.generators[-1]
        holds_not = ast.UnaryOp(ast.Not(), each.elt)
        picked = ast.comprehension(last.target, last.iter, [*last.ifs, holds_not], 0)
        values = self._value(ast.ListComp(bound, [*each.generators[:-1], picked]))[0]
        names = dict(zip(found, values, strict=True))
        where = ", ".join(f"{name} = {shown(it)}" for name, it in names.items())
        return f"{_Teller(self._source, {**self._names, **names}).failure(each.elt)} ({where})"

    def _exception_in_array(self, each: ast.Compare) -> str:
        """Return the first place of an array at which the comparison does not hold."""
        holds = self._value(each)
        wrong = (~holds).nonzero()
        place = tuple(int(axis[0]) for axis in wrong)
        left, right = self._value(each.left), self._value(each.comparators[0])
        sides = [
            it[place] if getattr(it, "shape", ()) == holds.shape else it for it in (left, right)
        ]
        sign = "!= " if isinstance(each.ops[0], ast.NotEq) else _SIGNS.get(type(each.ops[0]), "")
        at = f"[{', '.join(map(str, place))}]" if place else ""
        said = f"{self._name(each.left)}{at} is {shown(sides[0])}, not {sign}{shown(sides[1])}"
        return f"{said} (wrong in {len(wrong[0])} of {holds.size})" if place else said

    def _value(self, node: ast.expr) -> Any:
        return value(node, self._names)

    def _shown(self, node: ast.expr) -> str:
        return shown(self._value(node))

    def _name(self, node: ast.expr) -> str:
        name = named(_segment(self._source, node))
        is_one = not isinstance(node, (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp))
        return name if is_one else f"({name})"
