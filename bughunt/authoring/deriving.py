"""From an edited module back to the edits that make it of the clean one.

Candidates come from the differences of the two syntax trees, the most telling operator first. Each
is proved by applying it: what counts is the first whose text is the edited one, byte for byte.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from bughunt.authoring import statement_edits
from bughunt.authoring.expression_edits import Proposal, Sites, patternable, proposals
from bughunt.authoring.hunks import Hunk, hunks, with_hunks
from bughunt.authoring.placing import Placing, resolved
from bughunt.authoring.source import Source
from bughunt.authoring.syntax_changes import Change, Pair, Run, changes, middle
from mutations import MutationError, Operator, Replacement, splice

_WAYS = 4  # to make one of several changes, each of which is tried with those of the others
_TRIALS = 200


class Derived(msgspec.Struct, frozen=True):
    """The edits of one file, and what they do not express."""

    edits: tuple[Operator, ...]
    problems: tuple[str, ...]


class _Unit(msgspec.Struct, frozen=True, eq=False):
    """Changes that one edit is to make."""

    changes: tuple[Change, ...]

    @property
    def trail(self) -> tuple[Pair, ...]:
        """The pairs of nodes that hold all of the changes."""
        trails = [change.trail for change in self.changes]
        shared = itertools.takewhile(lambda level: len(set(level)) == 1, zip(*trails, strict=False))
        return tuple(level[0] for level in shared)


class _Trial(NamedTuple):
    """An edit to try, the nodes around its place, and how many statements it writes anew."""

    proposal: Proposal
    trail: tuple[Pair, ...]
    statements: int = 0


class _Cluster(NamedTuple):
    """Changes that share lines, and these lines."""

    units: list[_Unit]
    hunks: list[Hunk]


def derive(clean: str, edited: str, path: str) -> Derived:
    """Find edits that turn the clean text of a file into the edited one.

    Problems are said as ``path:LINE: what cannot be expressed, and what to do``.
    """
    try:
        sources = Source(clean), Source(edited)
    except SyntaxError as error:
        text = f"{path}:{error.lineno}: is no Python: {error.msg}. Correct it."
        return Derived((), (text,))
    return _Derivation(path, sources).result()


class _Derivation:
    """The search for the edits of one file."""

    def __init__(self, path: str, sources: tuple[Source, Source]) -> None:
        self._path = path
        self._sources = sources
        self._clean, self._edited = sources[0].text, sources[1].text
        self._hunks = hunks(self._clean, self._edited)
        self._placing = Placing(path, sources[0])

    def result(self) -> Derived:
        """Return the edits of all places that differ."""
        found = changes(self._sources[0].tree, self._sources[1].tree)
        edits: list[Operator] = []
        problems: list[str] = []
        clusters, left = _clusters(_units(found), self._hunks, self._lines_of)
        for units, around in clusters:
            solution = self._solved(units, around)
            if solution is None:
                problems.append(self._inexpressible(around))
            else:
                edits += solution
        problems += [self._no_code(hunk) for hunk in left]
        return Derived(tuple(edits), tuple(problems))

    def _lines_of(self, unit: _Unit) -> Iterator[tuple[int, int, int]]:
        """Yield the lines of a unit: which version, first, last."""
        for change in unit.changes:
            runs = (change.run.old, change.run.new) if change.run is not None else None
            for version, source in enumerate(self._sources):
                nodes: Iterable[ast.AST] = (
                    runs[version] if runs else (change.trail[change.statement][version],)
                )
                whole = runs is not None or change.statement == len(change.trail) - 1
                for node in nodes:
                    if not isinstance(node, ast.Module):
                        first, last = source.line_range(node)
                        end = source.lines.line_of(source.span(node)[1]) if whole else last
                        yield version, first, end

    # -- the search

    def _solved(self, units: Sequence[_Unit], around: Sequence[Hunk]) -> list[Operator] | None:
        wanted = with_hunks(self._clean, self._edited, around)
        comments = list(self._new_comments(around))
        return next((it for it in self._ways(units, comments) if self._applied(it) == wanted), None)

    def _ways(self, units: Sequence[_Unit], comments: Sequence[str]) -> Iterator[list[Operator]]:
        """Yield edits that may make changes which share lines, as their author would write them.

        A statement that becomes several is one edit, other changes are one each.
        """
        if len(units) == 1:
            yield from ([edit] for edit in self._edits(units[0], comments))
        else:
            rewritten = list(self._rewritten(units))
            if rewritten and rewritten[0].statements == 1:
                yield from ([edit] for it in rewritten for edit in self._placed(it, comments))
            each = [list(itertools.islice(self._right(unit, comments), _WAYS)) for unit in units]
            yield from map(list, itertools.islice(itertools.product(*each), _TRIALS))
        yield from ([edit] for it in self._rewritten(units) for edit in self._placed(it, comments))

    def _right(self, unit: _Unit, comments: Sequence[str]) -> Iterator[Operator]:
        """Yield the edits that make a unit's changes of the tree, whatever the layout."""
        wanted = self._tree_with(unit)
        for edit in self._edits(unit, comments):
            text = self._applied([edit])
            if text is not None and ast.dump(ast.parse(text)) == wanted:
                yield edit

    def _applied(self, edits: Sequence[Operator]) -> str | None:
        """Return the clean text with edits, or None if they cannot be made."""
        found: list[Replacement] = []
        for edit in edits:
            outcome = resolved(self._clean, edit)
            if isinstance(outcome, MutationError):
                return None
            found += outcome
        try:
            return splice(self._clean, found)
        except MutationError:
            return None

    def _tree_with(self, unit: _Unit) -> str:
        """Return the clean tree with the changes of a unit only, as text."""
        memo: dict[int, object] = {}
        runs = [change.run for change in unit.changes if change.run is not None]
        for change in unit.changes:
            if change.run is None:
                memo[id(change.trail[-1].old)] = change.trail[-1].new
        for run in sorted(runs, key=lambda it: it.place, reverse=True):
            block = memo.setdefault(id(run.block), list(run.block))
            assert isinstance(block, list)
            block[run.place : run.place + len(run.old)] = run.new
        return ast.dump(copy.deepcopy(self._sources[0].tree, memo))

    def _edits(self, unit: _Unit, comments: Sequence[str]) -> Iterator[Operator]:
        for trial in self._trials(unit):
            yield from self._placed(trial, comments)

    def _placed(self, trial: _Trial, comments: Sequence[str]) -> Iterator[Operator]:
        return self._placing.edits(trial.proposal, trial.trail, comments)

    def _trials(self, unit: _Unit) -> Iterator[_Trial]:
        first, trail = unit.changes[0], unit.trail
        if first.run is None:
            yield from self._of_expression(unit, trail)
        elif len(unit.changes) == 2:
            found = statement_edits.moved(self._sources, *unit.changes)
            yield from (_Trial(proposal, trail) for proposal in found)
        else:
            found = statement_edits.of_run(self._sources, first.run)
            yield from (_Trial(proposal, trail) for proposal in found)

    def _of_expression(self, unit: _Unit, trail: tuple[Pair, ...]) -> Iterator[_Trial]:
        place = max(n for n, it in enumerate(trail) if isinstance(it.old, (ast.stmt, ast.mod)))
        pairs = patternable(trail[place + 1 :])
        leaves = tuple(change.trail[-1] for change in unit.changes)
        if pairs:
            found = proposals(Sites(self._sources, pairs, leaves))
            yield from (_Trial(proposal, trail) for proposal in found)
        old, new = trail[place]
        if isinstance(old, ast.stmt) and isinstance(new, ast.stmt):
            found = statement_edits.of_header(self._sources, old, new)
            yield from (_Trial(proposal, trail) for proposal in found)
            found = statement_edits.of_run(self._sources, Run([old], 0, (old,), (new,)))
            yield from (_Trial(proposal, trail[: place + 1]) for proposal in found)

    def _rewritten(self, units: Sequence[_Unit]) -> Iterator[_Trial]:
        """Yield replacements of all statements that hold the units, in the smallest block."""
        trail = _Unit(tuple(change for unit in units for change in unit.changes)).trail
        while trail:
            old, new = (getattr(node, "body", None) for node in trail[-1])
            if isinstance(old, list) and isinstance(new, list):
                run = middle(old, new)
                for proposal in statement_edits.of_run(self._sources, run):
                    yield _Trial(proposal, trail, len(run.old))
                return
            trail = trail[:-1]

    def _new_comments(self, around: Sequence[Hunk]) -> Iterator[str]:
        """Yield the comments that the edited lines have and the clean ones have not."""
        for hunk in around:
            old = self._sources[0].comments(*hunk.old_lines)
            new = self._sources[1].comments(*hunk.new_lines)
            yield from (text for text in new if text not in old)
            if set(old) - set(new):
                yield ""

    # -- what cannot be said

    def _inexpressible(self, around: Sequence[Hunk]) -> str:
        line = around[0].new_lines[0] if around else 1
        return (
            f"{self._path}:{line}: no edit gives this text exactly. Make the change smaller, keep "
            "the layout of the lines around it, or write the edit by hand (docs/patterns.md)."
        )

    def _no_code(self, hunk: Hunk) -> str:
        old = self._sources[0].comments(*hunk.old_lines)
        new = self._sources[1].comments(*hunk.new_lines)
        what = "only a comment" if old != new else "only the layout"
        return (
            f"{self._path}:{hunk.new_lines[0]}: {what} changes here. An edit changes code, and the "
            "comment of the statement that it changes. Put these lines back as they were."
        )


