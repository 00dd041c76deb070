"""Functions of a tree that take no `**`, and so never see in which order keywords came."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache


def plain_in(texts: Mapping[str, str], replaced: Set[str]) -> frozenset[str]:
    """Return such functions of a tree, as `module.function`.

    Args:
        texts: the files of the tree.
        replaced: names of what may be put in the place of a function from outside.

    """
    found = (_plain_of(path, text) for path, text in texts.items())
    return frozenset(it for names in found for it in names if it.rpartition(".")[2] not in replaced)


@lru_cache(maxsize=1024)
def _plain_of(path: str, text: str) -> frozenset[str]:
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    return frozenset(f"{module}.{name}" for name in _plain_names(tree))


def plain_names(tree: ast.Module, plain: Set[str], replaced: Set[str]) -> frozenset[str]:
    """Return the names by which a module calls them, and `len`, if they mean nothing else in it.

    Args:
        tree: the module.
        plain: such functions of all modules, as `module.function`.
        replaced: names of what may be put in the place of a function from outside.

    """
    brought = {
        alias.asname or alias.name
        for it in tree.body
        if isinstance(it, ast.ImportFrom) and not it.level
        for alias in it.names
        if f"{it.module}.{alias.name}" in plain
    }
    bound = Counter(_bound(tree))
    if bound["*"]:
        return frozenset()
    once = frozenset(it for it in brought if bound[it] == 1)
    return (_plain_names(tree) - replaced) | once | ({"len"} - bound.keys())


def _plain_names(tree: ast.Module) -> frozenset[str]:
    """Return the functions at the top of a module whose names mean nothing else anywhere in it."""
    bound = Counter(_bound(tree))
    definitions = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(
        it.name
        for it in tree.body
        if isinstance(it, definitions)
        and it.args.kwarg is None
        and not it.decorator_list
        and bound[it.name] == 1
    )


def _bound(tree: ast.Module) -> Iterator[str]:
    """Yield each name as often as something gives it a meaning, in whatever scope."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
