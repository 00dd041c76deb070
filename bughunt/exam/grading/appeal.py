"""One case, tried again: the law, the recorded seeds, what was observed beside the clean code."""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bughunt.errors import ExamError
from bughunt.exam.answers import Entry
from bughunt.exam.grading.entries import NotGradable, clean
from bughunt.exam.grading.examining import Examination, Task
from bughunt.exam.grading.hearing import lawful
from bughunt.exam.grading.intake import HandedIn, handed_in
from bughunt.exam.grading.laws import Item
from bughunt.exam.grading.marks import chosen
from bughunt.exam.grading.record import EARNING, BugRecord, Record
from bughunt.exam.grading.sitting import Exam
from bughunt.exam.grading.workbench import Workbench
from bughunt.exam.lock import bank_digest
from bughunt.mutate import clean_tree
from bughunt.running import observation

_LONGEST = 60
_SAID = 2000
_MOST_KEYS = 40
_TRIALS = 3  # where grading asked nothing
_SAYS_NOTHING = "says nothing"  # of a law that the clean code breaks as well
_NUMBERS = (int, float, complex, np.number)


class Side(msgspec.Struct, frozen=True):
    """One part of an observation: the submission's, the clean code's, how far apart."""

    key: str
    submission: str
    clean: str
    apart: str
    must_match: bool


class Trial(msgspec.Struct, frozen=True):
    """The law on one seed."""

    seed: int
    outcome: str  # "passed", "failed", "crashed", "nothing observed" or "says nothing"
    said: str  # the assertion, or why there is nothing to judge; with the tolerance in it
    sides: tuple[Side, ...]


class Appeal(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an appeal."""

    candidate: str
    source: str
    record: BugRecord
    law: str
    trials: tuple[Trial, ...]
    holds: bool | None  # whether the law holds on every seed now; None: it says nothing here
    stands: bool  # whether nothing speaks against the verdict


def appeal(
    exam: Exam, submissions: Path, records: tuple[Record, ...], candidate: str, number: int
) -> Appeal:
    """Try one symptom of one candidate again.

    Args:
        exam: that was graded.
        submissions: the folder in which the submission still lies.
        records: of the exam's sitting.
        candidate: opaque id or student id.
        number: of the symptom.

    Raises:
        ExamError: when there is no such case, or the submission is another one by now.
        NoJail: when nothing on this machine can hold it.

    """
    entry = exam.entry(candidate)
    record = _graded(entry, records)
    if not 1 <= number <= len(entry.bugs):
        text = f"candidate '{entry.candidate}' has symptoms 1 to {len(entry.bugs)}"
        raise ExamError(f"{text}, and no {number}. Give one of them.")
    case = record.findings.bugs[number - 1]
    submission = _submission(exam, submissions, record)
    task = exam.task(submission, digest=bank_digest(exam.bank))
    law = exam.bank.bugs[case.bug].detector
    try:
        trials = _trials(exam, task, law, case.seeds or task.seeds[:_TRIALS])
    except NotGradable as error:
        raise ExamError(f"{record.source}: {error}") from None
    outcomes = {it.outcome for it in trials} - {_SAYS_NOTHING}
    holds = outcomes == {"passed"} if outcomes else None
    return Appeal(
        candidate=entry.candidate,
        source=record.source,
        record=case,
        law=law,
        trials=trials,
        holds=holds,
        stands=holds in (None, case.verdict in EARNING) or bool(case.needs_look),
    )


def _graded(entry: Entry, records: tuple[Record, ...]) -> Record:
    """Return the record that gave a candidate marks."""
    record = chosen(entry, [it for it in records if it.candidate == entry.candidate])
    if record is None or not record.is_graded:
        text = f"nothing of candidate '{entry.candidate}' was graded."
        raise ExamError(f"{text} Look into review.csv.")
    return record


def _submission(exam: Exam, folder: Path, record: Record) -> HandedIn:
    """Return the submission that a record is about."""
    for path in handed_in(folder):
        if clean(path.name) == record.source:
            found = exam.read(path)
            if (found.digest, found.candidate) != (record.digest, record.candidate):
                text = f"{path}: is not what was graded. Put back what was handed in"
                raise ExamError(f"{text}, or grade again.")
            return found
    raise ExamError(f"{folder}: no '{record.source}'. Put back what was handed in.")


def _trials(exam: Exam, task: Task, law: str, seeds: tuple[int, ...]) -> tuple[Trial, ...]:
    with contextlib.closing(Workbench(exam.bank, trusts=exam.trusts)) as bench:
        tree = Examination(bench, task).tree
        return tuple(tried(bench, law, tree, it) for it in seeds)


def tried(bench: Workbench, law: str, tree: dict[str, str], seed: int) -> Trial:
    """Return what a law says of a tree on one seed, beside the clean code."""
    right = lawful(bench, law, clean_tree(bench.bank), seed)
    if right.why:
        text = f"the clean code breaks it, too: {right.why}"
        return Trial(seed, _SAYS_NOTHING, clean(text, _SAID), ())
    sight = bench.observed((law,), tree, seed)[law]
    if sight.why:
        return Trial(seed, "nothing observed", clean(sight.why, _SAID), ())
    keys = bench.laws.keys_like_clean(law)
    said = bench.judged((Item(law, sight.data, right.data if keys else b""),))[0]
    sides = _sides(observation.decode(sight.data), observation.decode(right.data), keys)
    differs = f"'{said.differs}' is not what the clean code gives" if said.differs else ""
    return Trial(seed, said.outcome, clean(said.message or differs, _SAID), sides)


def _sides(observed: Any, right: Any, keys: tuple[str, ...]) -> tuple[Side, ...]:
    if type(observed) is not dict or type(right) is not dict:
        return (Side("observed", _shown(observed), _shown(right), _apart(observed, right), False),)
    names = itertools.islice(dict.fromkeys((*right, *observed)), _MOST_KEYS)
    return tuple(
        Side(
            clean(name),
            _shown(observed.get(name)),
            _shown(right.get(name)),
            _apart(observed.get(name), right.get(name)),
            name in keys,
        )
        for name in names
    )


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        head = np.array2string(value.ravel()[:4], precision=5, threshold=4)
        return clean(f"{value.dtype} {value.shape} {head}", _LONGEST)
    return clean(repr(value)[: 4 * _LONGEST], _LONGEST)


def _apart(one: Any, other: Any) -> str:
    """Return how far two parts of observations lie apart."""
    if type(one) is type(other) and _same(one, other):
        return "equal"
    if not (_is_numeric(one) and _is_numeric(other)):
        return "different"
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape or not {first.dtype.kind, second.dtype.kind} <= set("biufc"):
        return "different"
    with np.errstate(all="ignore"):
        wide = complex if "c" in (first.dtype.kind, second.dtype.kind) else float
        distance = np.abs(first.astype(wide) - second.astype(wide)).max(initial=0.0)
    return f"at most {distance:.3g} apart"


def _is_numeric(value: Any) -> bool:
    """Return whether it is an array, a number or a flat list of numbers; texts can fill memory."""
    parts = value if isinstance(value, (list, tuple)) else (value,)
    return all(isinstance(it, _NUMBERS) for it in parts) or isinstance(value, np.ndarray)


def _same(one: Any, other: Any) -> bool:
    return observation.encode(one) == observation.encode(other)
