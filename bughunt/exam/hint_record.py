"""Hints that cost points: the organiser gives them out, and keeps the record of them.

A record in the candidate's own folder could be left out or edited, and texts that lie there could
be read without any; so archives of such an exam hold neither.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from bughunt.errors import ExamError
from bughunt.exam.answers import Answers, entry_of
from bughunt.exam.plan import Plan
from bughunt.placement import place_file
from bughunt.spec import Bank

HINTS_GIVEN = "hints-given.json"
AT_WORK = ".hints-at-work"  # locked while one is given out, which a build does not hinder
_FORMAT = 1


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many hints each candidate had."""

    format: int = _FORMAT
    exam: str = ""
    attempt: int = 1
    hints: dict[str, dict[int, int]] = {}  # by opaque id and number of the symptom

    def taken(self, candidate: str, number: int) -> int:
        """Return how many hints to a symptom a candidate had."""
        return self.hints.get(candidate, {}).get(number, 0)


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """A hint that is given out now."""

    candidate: str
    number: int  # of the symptom
    symptom: str
    taken: int  # this one included
    text: str
    cost: float


def read_given(folder: Path, plan: Plan) -> Given:
    """Read the record of an exam; there may be none yet.

    Raises:
        ExamError: when it cannot be read, or belongs to another exam.

    """
    file = folder / HINTS_GIVEN
    try:
        given = msgspec.json.decode(file.read_bytes(), type=Given)
    except FileNotFoundError:
        return Given(exam=plan.id, attempt=plan.attempt)
    except OSError as error:
        text = f"{file}: cannot be read: {error.strerror}. Look at its permissions."
        raise ExamError(text) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExamError(f"{file}: is no record of hints: {error}. Restore it.") from None
    if (given.exam, given.attempt) != (plan.id, plan.attempt):
        text = f"{file}: is about exam '{given.exam}', attempt {given.attempt}. Restore it."
        raise ExamError(text)
    return given


def give(
    plan: Plan, bank: Bank, answers: Answers, folder: Path, candidate: str, number: int
) -> Hint:
    """Return the next hint to a symptom, after it is noted.

    Raises:
        ExamError: when the exam has no such hints, there is no such candidate or symptom, or all
            hints were given.
        EnvironmentProblem: when the record cannot be written.

    """
    if plan.hints != "cost":
        text = f"{plan.label}: hints are '{plan.hints}' in this exam, and its archives say so."
        raise ExamError(f"{text} None can be given out.")
    entry = entry_of(answers, candidate)
    candidate = entry.candidate
    if not 1 <= number <= len(entry.bugs):
        text = f"candidate '{candidate}' has symptoms 1 to {len(entry.bugs)}, and no {number}."
        raise ExamError(f"{text} Give one of them.")
    bug = bank.bugs.get(entry.bugs[number - 1])
    if bug is None:
        text = f"{bank.label}: no longer has the bug behind symptom {number}."
        raise ExamError(f"{text} Give out hints with the bank that the exam was built from.")
    given = read_given(folder, plan)
    taken = given.taken(candidate, number)
    if taken == len(bug.hints):
        text = f"candidate '{candidate}' has all {taken} hints to symptom {number}."
        raise ExamError(f"{text} There is no other.")
    own = {**given.hints.get(candidate, {}), number: taken + 1}
    record = msgspec.structs.replace(given, hints={**given.hints, candidate: own})
    content = msgspec.json.format(msgspec.json.encode(record), indent=2)
    place_file(content + b"\n", folder / HINTS_GIVEN)
    return Hint(
        candidate=candidate,
        number=number,
        symptom=" ".join(bug.symptom.split()),
        taken=taken + 1,
        text=bug.hints[taken],
        cost=plan.hint_cost,
    )
