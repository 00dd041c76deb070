"""What a draw chooses from: bugs as numbers, and which sets of them are admissible.

A set is admissible when it has as many bugs of each stratum as the plan says, its summed difficulty
lies within the window, no two of its bugs share a detector, and it holds no conflict. Sets are
whole numbers whose bits are places in the pool, so that what two sets share is one operation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property

import msgspec

from bughunt.exam.plan import Stratum

Window = tuple[int, int]  # the least and the greatest summed difficulty


class Item(msgspec.Struct, frozen=True):
    """What a draw knows of a bug."""

    id: str
    difficulty: int
    detector: str


class Pool:
    """Bugs that may be drawn, by place, and the rules for a set of them."""

    def __init__(
        self,
        items: Iterable[Item],
        strata: Sequence[Stratum],
        band: int,
        conflicts: Iterable[Iterable[str]] = (),
    ) -> None:
        self.strata = tuple(strata)
        self.items = tuple(
            item
            for item in sorted(items, key=lambda item: item.id)
            if any(item.difficulty in it for it in self.strata)
        )
        self.places = {item.id: place for place, item in enumerate(self.items)}
        self.stratum = [
            next(number for number, it in enumerate(self.strata) if item.difficulty in it)
            for item in self.items
        ]
        self.size = sum(it.bugs for it in self.strata)
        self._band = band
        self._difficulties: dict[int, int] = {}  # by set, as far as they were asked for
        known = (frozenset(it) for it in conflicts)
        self.conflicts = tuple(sorted({self.mask(it) for it in known if it <= self.places.keys()}))

    def mask(self, ids: Iterable[str]) -> int:
        """Return the set of these bugs."""
        return sum(1 << self.places[name] for name in ids)

    def members(self, chosen: int) -> list[int]:
        """Return the places of a set, in order."""
        places = []
        while chosen:
            places.append((chosen & -chosen).bit_length() - 1)
            chosen &= chosen - 1
        return places

    def names(self, chosen: int) -> frozenset[str]:
        """Return the ids of a set."""
        return frozenset(self.items[place].id for place in self.members(chosen))

    def difficulty(self, chosen: int) -> int:
        """Return the summed difficulty of a set."""
        if chosen not in self._difficulties:
            grades = (self.items[place].difficulty for place in self.members(chosen))
            self._difficulties[chosen] = sum(grades)
        return self._difficulties[chosen]

    def admits(self, chosen: int) -> bool:
        """Return whether a set is admissible."""
        members = self.members(chosen)
        counts = Counter(self.stratum[place] for place in members)
        low, high = self.window
        return (
            all(counts[number] == it.bugs for number, it in enumerate(self.strata))
            and low <= self.difficulty(chosen) <= high
            and all(self.may_join(chosen & ~(1 << place), place) for place in members)
        )

    def may_join(self, chosen: int, place: int) -> bool:
        """Return whether a bug shares no detector with those of a set, and makes no conflict."""
        joined = chosen | 1 << place
        return not chosen & self._rivals[place] and all(
            it & joined != it for it in self._conflicts_of[place]
        )

    @cached_property
    def window(self) -> Window:
        """The band of summed difficulties whose middle is nearest to that of even exposure.

        When all bugs of a stratum are given out equally often, the mean of the sums is fixed; a
        band without it would make some bugs rare. Of two bands equally near, the one with more
        sets is taken. It follows from the bank and the plan alone, so that those who come late get
        the same one.
        """
        sums = self._sums()
        if not sums:
            return 0, 0
        even = self._even_sum()
        starts = range(min(sums) - self._band, max(sums) + 1)
        best = min(
            (low for low in starts if self._within(sums, low)),
            key=lambda low: (abs(low + Fraction(self._band, 2) - even), -self._within(sums, low)),
        )
        return best, best + self._band

    def _even_sum(self) -> Fraction:
        """Return the mean of the summed difficulties when all bugs are given out equally often."""
        total = Fraction(0)
        for number, stratum in enumerate(self.strata):
            grades = [
                item.difficulty
                for item, it in zip(self.items, self.stratum, strict=True)
                if it == number
            ]
            total += Fraction(stratum.bugs * sum(grades), len(grades))
        return total

    def _within(self, sums: Counter[int], low: int) -> int:
        return sum(sums[total] for total in range(low, low + self._band + 1))

    def _sums(self) -> Counter[int]:
        """Count the sets of the strata by their sums; conflicts are left out of the account."""
        sums = Counter({0: 1})
        for number, stratum in enumerate(self.strata):
            grades = [
                item.difficulty
                for item, it in zip(self.items, self.stratum, strict=True)
                if it == number
            ]
            own = _sums_of(grades, stratum.bugs)
            sums = Counter(_products(sums, own))
        return sums

    @property
    def sets(self) -> int:
        """How many sets lie within the window, before detectors and conflicts are looked at."""
        return self._within(self._sums(), self.window[0])

    def reach(self, places: Sequence[int], number: int) -> Window:
        """Return the least and the greatest sum of this many bugs among the places."""
        grades = sorted(self.items[place].difficulty for place in places)
        return sum(grades[:number]), sum(grades[len(grades) - number :])

    @cached_property
    def _rivals(self) -> list[int]:
        """For each bug, those that share its detector."""
        return [
            sum(
                1 << place
                for place, other in enumerate(self.items)
                if other.detector == item.detector and other is not item
            )
            for item in self.items
        ]

    @cached_property
    def _conflicts_of(self) -> list[tuple[int, ...]]:
        return [
            tuple(it for it in self.conflicts if it >> place & 1)
            for place in range(len(self.items))
        ]


def most_sets(bugs: int, size: int, overlap: int) -> int:
    """Return how many sets there can be at most of which no two share more than ``overlap`` bugs.

    This is Johnson's bound for constant-weight codes: each bug is in at most as many sets as the
    others allow once it is left out.
    """
    if size > bugs:
        return 0
    if overlap <= 0:
        return bugs // max(size, 1)
    return bugs * most_sets(bugs - 1, size - 1, overlap - 1) // size


def _sums_of(grades: Iterable[int], number: int) -> Counter[int]:
    """Count the choices of this many by their sum."""
    counts: list[Counter[int]] = [Counter({0: 1}), *(Counter[int]() for _ in range(number))]
    for grade in grades:
        for chosen in range(number, 0, -1):
            for total, ways in counts[chosen - 1].items():
                counts[chosen][total + grade] += ways
    return counts[number]


def _products(first: Counter[int], second: Counter[int]) -> dict[int, int]:
    products: Counter[int] = Counter()
    for left, ways in _pairs(first):
        for right, more in _pairs(second):
            products[left + right] += ways * more
    return products


def _pairs(counts: Counter[int]) -> Iterator[tuple[int, int]]:
    return iter(sorted(counts.items()))
