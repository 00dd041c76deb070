"""An exam that was built, opened with its key to be graded."""

from __future__ import annotations

from pathlib import Path

from bughunt.errors import ExamError
from bughunt.exam import lock as locking
from bughunt.exam.answers import ANSWERS, read_answers
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.grading.sitting import Exam
from bughunt.exam.keys import read_key
from bughunt.exam.lock import bank_digest
from bughunt.exam.paper import Disguise
from bughunt.exam.plan import Plan
from bughunt.spec import Bank


def opened(plan: Plan, bank: Bank, key: Path, folder: Path, disguise: Disguise = disguised) -> Exam:
    """Open the answer key of a build.

    Scoring may have changed since; the bank may not, since nobody could say what was handed out.

    Raises:
        ExamError: when there is no build, it belongs to another exam, key or bank.

    """
    secret = read_key(key)
    lock = locking.read_lock(folder)
    answers = read_answers(folder / ANSWERS, secret) if lock else None
    if lock is None or answers is None:
        raise ExamError(f"{folder}: no exam was built there. Name the folder of the build.")
    if (answers.exam, answers.attempt) != (plan.id, plan.attempt):
        text = f"{folder}: was built for exam '{answers.exam}', attempt {answers.attempt}"
        raise ExamError(f"{text}, and {plan.label} is '{plan.id}', {plan.attempt}.")
    if lock.inputs.bank != bank_digest(bank):
        text = f"{folder}: was built from another state of {bank.label}."
        raise ExamError(f"{text} Put the bank back as it was.")
    return Exam(plan=plan, bank=bank, key=secret, answers=answers, disguise=disguise)
