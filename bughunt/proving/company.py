"""Bugs in company: whether each is still caught beside the others, and no longer once it is fixed.

One rule serves levels, pairs, triples and the sets of an exam. With all bugs of a set in the code,
the detector of each is red as declared; with any one of them fixed, its own detector is green and
those of the others stay red.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from bughunt.errors import MutationFailed
from bughunt.proving.evidence import Evidence, Question
from bughunt.proving.proof import SetProof, Verdict, verdict
from bughunt.spec import Bank, Bug, Conflict

_PAIR_SEEDS = _LEVEL_SEEDS = range(3)


class Group(NamedTuple):
    """Bugs to be put into the code together."""

    kind: Literal["level", "pair", "triple", "set"]
    bugs: tuple[Bug, ...]
    seeds: Sequence[int] = (0,)
    level: str | None = None


class _Claim(NamedTuple):
    """The detector of ``bug`` is red, or green, with the bugs ``present`` in the code."""

    present: tuple[Bug, ...]
    bug: Bug
    red: bool

    def refutation(self, said: Verdict, seed: int) -> str:
        """Return a sentence that says what the detector did instead."""
        names = " and ".join(f"'{bug.id}'" for bug in self.present if bug is not self.bug)
        if self.red:
            return f"'{self.bug.id}' is {said.value} beside {names} (seed {seed})"
        text = f"the detector of '{self.bug.id}' stays red after it is fixed, because of {names}"
        return f"{text} (seed {seed})"


def examine(evidence: Evidence, groups: Sequence[Group]) -> list[SetProof]:
    """Return, for each group, which of its bugs the others disturb."""
    overlaps: dict[int, str] = {}
    claims: list[tuple[int, _Claim, int]] = []
    for index, group in enumerate(groups):
        try:
            evidence.with_bugs(group.bugs)
        except MutationFailed as error:
            reason = error.problems[0].removesuffix(".")
            overlaps[index] = f"they cannot be in the same code: {reason}"
            continue
        claims += [(index, it, seed) for it in _claims(group.bugs) for seed in group.seeds]
    answers = evidence.ask(
        [
            Question(evidence.with_bugs(claim.present), (claim.bug.detector,), seed)
            for _, claim, seed in claims
        ]
    )
    disturbed: dict[int, dict[str, str]] = {}  # the first refutation for each bug
    for (index, claim, seed), ended in zip(claims, answers, strict=True):
        said = verdict(ended.runs[0].outcome, claim.bug.expect)
        if said is not (Verdict.CAUGHT if claim.red else Verdict.MISSED):
            found = disturbed.setdefault(index, {})
            found.setdefault(claim.bug.id, claim.refutation(said, seed))
    return [
        SetProof(
            kind=group.kind,
            level=group.level,
            bugs=tuple(bug.id for bug in group.bugs),
            disturbed=(overlaps[index],)
            if index in overlaps
            else tuple(disturbed.get(index, {}).values()),
        )
        for index, group in enumerate(groups)
    ]


def _claims(bugs: tuple[Bug, ...]) -> Iterator[_Claim]:
    yield from (_Claim(bugs, bug, red=True) for bug in bugs)
    for fixed in bugs:
        rest = tuple(bug for bug in bugs if bug is not fixed)
        yield _Claim(rest, fixed, red=False)
        yield from (_Claim(rest, bug, red=True) for bug in rest)


def pairs(bugs: Iterable[Bug]) -> list[Group]:
    """Return every two bugs that could be chosen together."""
    both = itertools.combinations(bugs, 2)
    return [
        Group("pair", pair, _PAIR_SEEDS) for pair in both if pair[0].detector != pair[1].detector
    ]


def triples(bugs: Sequence[Bug], conflicts: Sequence[Conflict], number: int) -> list[Group]:
    """Return a sample of three bugs each that could be chosen together, the same every time."""
    generator = random.Random("triples")
    known = [set(conflict.bugs) for conflict in conflicts]
    drawn: dict[frozenset[str], Group] = {}
    for _ in range(10 * number if len(bugs) > 2 else 0):
        places = {bug.id: generator.random() for bug in bugs}
        three = sorted(bugs, key=lambda bug: places[bug.id])[:3]
        names = frozenset(bug.id for bug in three)
        is_free = not any(conflict <= names for conflict in known)
        if is_free and len({bug.detector for bug in three}) == 3 and len(drawn) < number:
            drawn.setdefault(names, Group("triple", tuple(three)))
    return list(drawn.values())


def listed_triples(bank: Bank, bugs: Iterable[Bug]) -> list[Group]:
    """Return the conflicts of three bugs that the catalogue lists, so that they are tried."""
    known = {bug.id: bug for bug in bugs}
    return [
        Group("triple", tuple(known[name] for name in conflict.bugs))
        for conflict in bank.conflicts
        if len(conflict.bugs) > 2 and all(name in known for name in conflict.bugs)
    ]


def levels(bank: Bank, bugs: Iterable[Bug]) -> list[Group]:
    """Return the bugs of each level, those of them that are among ``bugs``."""
    known = {bug.id: bug for bug in bugs}
    found = {
        name: tuple(known[bug] for bug in level.bugs if bug in known)
        for name, level in bank.levels.items()
    }
    return [Group("level", chosen, _LEVEL_SEEDS, name) for name, chosen in found.items() if chosen]


def conflicts(proofs: Iterable[SetProof]) -> list[Conflict]:
    """Return the sets that must not be chosen together."""
    return [Conflict(it.bugs, f"{it.disturbed[0]}.") for it in proofs if it.disturbed]
