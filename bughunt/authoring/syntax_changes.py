"""What differs between two versions of a module, as changes of its syntax tree.

A change is the smallest pair of nodes that differ, with the pairs of nodes around it, or a run of
statements that a block has lost or gained. Layout and comments are no part of a tree.
"""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_ALIKE = 0.4  # similarity, from 0 to 1, of statements that are one statement, edited


class Pair(NamedTuple):
    """A node of the old tree and the one that stands for it in the new tree."""

    old: ast.AST
    new: ast.AST


class Run(msgspec.Struct, frozen=True, eq=False):
    """Statements of a block for which others, or none, stand. Either side may be empty."""

    block: list[ast.stmt]  # of the old tree
    place: int  # of the first of them in it
    old: tuple[ast.stmt, ...]
    new: tuple[ast.stmt, ...]

    @property
    def before(self) -> ast.stmt | None:
        """The statement of the block that stays, before the run."""
        return self.block[self.place - 1] if self.place else None

    @property
    def after(self) -> ast.stmt | None:
        """The statement of the block that stays, behind the run."""
        behind = self.place + len(self.old)
        return self.block[behind] if behind < len(self.block) else None


class Change(msgspec.Struct, frozen=True, eq=False):
    """One difference.

    trail: the pairs of nodes that hold it, from the module inwards; without a run, the last pair
        is what differs
    """

    trail: tuple[Pair, ...]
    run: Run | None = None

    @property
    def statement(self) -> int:
        """The place of the innermost statement in the trail; 0 is the module."""
        places = [n for n, pair in enumerate(self.trail) if isinstance(pair.old, ast.stmt)]
        return max(places, default=0)


def middle(old: list[ast.stmt], new: list[ast.stmt]) -> Run:
    """Return the statements between those with which both blocks begin and end."""
    shortest = min(len(old), len(new))
    start = next((n for n in range(shortest) if not same(old[n], new[n])), shortest)
    rest = shortest - start
    tail = next((n for n in range(rest) if not same(old[-1 - n], new[-1 - n])), rest)
    return _run(old, new, (start, len(old) - tail), (start, len(new) - tail))


def same(old: ast.AST, new: ast.AST) -> bool:
    """Return whether two nodes are the same code."""
    return ast.dump(old) == ast.dump(new)


def changes(old: ast.Module, new: ast.Module) -> tuple[Change, ...]:
    """Return all differences of two modules, in the order of the text."""
    before, after = _statements(old), _statements(new)
    kept = frozenset(code for code, count in before.items() if after[code] == count)
    return tuple(_Comparison(kept).compare((Pair(old, new),)))


def _statements(tree: ast.Module) -> Counter[str]:
    return Counter(ast.dump(node) for node in ast.walk(tree) if isinstance(node, ast.stmt))


