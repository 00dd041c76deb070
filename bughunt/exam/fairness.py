"""How fair a draw is: difficulty, exposure of the bugs, what two candidates share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

import msgspec

from bughunt.exam.draw import exposure
from bughunt.exam.pool import Pool


class Share(msgspec.Struct, frozen=True):
    """How often bugs of one stratum are given out."""

    stratum: str
    bugs: int  # that may be drawn
    least: int
    most: int


class Fairness(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a draw."""

    candidates: int
    window: tuple[int, int]  # of summed difficulties
    difficulties: dict[int, int]  # candidates by the summed difficulty of their sets
    shares: tuple[Share, ...]  # by stratum
    exposure: dict[str, int]  # candidates by bug
    overlaps: dict[int, int]  # pairs of candidates by the number of bugs that they share
    different: int  # sets

    @property
    def largest_overlap(self) -> int:
        """The most bugs that two candidates share."""
        return max(self.overlaps, default=0)


def fairness(pool: Pool, sets: Mapping[str, frozenset[str]]) -> Fairness:
    """Return the figures of these sets."""
    counts = exposure(pool, sets)
    masks = [pool.mask(names) for names in sets.values()]
    overlaps = Counter((one & other).bit_count() for one, other in combinations(masks, 2))
    difficulties = Counter(pool.difficulty(mask) for mask in masks)
    return Fairness(
        candidates=len(sets),
        window=pool.window,
        difficulties=dict(sorted(difficulties.items())),
        shares=_shares(pool, counts),
        exposure=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        overlaps=dict(sorted(overlaps.items())),
        different=len(set(masks)),
    )


def _shares(pool: Pool, counts: Mapping[str, int]) -> tuple[Share, ...]:
    shares = []
    for number, stratum in enumerate(pool.strata):
        places = [place for place, it in enumerate(pool.stratum) if it == number]
        given = [counts[pool.items[place].id] for place in places]
        shares.append(Share(str(stratum), len(given), min(given), max(given)))
    return tuple(shares)
