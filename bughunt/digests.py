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

    def __init__(self, texts: Mapping[str, str], base: Digests | None = None) -> None:
        own: dict[str, str] = {}
        for path, text in texts.items():
            own |= digests_of(path, text)
        self._base: dict[str, str] = {} if base is None else base._own
        gone = (it for it in self._base if it not in own and it.partition("::")[0] in texts)
        self._own: dict[str, str] = own
        self._gone = frozenset(gone)

    def __getitem__(self, name: str) -> str:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Return the digest of a file or a part, or else the default."""
        if name in self._gone:
            return default
        return self._own.get(name) or self._base.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return (name for name in {**self._base, **self._own} if name not in self._gone)

    def __len__(self) -> int:
        return len(self._base.keys() | self._own) - len(self._gone)


@lru_cache(maxsize=512)
def digests_of(path: str, text: str) -> Mapping[str, str]:
    """Return the digests of one file and its parts."""
    said = {path: text, **parts(path, text)}
    return {name: digest(content) for name, content in said.items()}


def digest(content: str | bytes) -> str:
    """Return 32 hexadecimal digits that stand for the content."""
    content = content.encode() if isinstance(content, str) else content
    return hashlib.blake2b(content, digest_size=16).hexdigest()
