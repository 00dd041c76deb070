"""Whether two texts are the same program, asked of their syntax trees alone.

This knows nothing of sites: it brings both trees into one form by the laws that the kinds name, and
compares them node by node. Names may differ where a function has locals: from one to the other and
back, throughout the function, and only if both are plain locals there.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from functools import lru_cache
from symtable import SymbolTable
from typing import Any

from bughunt.exam.camouflage.habits import Habits, habits
from bughunt.exam.camouflage.local_names import function_tables, is_local
from bughunt.exam.camouflage.signatures import plain_in, plain_names
from bughunt.exam.camouflage.synonyms import FIRST_NAME
from bughunt.exam.camouflage.wording import is_free

_AROUND = ("args", "decorator_list", "returns")  # of a function, evaluated outside of it
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_POSITIVE: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.IsNot: ast.Is, ast.NotIn: ast.In}


def differences(
    before: Mapping[str, str], after: Mapping[str, str], paths: Collection[str] | None = None
) -> tuple[str, ...]:
    """Say of each file of a tree that became another program where it did.

    Args:
        before: the files of the tree.
        after: the same files, written anew.
        paths: those to be compared; None: all.

    Raises:
        SyntaxError: when a file that was changed has no syntax.

    """
    if before.keys() != after.keys():
        return (f"other files: {sorted(before.keys() ^ after.keys())}",)
    tree = habits(before.values())
    plain = plain_in(before, tree.replaced)
    asked = before if paths is None else paths
    changed = (path for path in sorted(asked) if before[path] != after[path])
    found = ((path, _difference(before[path], after[path], tree, plain)) for path in changed)
    return tuple(f"{path}: {text}" for path, text in found if text is not None)


def _difference(before: str, after: str, tree: Habits, plain: Set[str]) -> str | None:
    one, other = _plain(before, tree, plain), _plain(after, tree, plain)
    return _Comparison(before, after).difference(one, other)


@lru_cache(maxsize=256)
def _plain(text: str, tree: Habits, plain: Set[str]) -> ast.Module:
    """Return the syntax tree of a text in one form; nobody changes it any more."""
    module = ast.parse(text)
    plain_tree: ast.Module = _Plain(plain_names(module, plain, tree.replaced), tree).visit(module)
    return plain_tree


class _Plain(ast.NodeTransformer):
    """One form for what can be said in two."""

    def __init__(self, plain: Set[str], tree: Habits) -> None:
        self._plain = plain
        self._tree = tree

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        match node:
            case ast.Module() | ast.ClassDef():
                node.body = self._without_docstring(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                node.body = self._without_docstring(node)
                node.body = _without_result(node)
            case ast.Call(func=ast.Name(id=name)) if name in self._plain:
                node.keywords = _sorted_runs(node.keywords)
            case ast.Compare(left=ast.expr() as left, ops=[op], comparators=[right]):
                still = self._is_still(left) and self._is_still(right)
                if type(op) in _MIRRORED and still and not self._tree.orders:
                    return ast.Compare(right, [_MIRRORED[type(op)]()], [left])
            case ast.IfExp(test=test, body=first, orelse=last):
                if (positive := _positive(test)) is not None:
                    return ast.IfExp(positive, last, first)
        for field in () if isinstance(node, ast.ClassDef) else ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, field, None), list):
                setattr(node, field, _in_order(block))
        return node

    def _without_docstring(
        self, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    ) -> list[ast.stmt]:
        match node.body:
            case [ast.Expr(value=ast.Constant(value=str())), *rest] if is_free(node, self._tree):
                return rest
        return node.body

    def _is_still(self, node: ast.expr) -> bool:
        match node:
            case ast.Name():
                return True
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name()], keywords=[]):
                return "len" in self._plain
        return False


def _without_result(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """Return the last value at once if it has a name only to be returned."""
    match function.body:
        case [*start, ast.Assign(targets=[ast.Name(id=name)], value=value), ast.Return() as end]:
            uses = [it for it in ast.walk(function) if isinstance(it, ast.Name) and it.id == name]
            plain = isinstance(end.value, ast.Name) and end.value in uses and len(uses) == 2
            if plain and name not in _claimed(function):
                return [*start, ast.Return(value)]
    return function.body


def _claimed(function: ast.AST) -> set[str]:
    """Return the names that parameters and declarations claim in a function."""
    nodes = list(ast.walk(function))
    declared = [it.names for it in nodes if isinstance(it, ast.Global | ast.Nonlocal)]
    return {it.arg for it in nodes if isinstance(it, ast.arg)}.union(*declared)


def _sorted_runs(keywords: list[ast.keyword]) -> list[ast.keyword]:
    """Sort keywords by name, between those whose values may have an effect."""
    result: list[ast.keyword] = []
    run: list[ast.keyword] = []
    for keyword in keywords:
        if isinstance(keyword.value, ast.Name | ast.Constant) and keyword.arg is not None:
            run.append(keyword)
            continue
        result += [*sorted(run, key=lambda it: it.arg or ""), keyword]
        run = []
    return result + sorted(run, key=lambda it: it.arg or "")


def _positive(test: ast.expr) -> ast.expr | None:
    """Return what a test denies; None: it does not."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _POSITIVE:
            return ast.Compare(left, [_POSITIVE[type(op)]()], [right])
    return None


