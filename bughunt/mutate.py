"""The clean tree and the tree with bugs, as texts."""

from __future__ import annotations

import msgspec


class MutatedTree(msgspec.Struct, frozen=True):
    """The Python files of the packages, by path relative to the root, with ``/``."""

    clean: dict[str, str]
    mutated: dict[str, str]
