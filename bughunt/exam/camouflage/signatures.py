"""Functions of a tree that take no `**`, and so never see in which order keywords came."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Set
from functools import lru_cache


def plain_in(texts: Mapping[str, str]) -> frozenset[str]:
    """Return such functions of a tree, as `module.function`."""
    return frozenset().union(*(_plain_of(path, text) for path, text in texts.items()))


@lru_cache(maxsize=1024)
def _plain_of(path: str, text: str) -> frozenset[str]:
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    return frozenset(f"{module}.{name}" for name in _plain_names(tree))


def plain_names(tree: ast.Module, plain: Set[str]) -> frozenset[str]:
    """Return the names by which a module calls them, and `len`, if they mean nothing else in it.

    Args:
        tree: the module.
        plain: such functions of all modules, as `module.function`.

    """
    brought = {
        alias.asname or alias.name
        for it in tree.body
        if isinstance(it, ast.ImportFrom)
        for alias in it.names
        if f"{it.module}.{alias.name}" in plain
    }
    bound = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bound.add(name)
    return frozenset((_plain_names(tree) | brought | {"len"}) - bound)


def _plain_names(tree: ast.Module) -> set[str]:
    definitions = ast.FunctionDef | ast.AsyncFunctionDef
    return {
        it.name
        for it in tree.body
        if isinstance(it, definitions) and it.args.kwarg is None and not it.decorator_list
    }
