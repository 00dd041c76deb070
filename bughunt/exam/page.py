"""How fair an exam is, as a page: one file that needs no network. It holds answers.

The template takes records of texts and numbers only, and escapes every text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bughunt.exam.answers import Answers, Entry
from bughunt.exam.fairness import Fairness, Share
from bughunt.exam.plan import Plan
from bughunt.page_template import filled
from bughunt.spec import Bank, Conflict

_TEMPLATE = Path(__file__).parent / "templates" / "fairness.html"
_MATRIX = 40  # candidates; of more, a matrix is not read any more


class _Bar(msgspec.Struct, frozen=True):
    name: str
    count: int
    percent: float


class _Row(msgspec.Struct, frozen=True):
    candidate: str
    shared: tuple[int | None, ...]  # None: with oneself


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    exam: str
    candidates: int
    bugs: int
    window: str
    overlap: int
    largest_overlap: int
    points: str
    points_differ: bool
    different: int
    gone: tuple[str, ...]  # archives of those who are no longer in the roster
    shares: tuple[Share, ...]
    difficulties: tuple[_Bar, ...]
    exposure: tuple[_Bar, ...]
    overlaps: tuple[_Bar, ...]
    matrix: tuple[_Row, ...]
    unused: tuple[str, ...]  # bugs that nobody got
    conflicts: tuple[Conflict, ...]


def page(
    plan: Plan, bank: Bank, answers: Answers, figures: Fairness, gone: Sequence[Entry] = ()
) -> str:
    """Return the page."""
    low, high = figures.window
    least, most = figures.points
    used = {name: it for name, it in figures.exposure.items() if it}
    shown = _Page(
        title=plan.title,
        exam=f"{plan.id}, attempt {plan.attempt}",
        candidates=figures.candidates,
        bugs=plan.bugs,
        window=f"{low}" if low == high else f"{low} to {high}",
        overlap=plan.overlap,
        largest_overlap=figures.largest_overlap,
        points=f"{least:g}" if least == most else f"{least:g} to {most:g}",
        points_differ=least != most,
        different=figures.different,
        gone=tuple(f"{it.student_id} ({it.candidate})" for it in gone),
        shares=figures.shares,
        difficulties=_bars({str(it): count for it, count in figures.difficulties.items()}),
        exposure=_bars({f"{name} ({bank.bugs[name].difficulty})": it for name, it in used.items()}),
        unused=tuple(name for name in figures.exposure if name not in used),
        overlaps=_bars({str(it): count for it, count in figures.overlaps.items()}),
        matrix=_matrix(answers),
        conflicts=answers.conflicts,
    )
    return filled(_TEMPLATE, page=shown)


def _bars(counts: Mapping[str, int]) -> tuple[_Bar, ...]:
    most = max(counts.values(), default=0) or 1
    return tuple(_Bar(name, count, 100 * count / most) for name, count in counts.items())


def _matrix(answers: Answers) -> tuple[_Row, ...]:
    sets = {entry.candidate: frozenset(entry.bugs) for entry in answers.entries}
    if len(sets) > _MATRIX:
        return ()
    return tuple(
        _Row(name, tuple(None if other == name else len(own & it) for other, it in sets.items()))
        for name, own in sets.items()
    )