class _Comparison:
    """Compares trees; a statement that both have somewhere is no edited form of another one."""

    def __init__(self, kept: frozenset[str]) -> None:
        self._kept = kept

    def compare(self, trail: tuple[Pair, ...]) -> Iterator[Change]:
        """Yield the differences of the last pair of a trail."""
        old, new = trail[-1]
        if same(old, new):
            return
        found = self._parts(trail)
        yield from found if found is not None else (Change(trail),)

    def _parts(self, trail: tuple[Pair, ...]) -> list[Change] | None:
        """Return the differences of the parts, or None if the pair differs as a whole."""
        old, new = trail[-1]
        if type(old) is not type(new) or isinstance(old, ast.JoinedStr) or _is_literal(old):
            return None
        found: list[Change] = []
        for field in old._fields:
            here, there = getattr(old, field, None), getattr(new, field, None)
            if isinstance(here, ast.AST) and isinstance(there, ast.AST):
                inner = self._part(trail, Pair(here, there))
            elif field in _BLOCKS and isinstance(here, list) and here and there:
                inner = self._block(trail, here, there)
            elif isinstance(here, list):
                inner = self._list(trail, here, there or [])
            else:
                inner = [] if here == there and type(here) is type(there) else None
            if inner is None:
                return None
            found += inner
        return found

    def _part(self, trail: tuple[Pair, ...], pair: Pair) -> list[Change] | None:
        if same(*pair):
            return []
        if not hasattr(pair.old, "lineno") and not isinstance(pair.old, ast.arguments):
            return None  # an operator: what differs is the expression around it
        return list(self.compare((*trail, pair)))

    def _list(
        self, trail: tuple[Pair, ...], old: Sequence[object], new: Sequence[object]
    ) -> list[Change] | None:
        if len(old) != len(new):
            return None
        found: list[Change] = []
        for here, there in zip(old, new, strict=True):
            if isinstance(here, ast.AST) and isinstance(there, ast.AST):
                inner = self._part(trail, Pair(here, there))
                if inner is None:
                    return None
                found += inner
            elif here != there:
                return None
        return found

    def _block(
        self, trail: tuple[Pair, ...], old: list[ast.stmt], new: list[ast.stmt]
    ) -> list[Change] | None:
        """Align the statements of two blocks, and compare those that are one, edited."""
        if not isinstance(old[0], ast.stmt):
            return self._list(trail, old, new)  # handlers and cases
        texts = [ast.dump(it) for it in old], [ast.dump(it) for it in new]
        found: list[Change] = []
        matcher = difflib.SequenceMatcher(None, *texts, autojunk=False)
        for tag, i, i_stop, j, j_stop in matcher.get_opcodes():
            if tag == "equal":
                continue
            pairs = self._paired(old[i:i_stop], new[j:j_stop])
            ends = [*pairs, (i_stop - i, j_stop - j)]
            here, there = i, j
            for one, other in ends:
                if here < i + one or there < j + other:
                    run = _run(old, new, (here, i + one), (there, j + other))
                    found.append(Change(trail, run))
                here, there = i + one + 1, j + other + 1
                if (one, other) != ends[-1]:
                    found += self.compare((*trail, Pair(old[i + one], new[j + other])))
        return found

    def _paired(self, old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> list[tuple[int, int]]:
        """Return which statements are the same one, edited, in order: the likeliest of all ways."""
        if len(old) == len(new) == 1 and self._may_be_one(old[0], new[0]):
            return [(0, 0)]
        best: list[list[tuple[float, list[tuple[int, int]]]]]
        best = [[(0.0, [])] * (len(new) + 1) for _ in range(len(old) + 1)]
        for i in reversed(range(len(old))):
            for j in reversed(range(len(new))):
                options = [best[i + 1][j], best[i][j + 1]]
                alike = self._likeness(old[i], new[j])
                if alike >= _ALIKE:
                    score, rest = best[i + 1][j + 1]
                    options.append((score + alike, [(i, j), *rest]))
                best[i][j] = max(options, key=lambda option: option[0])
        return best[0][0][1]

    def _likeness(self, old: ast.stmt, new: ast.stmt) -> float:
        if not self._may_be_one(old, new):
            return 0.0
        one, other = ast.unparse(old), ast.unparse(new)
        return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()

    def _may_be_one(self, old: ast.stmt, new: ast.stmt) -> bool:
        names = getattr(old, "name", None) == getattr(new, "name", None)
        moved = {ast.dump(old), ast.dump(new)} & self._kept
        return type(old) is type(new) and names and not moved


def _run(
    old: list[ast.stmt], new: list[ast.stmt], here: tuple[int, int], there: tuple[int, int]
) -> Run:
    return Run(old, here[0], tuple(old[slice(*here)]), tuple(new[slice(*there)]))


def _is_literal(node: ast.AST) -> bool:
    """Return whether a node is a constant, or a number with a sign."""
    signed = isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub))
    return isinstance(node.operand if signed else node, ast.Constant)  # type: ignore[attr-defined]