def _in_order(body: list[ast.stmt]) -> list[ast.stmt]:
    """Sort runs of assignments that do not depend on each other; the last to a name stays so."""
    result: list[ast.stmt] = []
    for _, run in itertools.groupby(body, lambda it: _still_given(it) is None):
        result += sorted(run, key=lambda it: _still_given(it) or "")
    return result


def _still_given(node: ast.stmt) -> str | None:
    """Return the name, or its first synonym, to which a constant or nothing is given."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            empty = isinstance(value, ast.List | ast.Tuple) and not value.elts
            bare = isinstance(value, ast.Dict) and not value.keys
            still = isinstance(value, ast.Constant) or empty or bare
            return FIRST_NAME.get(name, name) if still else None
    return None


class _Comparison:
    """Two trees, node by node, with the names of the function that is looked at."""

    def __init__(self, before: str, after: str) -> None:
        self._tables = function_tables(before), function_tables(after)
        self._scope = ""
        self._names: tuple[dict[str, str], dict[str, str]] | None = None
        self._function: list[Sequence[SymbolTable]] = []

    def difference(self, one: Any, other: Any) -> str | None:
        """Return where two trees differ first; None: nowhere."""
        if type(one) is not type(other):
            return self._said(one, other)
        if isinstance(one, list):
            if len(one) != len(other):
                return self._said(one, other)
            return self._first(zip(one, other, strict=True))
        if not isinstance(one, ast.AST):
            return None if one == other else self._said(one, other)
        if isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            return self._definition(one, other)
        if isinstance(one, ast.Name | ast.ExceptHandler) and not self._same_name(one, other):
            return self._said(one, other)
        return self._children(one, other)

    def _first(self, pairs: Iterable[tuple[Any, Any]]) -> str | None:
        found = (self.difference(one, other) for one, other in pairs)
        return next((it for it in found if it is not None), None)

    def _children(self, one: ast.AST, other: ast.AST) -> str | None:
        skipped = {"id"} if isinstance(one, ast.Name) else {"kind"}
        if isinstance(one, ast.ExceptHandler):
            skipped = {"name"}
        fields = [it for it in one._fields if it not in skipped]
        return self._first((getattr(one, it, None), getattr(other, it, None)) for it in fields)

    def _definition(self, one: Any, other: Any) -> str | None:
        if one.name != other.name:
            return self._said(one, other)
        if self._names is not None:
            return self._children(one, other)
        outside, self._scope = self._scope, f"{self._scope}{one.name}."
        found = None
        if not isinstance(one, ast.ClassDef):
            found = self._first((getattr(one, it), getattr(other, it)) for it in _AROUND)
            self._names = {}, {}
            name = self._scope.rstrip(".")
            self._function = [
                tables[name, it.lineno]
                for tables, it in zip(self._tables, (one, other), strict=True)
            ]
        found = found or self._children(one, other)
        self._scope = outside
        if not isinstance(one, ast.ClassDef):
            self._names = None
        return found

    def _same_name(self, one: Any, other: Any) -> bool:
        was, name = (getattr(it, "id", getattr(it, "name", None)) for it in (one, other))
        if self._names is None or was is None or name is None:
            return was is name or was == name
        before, after = self._function
        if was != name and not (is_local(before, was) and is_local(after, name)):
            return False
        there, back = self._names
        same: bool = there.setdefault(was, name) == name and back.setdefault(name, was) == was
        return same

    def _said(self, one: Any, other: Any) -> str:
        place = self._scope.rstrip(".") or "the module"
        return f"in {place}: {_shown(one)} became {_shown(other)}"


def _shown(node: Any) -> str:
    text = ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else repr(node)
    return f"`{text[:100]}`"
