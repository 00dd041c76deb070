"""A source in pieces, each a function or the rest of the module, compared as syntax trees.

Comments, layout and docstrings do not count. A name that is defined twice makes one piece of two.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

from bughunt.exam.grading.parsing import tree
from bughunt.running.source_parts import functions

MODULE = "<module>"
_WITH_DOCSTRING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
Pieces = Mapping[str, str]  # what a piece says, by its qualified name


@lru_cache(maxsize=128)  # enough for one submission
def pieces(text: str) -> Pieces:
    """Return the pieces of a source that can be parsed, as texts that are equal where trees are."""
    module = tree(text)
    for node in ast.walk(module):
        if isinstance(node, _WITH_DOCSTRING):
            node.body = _without_docstring(node.body)
    found: dict[str, list[str]] = {}
    for name, function in functions(module):
        found.setdefault(name, []).append(ast.dump(function))
        function.body, function.decorator_list, function.returns = [], [], None
        function.args = ast.arguments([], [], None, [], [], None, [])
    said = {name: "\n".join(it) for name, it in found.items()}
    return {MODULE: ast.dump(module)} | said


def differing(one: Pieces, other: Pieces) -> frozenset[str]:
    """Return the names of the pieces that are not the same in both."""
    return frozenset(it for it in one.keys() | other.keys() if one.get(it) != other.get(it))


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    is_text = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return (body[1:] or [ast.Pass()]) if is_text else body