def _units(found: Sequence[Change]) -> list[_Unit]:
    """Join changes that belong together: of one expression, or of statements that have moved."""
    units: list[_Unit] = []
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
        units.append(_Unit(group))
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


def _clusters(
    units: Sequence[_Unit],
    places: Sequence[Hunk],
    lines_of: Callable[[_Unit], Iterable[tuple[int, int, int]]],
) -> tuple[list[_Cluster], list[Hunk]]:
    """Join units whose lines are in one hunk; return also the hunks that no unit explains."""
    clusters: list[_Cluster] = []
    for unit in units:
        lines = list(lines_of(unit))
        around = [hunk for hunk in places if any(hunk.meets(*it) for it in lines)]
        joined = [it for it in clusters if not set(around).isdisjoint(it.hunks)]
        clusters = [it for it in clusters if it not in joined]
        together = [*(it for cluster in joined for it in cluster.units), unit]
        known = {it for cluster in joined for it in cluster.hunks} | set(around)
        clusters.append(_Cluster(together, [hunk for hunk in places if hunk in known]))
    if any(not cluster.hunks for cluster in clusters):
        return [_Cluster(list(units), list(places))], []
    explained = {hunk for cluster in clusters for hunk in cluster.hunks}
    return clusters, [hunk for hunk in places if hunk not in explained]
