"""Which modules trusted texts import from elsewhere, read off the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator


def outside_modules(texts: Iterable[str], inside: Collection[str]) -> tuple[str, ...]:
    """Return what a server imports once so that no child need: modules of other packages.

    Args:
        texts: our own; a server imports whatever they name.
        inside: top-level names that the texts themselves stand for.

    """
    names = {name for text in texts for name in _imported(text)}
    return tuple(sorted(name for name in names if name.partition(".")[0] not in inside))


def _imported(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
