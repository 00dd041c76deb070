"""The answer key: who has which bugs, encrypted and authenticated with the key of the exam.

It is the memory of an exam: a build with a longer roster keeps every set that stands in it.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from bughunt.errors import ExamError, did_you_mean
from bughunt.exam.keys import ExamKey
from bughunt.exam.plan import Plan
from bughunt.exam.roster import Candidate
from bughunt.spec import Conflict

ANSWERS = "answers.sealed"
_HEAD = b"bughunt exam answers 1\n"


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One candidate."""

    student_id: str
    candidate: str  # opaque id
    bugs: tuple[str, ...]  # in the candidate's numbering
    seed: str  # of the draw, in hexadecimal digits
    camouflage: str  # seed of the edits that make the tree the candidate's own
    minutes: int  # extra time included
    opens: str | None
    deadline: str | None


class Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the archives do not tell."""

    exam: str
    attempt: int
    proof_seeds: tuple[int, ...]
    window: tuple[int, int]  # of summed difficulties
    conflicts: tuple[Conflict, ...]  # pairs that were found to disturb each other
    entries: tuple[Entry, ...]  # by opaque id


def entry_of(answers: Answers, name: str) -> Entry:
    """Return the entry of a candidate: by student id, or by the name of his archive.

    Raises:
        ExamError: when there is none.

    """
    opaque = name.lower().removesuffix(".zip").rpartition("/")[2]
    for entry in answers.entries:
        if name == entry.student_id or opaque == entry.candidate:
            return entry
    text = f"no candidate '{name}'. Give a student id, or the name of an archive."
    raise ExamError(f"{text} {did_you_mean(name, {it.student_id for it in answers.entries})}")


def with_times(entry: Entry, candidate: Candidate, plan: Plan) -> Entry:
    """Return the entry with the time that this candidate has."""
    minutes = candidate.minutes(plan.minutes)
    deadline = plan.closes and _later(plan.closes, minutes - plan.minutes)
    return msgspec.structs.replace(
        entry,
        minutes=minutes,
        opens=plan.opens and plan.opens.isoformat(timespec="minutes"),
        deadline=deadline and deadline.isoformat(timespec="minutes"),
    )


def sealed(answers: Answers, key: ExamKey) -> bytes:
    """Return the encrypted file: the same answers and key give the same bytes.

    Raises:
        EnvironmentProblem: when the package ``cryptography`` is not installed.

    """
    return _HEAD + key.seal(msgspec.json.encode(answers, order="deterministic"), _HEAD)


def read_answers(path: Path, key: ExamKey) -> Answers | None:
    """Read the answer key; None: there is none.

    Raises:
        ExamError: when it was made with another key, or changed since.

    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        text = f"{path}: cannot be read: {error.strerror}. Look at its permissions."
        raise ExamError(text) from None
    opened = key.unseal(content.removeprefix(_HEAD), _HEAD) if content.startswith(_HEAD) else None
    if opened is None:
        text = f"{path}: does not open: it was made with another key, or changed since."
        raise ExamError(f"{text} Give the key of this exam, or restore the file.")
    return msgspec.json.decode(opened, type=Answers)


def _later(moment: datetime, minutes: int) -> datetime:
    """Return the moment so many minutes later, even where clocks are changed between."""
    later = moment.astimezone(timezone.utc) + timedelta(minutes=minutes)
    return later.astimezone(moment.tzinfo)
