"""Which files of the packages a text may import, read off the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache


def reached(texts: Iterable[str], tree: Mapping[str, str]) -> frozenset[str]:
    """Return the files of a tree that trusted texts import, and what those import."""
    found: set[str] = set()
    pending = [(text, "") for text in texts]
    while pending:
        text, path = pending.pop()
        for name in imported(text, path):
            for file in _files(name, tree):
                if file not in found:
                    found.add(file)
                    pending.append((tree[file], file))
    return frozenset(found)


@lru_cache(maxsize=1024)
def imported(text: str, path: str) -> tuple[str, ...]:
    """Return the dotted names that a text imports; what may be a module of a package is one."""
    return tuple(dict.fromkeys(_names(ast.parse(text), path)))


def _names(module: ast.Module, path: str) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = path.split("/")[: -node.level] if node.level else []
            base = ".".join([*parts, *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _files(name: str, tree: Mapping[str, str]) -> Iterator[str]:
    """Yield the files that importing a dotted name loads."""
    parts = name.split(".")
    for stop in range(1, len(parts) + 1):
        stem = "/".join(parts[:stop])
        yield from (file for file in (f"{stem}/__init__.py", f"{stem}.py") if file in tree)
