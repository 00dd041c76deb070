"""A search for one more admissible set, in a given order of the bugs."""

from __future__ import annotations

from collections.abc import Iterator

from bughunt.exam.pool import Pool

_STEPS = 4000  # of one search


class Search:
    """A depth-first search for sets, in a given order of the bugs."""

    def __init__(
        self, pool: Pool, order: list[int], others: list[int], overlap: int, avoided: set[int]
    ) -> None:
        self._pool = pool
        self._order = order
        self._others = others
        self._overlap = overlap
        self._avoided = avoided
        self._steps = 0

    @property
    def is_cut_off(self) -> bool:
        """Whether the search ran into its limit."""
        return self._steps >= _STEPS

    def sets(self, start: int, chosen: int, size: int) -> Iterator[int]:
        """Yield the admissible sets that hold ``chosen`` and else bugs from ``start`` on."""
        if size == self._pool.size:
            low, high = self._pool.window
            if low <= self._pool.difficulty(chosen) <= high and chosen not in self._avoided:
                yield chosen
            return
        if not self._can_be_filled(start, chosen):
            return
        for index in range(start, len(self._order)):
            if self.is_cut_off:
                return
            place = self._order[index]
            if self._may_add(chosen, place):
                self._steps += 1
                yield from self.sets(index + 1, chosen | 1 << place, size + 1)

    def _may_add(self, chosen: int, place: int) -> bool:
        pool = self._pool
        number = pool.stratum[place]
        full = sum(pool.stratum[it] == number for it in pool.members(chosen))
        if full == pool.strata[number].bugs or not pool.may_join(chosen, place):
            return False
        joined = chosen | 1 << place
        if joined.bit_count() <= self._overlap:
            return True
        return all((joined & it).bit_count() <= self._overlap for it in self._others)

    def _can_be_filled(self, start: int, chosen: int) -> bool:
        """Return whether what is left has enough of each stratum, and sums within the window."""
        pool = self._pool
        least = greatest = pool.difficulty(chosen)
        members = pool.members(chosen)
        for number, stratum in enumerate(pool.strata):
            wanted = stratum.bugs - sum(pool.stratum[it] == number for it in members)
            left = [it for it in self._order[start:] if pool.stratum[it] == number]
            if len(left) < wanted:
                return False
            low, high = pool.reach(left, wanted)
            least, greatest = least + low, greatest + high
        return least <= pool.window[1] and greatest >= pool.window[0]
