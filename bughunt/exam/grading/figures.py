"""What an exam turned out to be: how hard each bug was, and whom it told apart."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import msgspec

from bughunt.exam.grading.marks import BugMark, Mark
from bughunt.exam.grading.record import EARNING
from bughunt.spec import Bank

_FEWEST = 3  # candidates, for a correlation to say something


class ItemFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One bug, over all candidates who had it and were graded."""

    bug: str
    difficulty: int  # as the bank has it
    had: int
    restored: int
    fixed: int  # in another way; suspicious ones included
    suspicious: int
    solved: float  # share of those who had it
    discrimination: float | None  # correlation with the rest of the score; None: cannot be told
    is_void: bool


def items(bank: Bank, marks: Sequence[Mark]) -> tuple[ItemFigures, ...]:
    """Return the figures of every bug that somebody had, the hardest first."""
    had: dict[str, list[tuple[Mark, BugMark]]] = {}
    for mark in marks:
        for bug in mark.bugs:
            had.setdefault(bug.record.bug, []).append((mark, bug))
    figures = (_figures(bank, name, pairs) for name, pairs in sorted(had.items()))
    return tuple(sorted(figures, key=lambda it: it.solved))


def _figures(bank: Bank, name: str, pairs: Sequence[tuple[Mark, BugMark]]) -> ItemFigures:
    verdicts = [bug.record.verdict for _, bug in pairs]
    solved = [float(verdict in EARNING) for verdict in verdicts]
    return ItemFigures(
        bug=name,
        difficulty=bank.bugs[name].difficulty,
        had=len(pairs),
        restored=verdicts.count("restored"),
        fixed=verdicts.count("fixed") + verdicts.count("suspicious"),
        suspicious=verdicts.count("suspicious"),
        solved=sum(solved) / len(solved),
        discrimination=_correlation(solved, [_rest(mark, bug) for mark, bug in pairs]),
        is_void=pairs[0][1].is_void,
    )


def _rest(mark: Mark, bug: BugMark) -> float:
    """Return the share of the other bugs' points that a candidate earned."""
    others = [it for it in mark.bugs if it is not bug]
    points = sum(it.points for it in others)
    return sum(it.earned for it in others) / points if points else 0.0


def _correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    if len(one) < _FEWEST or len(set(one)) == 1 or len(set(other)) == 1:
        return None
    return statistics.correlation(one, other)
