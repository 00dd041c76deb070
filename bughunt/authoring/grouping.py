"""Which changes belong together: those of one edit, and those whose lines meet."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from bughunt.authoring.hunks import Hunk
from bughunt.authoring.syntax_changes import Change, Pair


class Unit(msgspec.Struct, frozen=True, eq=False):
    """Changes that one edit is to make."""

    changes: tuple[Change, ...]

    @property
    def trail(self) -> tuple[Pair, ...]:
        """The pairs of nodes that hold all of the changes."""
        trails = [change.trail for change in self.changes]
        shared = itertools.takewhile(lambda level: len(set(level)) == 1, zip(*trails, strict=False))
        return tuple(level[0] for level in shared)


class Cluster(NamedTuple):
    """Changes that share lines, and these lines."""

    units: list[Unit]
    hunks: list[Hunk]


def units_of(found: Sequence[Change]) -> list[Unit]:
    """Join changes that belong together: of one expression, or of statements that have moved."""
    units: list[Unit] = []
    waiting = list(found)
    while waiting:
        change = waiting.pop(0)
        partners = [other for other in waiting if _belong(change, other)]
        if change.run is not None:
            partners = partners[:1]
        waiting = [other for other in waiting if other not in partners]
        group = (change, *partners)
        if change.run is not None and partners and not _codes(change.run.old):
            group = (*partners, change)
        units.append(Unit(group))
    return units


def _belong(one: Change, other: Change) -> bool:
    if one.run is None or other.run is None:
        around = one.trail[: one.statement + 1]
        both = one.run is None and other.run is None
        return both and len(around) > 1 and around == other.trail[: other.statement + 1]
    gone, come = _codes(one.run.old), _codes(one.run.new)
    return bool(gone or come) and (gone, come) == (_codes(other.run.new), _codes(other.run.old))


def _codes(statements: Sequence[ast.stmt]) -> list[str]:
    """Return statements as texts; a `pass` stands for none."""
    return [ast.dump(it) for it in statements if not isinstance(it, ast.Pass)]


def clusters_of(
    units: Sequence[Unit],
    places: Sequence[Hunk],
    lines_of: Callable[[Unit], Iterable[tuple[int, int, int]]],
) -> tuple[list[Cluster], list[Hunk]]:
    """Join units whose lines are in one hunk; return also the hunks that no unit explains."""
    clusters: list[Cluster] = []
    for unit in units:
        lines = list(lines_of(unit))
        around = [hunk for hunk in places if any(hunk.meets(*it) for it in lines)]
        joined = [it for it in clusters if not set(around).isdisjoint(it.hunks)]
        clusters = [it for it in clusters if it not in joined]
        together = [*(it for cluster in joined for it in cluster.units), unit]
        known = {it for cluster in joined for it in cluster.hunks} | set(around)
        clusters.append(Cluster(together, [hunk for hunk in places if hunk in known]))
    if any(not cluster.hunks for cluster in clusters):
        return [Cluster(list(units), list(places))], []
    explained = {hunk for cluster in clusters for hunk in cluster.hunks}
    return clusters, [hunk for hunk in places if hunk not in explained]
