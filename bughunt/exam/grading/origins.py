"""Whose copy the changed files of a submission were written in, told by camouflage.

Only files that a jail could parse are read again here.
"""

from __future__ import annotations

from functools import cached_property

from bughunt.exam.answers import Answers
from bughunt.exam.camouflage.marks import PUBLIC, Copies
from bughunt.exam.grading.intake import HandedIn
from bughunt.exam.grading.record import Findings
from bughunt.mutate import clean_tree
from bughunt.spec import Bank


class Origins:
    """The marks of all copies of an exam, drawn up when the first submission needs them."""

    def __init__(self, bank: Bank, answers: Answers) -> None:
        self._bank, self._answers = bank, answers

    def remarks(self, submission: HandedIn, findings: Findings) -> tuple[str, ...]:
        """Say which other copies the changed files come from; accident is left out of account."""
        unread = {it.partition(":")[0] for it in findings.faults}
        texts = {
            path: submission.files[path].decode("utf-8-sig")
            for path in findings.changed
            if path in submission.files and path not in unread
        }
        if not texts:
            return ()
        alike = [it for it in self._copies.whose(texts) if it.certain]
        others = [it for it in alike if it.copy != submission.candidate]
        return tuple(
            f"changed files bear {it.agreeing} of {it.read} marks of "
            + ("the public code" if it.copy == PUBLIC else f"the copy of {it.copy}")
            for it in others
        )

    @cached_property
    def _copies(self) -> Copies:
        seeds = {it.candidate: bytes.fromhex(it.camouflage) for it in self._answers.entries}
        return Copies(clean_tree(self._bank), seeds)
