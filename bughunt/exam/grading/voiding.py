"""A bug taken out of an exam afterwards: everybody's marks follow from the records."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bughunt.errors import ExamError, did_you_mean
from bughunt.exam.grading.publishing import sat
from bughunt.exam.grading.sitting import Exam, Sitting, place_sitting


def void(exam: Exam, results: Path, bug: str, reason: str) -> Sitting:
    """Note that a bug does not count; marks that are published from now on are without it.

    Raises:
        ExamError: when nobody had the bug, nothing was graded, or there is no reason.
        EnvironmentProblem: when the system refuses to write.

    """
    reason = " ".join(reason.split())
    if not reason:
        raise ExamError("a bug that is void needs a reason. Write one sentence for it (--reason).")
    found, _ = sat(results)
    given = {name for entry in exam.answers.entries for name in entry.bugs}
    if bug not in given:
        raise ExamError(f"nobody had a bug '{bug}' in this exam. {did_you_mean(bug, given)}")
    voided = msgspec.structs.replace(found, void={**found.void, bug: reason})
    place_sitting(voided, results)
    return voided
