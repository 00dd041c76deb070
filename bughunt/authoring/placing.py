"""Which target an edit names, and how it says which of several places it means."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import mutations
from bughunt.authoring import pattern_texts
from bughunt.authoring.expression_edits import Proposal
from bughunt.authoring.source import DEFINITIONS, Source
from bughunt.authoring.syntax_changes import Pair
from mutations import (
    AmbiguousMatch,
    AmbiguousTarget,
    MutationError,
    Operator,
    Replacement,
    operator_type,
)
from mutations.language.target import MODULE, find_segment

_MOST_PLACES = 30


@lru_cache(maxsize=4096)
def resolved(text: str, edit: Operator) -> tuple[Replacement, ...] | MutationError:
    """Return what an edit changes in a text, or why it does not."""
    try:
        return mutations.resolve(text, edit)
    except MutationError as error:
        return error


class Placing:
    """Makes edits of proposals for one file."""

    def __init__(self, path: str, source: Source) -> None:
        self._path = path
        self._source = source

    def edits(
        self, proposal: Proposal, trail: Sequence[Pair], comments: Sequence[str]
    ) -> Iterator[Operator]:
        """Yield the edits that have one place, in the target or inside of something in it.

        Each comes without a new comment, then with each that there is.
        """
        for target in self._targets(trail):
            fields = {**proposal.fields, "target": target}
            outcome = self._tried(proposal.operator, fields)
            several = isinstance(outcome, AmbiguousMatch) and proposal.anywhere
            if several or (proposal.is_vague and isinstance(outcome, Operator)):
                for within in self._surroundings(trail):
                    if within != str(proposal.fields.get("match")):
                        inside = {**fields, "within": within}
                        yield from self._commented(proposal.operator, inside, comments)
            if isinstance(outcome, Operator):
                yield from self._commented(proposal.operator, fields, comments)

    def counted(
        self, proposal: Proposal, trail: Sequence[Pair], comments: Sequence[str]
    ) -> Iterator[Operator]:
        """Yield the edits that say by number which of several places they mean."""
        for target in self._targets(trail):
            fields = {**proposal.fields, "target": target}
            outcome = self._tried(proposal.operator, fields)
            for nth in range(1, _MOST_PLACES):
                if not (isinstance(outcome, AmbiguousMatch) and proposal.anywhere):
                    break
                numbered = {**fields, "nth": nth}
                yield from self._commented(proposal.operator, numbered, comments)
                if isinstance(self._tried(proposal.operator, numbered), AmbiguousMatch):
                    break

    def _commented(
        self, operator: str, fields: dict[str, Any], comments: Sequence[str]
    ) -> Iterator[Operator]:
        """Yield an edit that can be made, without a new comment and with each."""
        outcome = self._tried(operator, fields)
        if isinstance(outcome, Operator):
            yield outcome
            for comment in comments:
                told = self._tried(operator, {**fields, "comment": comment})
                if isinstance(told, Operator):
                    yield told

    def _tried(self, operator: str, fields: dict[str, Any]) -> Operator | MutationError:
        edit = _edit(operator, fields)
        outcome = resolved(self._source.text, edit)
        return outcome if isinstance(outcome, MutationError) else edit

    def _surroundings(self, trail: Sequence[Pair]) -> Iterator[str]:
        """Yield short patterns for the code around, from the inside out, up to the definition."""
        for pair in reversed(trail):
            if isinstance(pair.old, (*DEFINITIONS, ast.Module)):
                return
            for pattern in pattern_texts.around(self._source, pair.old):
                if len(pattern) <= pattern_texts.WIDEST and "\n" not in pattern:
                    yield pattern

    def _targets(self, trail: Sequence[Pair]) -> list[str]:
        definitions = [pair.old for pair in trail if isinstance(pair.old, DEFINITIONS)]
        if not definitions:
            return [f"{self._path}::{MODULE}", self._path]
        target = f"{self._path}::{'.'.join(it.name for it in definitions)}"
        start = self._source.span(definitions[-1])[0]
        return [self._numbered(target, start)]

    def _numbered(self, target: str, start: int) -> str:
        """Say which definition of the name is meant, if there are several."""
        try:
            find_segment(self._source.text, target)
        except AmbiguousTarget:
            numbered = (f"{target}[{number}]" for number in range(1, _MOST_PLACES))
            return next(it for it in numbered if self._holds(it, start))
        return target

    def _holds(self, target: str, start: int) -> bool:
        segment = find_segment(self._source.text, target)
        return segment.start <= start < segment.stop


def _edit(operator: str, fields: dict[str, Any]) -> Operator:
    return operator_type(operator)(**fields)
