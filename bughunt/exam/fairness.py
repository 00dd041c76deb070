"""How fair a draw is: difficulty, exposure of the bugs, what two candidates share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Protocol

import msgspec

from bughunt.exam.draw import exposure
from bughunt.exam.pool import Pool


class Scoring(Protocol):
    """What says how many points a set is worth."""

    def reach(self, difficulties: Iterable[int]) -> float:
        """Return what can be reached with bugs of these difficulties."""


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
    points: tuple[float, float]  # the least and the most that a candidate can reach
    difficulties: dict[int, int]  # candidates by the summed difficulty of their sets
    shares: tuple[Share, ...]  # by stratum
    exposure: dict[str, int]  # candidates by bug
    overlaps: dict[int, int]  # pairs of candidates by the number of bugs that they share
    different: int  # sets

    @property
    def largest_overlap(self) -> int:
        """The most bugs that two candidates share."""
        return max(self.overlaps, default=0)


def fairness(pool: Pool, sets: Mapping[str, frozenset[str]], scoring: Scoring) -> Fairness:
    """Return the figures of these sets.

    Args:
        pool: from which they were drawn.
        sets: of the candidates, by opaque id.
        scoring: what a bug of each difficulty counts.

    """
    counts = exposure(pool, sets)
    masks = [pool.mask(names) for names in sets.values()]
    overlaps = Counter((one & other).bit_count() for one, other in combinations(masks, 2))
    difficulties = Counter(pool.difficulty(mask) for mask in masks)
    return Fairness(
        candidates=len(sets),
        window=pool.window,
        points=_reach(pool, masks, scoring),
        difficulties=dict(sorted(difficulties.items())),
        shares=_shares(pool, counts),
        exposure=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        overlaps=dict(sorted(overlaps.items())),
        different=len(set(masks)),
    )


def _reach(pool: Pool, masks: Sequence[int], scoring: Scoring) -> tuple[float, float]:
    sums = [
        scoring.reach(pool.items[place].difficulty for place in pool.members(it)) for it in masks
    ]
    return (min(sums), max(sums)) if sums else (0.0, 0.0)


def _shares(pool: Pool, counts: Mapping[str, int]) -> tuple[Share, ...]:
    shares = []
    for number, stratum in enumerate(pool.strata):
        places = [place for place, it in enumerate(pool.stratum) if it == number]
        given = [counts[pool.items[place].id] for place in places]
        shares.append(Share(str(stratum), len(given), min(given), max(given)))
    return tuple(shares)
