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

from msgspec import Struct

from bughunt.exam.camouflage.disguise import bits
from bughunt.exam.camouflage.planning import plans
from bughunt.exam.camouflage.sites import Form, Key

PUBLIC = "public"  # the copy that everybody has
_RARE = 1e-9


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


def marks(texts: Mapping[str, str]) -> dict[Key, Form]:
    """Return what can be read off a tree; files without syntax say nothing."""
    return {
        site.key: site.form
        for plan in plans(texts).values()
        for site in plan.sites
        if site.form is not None
    }


def whose(
    texts: Mapping[str, str], clean: Mapping[str, str], seeds: Mapping[str, bytes]
) -> tuple[Resemblance, ...]:
    """Compare a submission with the copies of all candidates and with the public one.

    Args:
        texts: files of the submission, by path.
        clean: the public tree, which says where there are sites.
        seeds: those of the copies, by name.

    Returns:
        One for each copy, the most alike first. Several that are certain: parts of several copies.

    """
    found, public = marks(texts), marks(clean)
    writable = {it.key for plan in plans(clean).values() for it in plan.sites if it.writable}
    keys = sorted(found.keys() & public.keys() & writable)
    copies = {name: list(map(bits(seed), keys)) for name, seed in seeds.items()}
    copies[PUBLIC] = [public[key] for key in keys]
    forms = [found[key] for key in keys]
    result = [
        _resemblance(name, sum(map(int.__eq__, forms, copy)), len(keys), len(copies))
        for name, copy in copies.items()
    ]
    return tuple(sorted(result, key=lambda it: (-it.agreeing, it.copy)))


def _resemblance(copy: str, agreeing: int, read: int, copies: int) -> Resemblance:
    return Resemblance(copy, agreeing, read, min(1.0, copies * tail(agreeing, read)))


def tail(agreeing: int, read: int) -> float:
    """Return the chance that as many of so many fair bits agree, or more."""
    return sum(math.comb(read, it) for it in range(agreeing, read + 1)) / (1 << read)
