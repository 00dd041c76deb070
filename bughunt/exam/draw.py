"""Who gets which bugs: sets of equal difficulty that are little alike and use all bugs equally.

Candidates are served in the order of their opaque ids, so that the order of the roster plays no
part. Each one's own generator, seeded from the key, orders the bugs: those that were given out
least come first, and chance decides among equals. The first admissible set in this order that
shares no more than the bound with any set given out before is taken (a depth-first search, again
with another order if it runs into its limit). Then single bugs are exchanged along chains, from
the bug that is given out most to the one given out least, as long as the spread of the exposure
shrinks and every set stays admissible; where one exchange would leave the band, two in the same
set are tried. Sets that were given out before are never touched.

Only ``Random.random`` is used, whose sequence Python promises to keep between its versions.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping

from bughunt.errors import ExamError
from bughunt.exam.pool import Pool, most_sets
from bughunt.exam.search import Search

_SEARCHES = 12  # in other orders, before it is said that there is no set
_EXCHANGES = 10_000


def draw(
    pool: Pool,
    seeds: Mapping[str, bytes],
    *,
    overlap: int,
    kept: Mapping[str, frozenset[str]] | None = None,
    avoided: frozenset[frozenset[str]] = frozenset(),
    had: Mapping[str, frozenset[str]] | None = None,
) -> dict[str, frozenset[str]]:
    """Return a set of bugs for each candidate without one.

    Args:
        pool: the bugs and the rules for a set.
        seeds: of the candidates, by opaque id.
        overlap: how many bugs two candidates may share at most.
        kept: sets that are given out already, by opaque id.
        avoided: sets that must not be drawn.
        had: bugs that a candidate must not get, by opaque id.

    Raises:
        ExamError: when the wishes cannot be met together: which of them, and what would help.

    """
    kept = kept or {}
    drawing = _Drawing(pool, overlap, kept, {pool.mask(it) for it in avoided}, had or {})
    drawing.check(len({*seeds, *kept}))
    for name in sorted(seeds):
        if name not in kept:
            drawing.serve(name, random.Random(int.from_bytes(seeds[name], "big")))
    drawing.balance()
    return {name: pool.names(chosen) for name, chosen in drawing.drawn.items()}


def exposure(pool: Pool, sets: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """Return how many candidates get each bug of the pool."""
    counts = {item.id: 0 for item in pool.items}
    for names in sets.values():
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    return counts


class _Drawing:
    """The sets so far."""

    def __init__(
        self,
        pool: Pool,
        overlap: int,
        kept: Mapping[str, frozenset[str]],
        avoided: set[int],
        had: Mapping[str, frozenset[str]],
    ) -> None:
        self._pool = pool
        self._overlap = overlap
        self._avoided = avoided
        known = pool.places.keys()  # a bug that was given out may have been left out since
        self._kept = [pool.mask(names & known) for names in kept.values()]
        self._had = {name: pool.mask(names & known) for name, names in had.items()}
        self.drawn: dict[str, int] = {}
        self._exposure = [0] * len(pool.items)
        for chosen in self._kept:
            self._count(chosen, 1)

    def check(self, candidates: int) -> None:
        """Raise when it can be told beforehand that there are too few sets."""
        pool = self._pool
        for number, stratum in enumerate(pool.strata):
            if (there := pool.stratum.count(number)) < stratum.bugs:
                text = f"{stratum.bugs} bugs of difficulty {stratum} are asked for each candidate"
                raise _impossible(f"{text}, and {there} may be drawn.", "Ask for fewer of them")
        most = self._most(self._overlap)
        if self._overlap < pool.size and candidates > most:
            text = f"of {len(pool.items)} bugs there are at most {most} sets of {pool.size} that"
            text = f"{text} share no more than {self._overlap}, and there are {candidates}"
            enough = (it for it in range(pool.size) if self._most(it) >= candidates)
            least = next(enough, pool.size)
            advice = f"Let two candidates share {least} or more (draw.overlap)"
            raise _impossible(f"{text} candidates.", f"{advice}, or draw from more bugs")

    def _most(self, overlap: int) -> int:
        """Return how many sets a bound on what two share leaves at most."""
        pool = self._pool
        bounds = [most_sets(len(pool.items), pool.size, overlap)]
        for number, stratum in enumerate(pool.strata):
            if stratum.bugs > overlap:  # within a stratum no two share more, either
                bounds.append(most_sets(pool.stratum.count(number), stratum.bugs, overlap))
        return min(bounds)

    def serve(self, name: str, generator: random.Random) -> None:
        """Draw the set of one candidate.

        Raises:
            ExamError: when there is none that meets the wishes, or none was found.

        """
        others = [*self._kept, *self.drawn.values()]
        for attempt in range(_SEARCHES):
            chance = [generator.random() for _ in self._exposure]
            rank = [
                count + noise * (1 + attempt)
                for count, noise in zip(self._exposure, chance, strict=True)
            ]
            free = (it for it in range(len(rank)) if not self._had.get(name, 0) >> it & 1)
            order = sorted(free, key=rank.__getitem__)
            search = Search(self._pool, order, others, self._overlap, self._avoided)
            chosen = next(search.sets(0, 0, 0), None)
            if chosen is not None:
                self.drawn[name] = chosen
                self._count(chosen, 1)
                return
            if not search.is_cut_off:
                break
        raise self._failure(is_certain=not search.is_cut_off, had=name in self._had)

    def _failure(self, *, is_certain: bool, had: bool) -> ExamError:
        pool = self._pool
        low, high = pool.window
        served = len(self._kept) + len(self.drawn)
        window = f"{low}" if low == high else f"{low} to {high}"
        text = f"{pool.sets} sets have the strata and a summed difficulty of {window}"
        if len(pool.conflicts):
            text += f", before {len(pool.conflicts)} conflicts are looked at"
        found = "there is none" if is_certain else f"none was found in {_SEARCHES} searches"
        text = f"{text}. After {served} candidates {found} that"
        text = f"{text} shares no more than {self._overlap} bugs with any of theirs"
        text += ", and none with what the candidate had before." if had else "."
        advice = "Let two candidates share more (draw.overlap), widen the band (draw.band)"
        return _impossible(text, f"{advice}, or draw from more bugs")

    def balance(self) -> None:
        """Exchange bugs while that brings the most and the least exposed nearer to each other."""
        for _ in range(_EXCHANGES):
            if not self._exchange():
                return

    def _exchange(self) -> bool:
        """Carry out one chain of exchanges; return whether there was any."""
        counts, strata = self._exposure, self._pool.stratum
        least = {it: min(self._counts_of(it)) for it in set(strata)}
        for start in sorted(range(len(counts)), key=lambda place: (-counts[place], place)):
            if counts[start] - least[strata[start]] < 2:
                continue
            if self._chain(start) or self._double(start):
                return True
        return False

    def _counts_of(self, stratum: int) -> list[int]:
        return [
            count
            for count, it in zip(self._exposure, self._pool.stratum, strict=True)
            if it == stratum
        ]

    def _chain(self, start: int) -> bool:
        """Look, step by step, for a bug that is given out at least twice less than ``start``."""
        before: dict[int, int] = {start: start}
        layer = [start]
        while layer:
            following = []
            for place in layer:
                for to in self._in_reach(place):
                    if to in before:
                        continue
                    before[to] = place
                    following.append(to)
                    if self._exposure[start] - self._exposure[to] >= 2 and self._carry_out(
                        _path(before, to)
                    ):
                        return True
            layer = following
        return False

    def _double(self, start: int) -> bool:
        """Exchange two bugs of one set, where one alone would leave the band."""
        counts = self._exposure
        rare = [place for place, count in enumerate(counts) if counts[start] - count >= 2]
        for to in sorted(rare, key=lambda place: (counts[place], place)):
            for name, chosen in self.drawn.items():
                if not chosen >> start & 1 or chosen >> to & 1:
                    continue
                for changed in self._doubly_changed(chosen, start, to):
                    if self._is_apart(changed, name, self.drawn):
                        self._count(chosen, -1)
                        self._count(changed, 1)
                        self.drawn[name] = changed
                        return True
        return False

    def _doubly_changed(self, chosen: int, place: int, to: int) -> Iterator[int]:
        """Yield what two exchanges can make of a set that bring the exposure nearer to even."""
        pool, counts = self._pool, self._exposure
        if pool.stratum[place] != pool.stratum[to]:
            return
        gain = counts[place] - counts[to]
        half = chosen & ~(1 << place) | 1 << to
        low, high = pool.window
        least, most = low - pool.difficulty(half), high - pool.difficulty(half)
        for other in pool.members(chosen & ~(1 << place)):
            grade = pool.items[other].difficulty
            for instead, item in enumerate(pool.items):
                if (
                    gain + counts[other] - counts[instead] > 2
                    and least <= item.difficulty - grade <= most
                    and pool.admits(changed := half & ~(1 << other) | 1 << instead)
                ):
                    yield changed

    def _in_reach(self, place: int) -> Iterator[int]:
        """Yield the bugs that could stand in for one in some set, the least exposed first."""
        pool, counts = self._pool, self._exposure
        holders = [chosen for chosen in self.drawn.values() if chosen >> place & 1]
        sums = {pool.difficulty(chosen) for chosen in holders}
        low, high = pool.window
        grade = pool.items[place].difficulty
        for to in sorted(range(len(counts)), key=lambda it: (counts[it], it)):
            if to == place or pool.stratum[to] != pool.stratum[place]:
                continue
            step = pool.items[to].difficulty - grade
            if any(low <= total + step <= high for total in sums) and any(
                self._may_exchange(it, place, to) for it in holders
            ):
                yield to

    def _may_exchange(self, chosen: int, place: int, to: int) -> bool:
        pool = self._pool
        rest = chosen & ~(1 << place)
        low, high = pool.window
        return (
            not chosen >> to & 1
            and pool.stratum[place] == pool.stratum[to]
            and low <= pool.difficulty(rest) + pool.items[to].difficulty <= high
            and pool.may_join(rest, to)
        )

    def _carry_out(self, path: list[int]) -> bool:
        """Exchange each bug of the path for the next, in sets of different candidates."""
        fresh = dict(self.drawn)
        for place, to in itertools.pairwise(path):
            for name, chosen in fresh.items():
                if chosen != self.drawn[name] or not chosen >> place & 1:
                    continue
                changed = chosen & ~(1 << place) | 1 << to
                if self._may_exchange(chosen, place, to) and self._is_apart(changed, name, fresh):
                    fresh[name] = changed
                    break
            else:
                return False
        self.drawn = fresh
        self._exposure[path[0]] -= 1
        self._exposure[path[-1]] += 1
        return True

    def _is_apart(self, changed: int, name: str, drawn: Mapping[str, int]) -> bool:
        if changed in self._avoided or changed & self._had.get(name, 0):
            return False
        others = [it for other, it in drawn.items() if other != name]
        return all((changed & it).bit_count() <= self._overlap for it in (*self._kept, *others))

    def _count(self, chosen: int, number: int) -> None:
        for place in self._pool.members(chosen):
            self._exposure[place] += number


def _path(before: Mapping[int, int], end: int) -> list[int]:
    path = [end]
    while before[path[-1]] != path[-1]:
        path.append(before[path[-1]])
    return path[::-1]


def _impossible(text: str, advice: str) -> ExamError:
    return ExamError(f"the sets cannot be drawn: {text} {advice}.")
