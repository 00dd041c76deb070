"""Whose copy a submission started from.

Each site says one bit of the copy, which was drawn for its owner alone. A submission is read again
with the same eyes: its sites have keys and forms of their own, whatever layout it has. If it did
not start from somebody's copy, then it agrees with each bit of that copy with chance one half,
independently of all others, whatever else it is: the bits of that copy are known to nobody. So the
number of agreements is binomial, and its tail is the chance of a wrong attribution.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import numpy as np
from msgspec import Struct

from bughunt.exam.camouflage.disguise import bits
from bughunt.exam.camouflage.planning import plans
from bughunt.exam.camouflage.sites import Form, Key

PUBLIC = "public"  # the copy that everybody has
_RARE = 1e-9
_UNREAD = -1


class Resemblance(Struct, frozen=True):
    """How far a submission agrees with one copy."""

    copy: str
    agreeing: int
    read: int
    chance: float  # that any of the copies asked about agrees as well by accident

    @property
    def certain(self) -> bool:
        """Whether accident can be left out of account."""
        return self.chance < _RARE


class Copies:
    """What can be read off each copy of a tree, drawn up once for any number of submissions."""

    def __init__(self, clean: Mapping[str, str], seeds: Mapping[str, bytes]) -> None:
        """Draw up the marks of all copies.

        Args:
            clean: the public tree, which says where there are sites.
            seeds: those of the copies, by name.

        """
        public = {
            site.key: site.form
            for plan in plans(clean).values()
            for site in plan.sites
            if site.writable and site.form is not None
        }
        self._keys = tuple(public)
        forms = {name: list(map(bits(seed), public)) for name, seed in seeds.items()}
        forms[PUBLIC] = list(public.values())
        self._names = tuple(forms)
        self._forms = np.array(list(forms.values()), dtype=np.int8)  # (copies, sites)

    def whose(self, texts: Mapping[str, str]) -> tuple[Resemblance, ...]:
        """Compare a submission with all copies, the public one included.

        Returns:
            One for each copy, the most alike first. Several that are certain: parts of several.

        """
        found = marks(texts)
        forms = np.array([found.get(key, _UNREAD) for key in self._keys], dtype=np.int8)
        read = int((forms != _UNREAD).sum())
        counts = (self._forms == forms).sum(axis=1).tolist()
        result = [
            Resemblance(name, agreeing, read, min(1.0, len(counts) * tail(agreeing, read)))
            for name, agreeing in zip(self._names, counts, strict=True)
        ]
        return tuple(sorted(result, key=lambda it: (-it.agreeing, it.copy)))


def marks(texts: Mapping[str, str]) -> dict[Key, Form]:
    """Return what can be read off a tree; files without syntax say nothing."""
    unix = {path: text.replace("\r\n", "\n") for path, text in texts.items()}
    return {
        site.key: site.form
        for plan in plans(unix, are_kept=False).values()
        for site in plan.sites
        if site.form is not None
    }


@cache
def tail(agreeing: int, read: int) -> float:
    """Return the chance that as many of so many fair bits agree, or more."""
    return sum(math.comb(read, it) for it in range(agreeing, read + 1)) / (1 << read)
