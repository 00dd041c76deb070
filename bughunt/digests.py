"""Digests of the files of a tree and of their parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache

from bughunt.running.source_parts import parts


class Digests(Mapping[str, str]):
    """Digests by the name of a file, and by that of each part of it.

    Args:
        texts: of the files.
        base: digests of a tree in which these files are replaced.

    """

    base: Mapping[str, str]
    changed: Mapping[str, str | None]  # what is not as in the base; None: it is gone

    def __init__(self, texts: Mapping[str, str], base: Digests | None = None) -> None:
        own: dict[str, str] = {}
        for path, text in texts.items():
            own |= digests_of(path, text)
        if base is None:
            self._names = {path: tuple(digests_of(path, text)) for path, text in texts.items()}
            self.base, self.changed = own, {}
            return
        assert not base.changed, "a base has no base of its own"
        before = (name for path in texts for name in base._names.get(path, ()))
        self.base = base.base
        self.changed = {
            name: own.get(name) for name in (*own, *before) if own.get(name) != self.base.get(name)
        }

    def __getitem__(self, name: str) -> str:
        found = self.changed[name] if name in self.changed else self.base[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in {**self.base, **self.changed} if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def agree(self, known: Mapping[str, str], unlike_base: Mapping[str, str]) -> bool:
        """Return whether all digests are these, of which some are not as in the base."""
        return all(self.get(name) == digest for name, digest in unlike_base.items()) and all(
            known[name] == digest for name, digest in self.changed.items() if name in known
        )


@lru_cache(maxsize=512)
def digests_of(path: str, text: str) -> Mapping[str, str]:
    """Return the digests of one file and its parts."""
    said = {path: text, **parts(path, text)}
    return {name: digest(content) for name, content in said.items()}


def digest(content: str | bytes) -> str:
    """Return 32 hexadecimal digits that stand for the content."""
    content = content.encode() if isinstance(content, str) else content
    return hashlib.blake2b(content, digest_size=16).hexdigest()
