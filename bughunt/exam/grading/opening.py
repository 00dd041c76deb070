"""An exam that was built, opened with its key to be graded."""

from __future__ import annotations

from pathlib import Path

from bughunt.errors import ExamError
from bughunt.exam import lock as locking
from bughunt.exam.answers import ANSWERS, read_answers
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.grading.sitting import Exam
from bughunt.exam.kept_bank import bank_of
from bughunt.exam.keys import read_key
from bughunt.exam.paper import Disguise
from bughunt.exam.plan import Plan
from bughunt.exam.settled import as_settled


def opened(plan: Plan, key: Path, folder: Path, disguise: Disguise = disguised) -> tuple[Exam, str]:
    """Open the answer key of a build; return a note as well where the bank is the one it keeps.

    Scoring may have changed since; all else of the plan is as it was built. If the bank has
    changed, nobody could say what was handed out but for the copy in the build.

    Raises:
        ExamError: when there is no build, it belongs to another exam or key, or its bank is lost.

    """
    secret = read_key(key)
    lock = locking.read_lock(folder)
    answers = read_answers(folder / ANSWERS, secret) if lock else None
    if lock is None or answers is None:
        raise ExamError(f"{folder}: no exam was built there. Name the folder of the build.")
    if (answers.exam, answers.attempt) != (plan.id, plan.attempt):
        text = f"{folder}: was built for exam '{answers.exam}', attempt {answers.attempt}"
        raise ExamError(f"{text}, and {plan.label} is '{plan.id}', {plan.attempt}.")
    locking.check_signature(lock, secret, folder)
    bank, note = bank_of(plan, lock, folder)
    plan = as_settled(plan, lock.inputs.plan)
    return Exam(plan=plan, bank=bank, key=secret, answers=answers, disguise=disguise), note
