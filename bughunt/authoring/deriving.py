"""From an edited module back to the edits that make it of the clean one.

Candidates come from the differences of the two syntax trees, the most telling operator first. Each
is proved by applying it: what counts is the first whose text is the edited one, byte for byte.
"""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from bughunt.authoring import statement_edits
from bughunt.authoring.expression_edits import Proposal, Sites, exact, patternable, telling
from bughunt.authoring.grouping import Unit, clusters_of, units_of
from bughunt.authoring.hunks import Hunk, hunks, with_hunks
from bughunt.authoring.pattern_texts import WIDEST
from bughunt.authoring.placing import Placing, resolved
from bughunt.authoring.source import Source
from bughunt.authoring.syntax_changes import Pair, Run, changes, middle, same
from mutations import MutationError, Operator, Replacement, splice

_WAYS = 4  # to make one of several changes, each of which is tried with those of the others
_TRIALS = 200
_GAP = re.compile(r"[ \t]+(?=#)")


class Derived(msgspec.Struct, frozen=True):
    """The edits of one file, what they do not express, and what they write otherwise."""

    edits: tuple[Operator, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()


class _Trial(NamedTuple):
    """An edit to try, the nodes around its place, and how many statements it writes anew."""

    proposal: Proposal
    trail: tuple[Pair, ...]
    statements: int = 0


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
        clusters, left = clusters_of(units_of(found), self._hunks, self._lines_of)
        for units, around in clusters:
            solution = self._solved(units, around)
            if solution is None:
                problems.append(self._inexpressible(units, around))
            else:
                edits += solution
        problems += [self._no_code(hunk) for hunk in left]
        return Derived(tuple(edits), tuple(problems), tuple(self._columns(edits, problems)))

    def _columns(self, edits: Sequence[Operator], problems: Sequence[str]) -> Iterator[str]:
        """Say where the edits write another text than the edited one."""
        text = self._applied(edits)
        if text is not None and not problems:
            for hunk in hunks(self._edited, text):
                line = hunk.old_lines[0]
                yield f"{self._path}:{line}: the comment at the line's end stays in its column."

    def _lines_of(self, unit: Unit) -> Iterator[tuple[int, int, int]]:
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

    def _solved(self, units: Sequence[Unit], around: Sequence[Hunk]) -> list[Operator] | None:
        """Return the first edits that give the edited lines.

        Else the first that do so but for the columns of comments, which edits keep.
        """
        wanted = with_hunks(self._clean, self._edited, around)
        comments = list(self._new_comments(around))
        nearest = None
        for edits in self._ways(units, comments):
            text = self._applied(edits)
            if text == wanted:
                return edits
            if nearest is None and text is not None and _same_but_for_columns(text, wanted):
                nearest = edits
        return nearest

    def _ways(self, units: Sequence[Unit], comments: Sequence[str]) -> Iterator[list[Operator]]:
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

    def _right(self, unit: Unit, comments: Sequence[str]) -> Iterator[Operator]:
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

    def _tree_with(self, unit: Unit) -> str:
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

    def _edits(self, unit: Unit, comments: Sequence[str]) -> Iterator[Operator]:
        """Yield edits that say by code which place they mean, then those that count places."""
        trials = list(self._trials(unit))
        for trial in trials:
            yield from self._placed(trial, comments)
        for trial in trials:
            yield from self._placing.counted(trial.proposal, trial.trail, comments)

    def _placed(self, trial: _Trial, comments: Sequence[str]) -> Iterator[Operator]:
        return self._placing.edits(trial.proposal, trial.trail, comments)

    def _trials(self, unit: Unit) -> Iterator[_Trial]:
        first, trail = unit.changes[0], unit.trail
        if first.run is None:
            yield from self._of_expression(unit, trail)
        elif len(unit.changes) == 2:
            found = statement_edits.moved(self._sources, *unit.changes)
            yield from (_Trial(proposal, trail) for proposal in found)
        else:
            found = statement_edits.of_run(self._sources, first.run)
            yield from (_Trial(proposal, trail) for proposal in found)

    def _of_expression(self, unit: Unit, trail: tuple[Pair, ...]) -> Iterator[_Trial]:
        place = max(n for n, it in enumerate(trail) if isinstance(it.old, (ast.stmt, ast.mod)))
        leaves = tuple(change.trail[-1] for change in unit.changes)
        sites = Sites(self._sources, patternable(trail[place + 1 :]), leaves)
        whole = [_Trial(it, trail[: place + 1]) for it in self._of_statement(trail[place])]
        if not sites.pairs:
            yield from whole
            return
        yield from (_Trial(proposal, trail) for proposal in telling(sites))
        yield from (trial for trial in whole if _is_short(trial.proposal))
        yield from (_Trial(proposal, trail) for proposal in exact(sites))
        yield from (trial for trial in whole if not _is_short(trial.proposal))

    def _of_statement(self, pair: Pair) -> Iterator[Proposal]:
        old, new = pair
        if isinstance(old, ast.stmt) and isinstance(new, ast.stmt):
            yield from statement_edits.of_header(self._sources, old, new)
            run = Run([old], 0, (old,), (new,))
            yield from statement_edits.of_run(self._sources, run)

    def _rewritten(self, units: Sequence[Unit]) -> Iterator[_Trial]:
        """Yield replacements of all statements that hold the units, in the smallest block."""
        trail = Unit(tuple(change for unit in units for change in unit.changes)).trail
        while trail:
            old, new = (getattr(node, "body", None) for node in trail[-1])
            if isinstance(old, list) and isinstance(new, list):
                run = middle(old, new)
                for proposal in statement_edits.of_run(self._sources, run):
                    yield _Trial(proposal, trail, len(run.old))
                if run.old or run.new:
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

    def _inexpressible(self, units: Sequence[Unit], around: Sequence[Hunk]) -> str:
        """Name the first line that no edit writes as it is."""
        line = around[0].new_lines[0] if around else 1
        ways = [next(self._right(unit, ()), None) for unit in units]
        text = self._applied([it for it in ways if it is not None])
        if text is None or None in ways:
            return (
                f"{self._path}:{line}: no edit makes this change. Make it smaller, or write the "
                "edit by hand (docs/patterns.md)."
            )
        other = hunks(with_hunks(self._clean, self._edited, around), text)
        place = other[0].old_lines[0] if other else line
        return (
            f"{self._path}:{place}: an edit makes this change of the code, but writes other blank "
            "lines or comments than stand here. Leave those as they were; only the comment of the "
            "edited statement can change."
        )

    def _no_code(self, hunk: Hunk) -> str:
        old = self._sources[0].comments(*hunk.old_lines)
        new = self._sources[1].comments(*hunk.new_lines)
        what = "only a comment" if old != new else "only the layout"
        return (
            f"{self._path}:{hunk.new_lines[0]}: {what} changes here. An edit changes code, and the "
            "comment of the statement that it changes. Put these lines back as they were."
        )


def _is_short(proposal: Proposal) -> bool:
    """Return whether an edit can be taken in at a glance."""
    texts = [text for text in proposal.fields.values() if isinstance(text, str)]
    return all(len(text) <= WIDEST and "\n" not in text for text in texts)


def _same_but_for_columns(text: str, wanted: str) -> bool:
    """Return whether two texts differ only in the white space before comments."""
    one, other = (_GAP.sub(" ", it) for it in (text, wanted))
    return one == other and same(ast.parse(text), ast.parse(wanted))
