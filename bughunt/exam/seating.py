"""Who is to be drawn for, under which name and with which seed, and what everybody had before."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bughunt.errors import ExamError
from bughunt.exam.answers import ANSWERS, Answers, read_answers
from bughunt.exam.keys import ExamKey
from bughunt.exam.plan import Plan
from bughunt.exam.roster import Candidate

Sets = dict[str, frozenset[str]]


class Seating(msgspec.Struct, frozen=True, kw_only=True):
    """The candidates of a roster, by opaque id."""

    people: dict[str, Candidate]
    seeds: dict[str, bytes]
    kept: Sets  # that were given out, those of who is gone from the roster included
    had: Sets  # in the earlier exam that the plan names


def seating(
    plan: Plan, candidates: Iterable[Candidate], key: ExamKey, before: Answers | None
) -> Seating:
    """Return what a draw needs to know of its candidates.

    A candidate who has a set keeps the opaque id that he was given with it, whatever became of his
    student id since.

    Raises:
        ExamError: when the plan names an earlier exam that cannot be opened with this key.

    """
    entries = before.entries if before else ()
    named = {it.student_id: it.candidate for it in entries}
    exam = (plan.id, plan.attempt)
    people = {
        named.get(it.student_id) or key.opaque_id(*exam, it.student_id): it for it in candidates
    }
    had = _earlier(plan, key)
    return Seating(
        people=people,
        seeds={name: key.seed(*exam, it.student_id) for name, it in people.items()},
        kept={it.candidate: frozenset(it.bugs) for it in entries},
        had={name: had[it.student_id] for name, it in people.items() if it.student_id in had},
    )


def _earlier(plan: Plan, key: ExamKey) -> Sets:
    """Return the bugs of each student in the earlier exam."""
    if plan.earlier is None:
        return {}
    file = plan.path.parent / plan.earlier / ANSWERS
    answers = read_answers(file, key)
    if answers is None:
        text = f"{file} is missing. Name the folder of a build."
        raise ExamError(plan.message(("earlier",), text))
    return {it.student_id: frozenset(it.bugs) for it in answers.entries}
