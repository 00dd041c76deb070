"""What a watch knows: the verdict of each symptom, and which of them a save calls into question.

A verdict holds until a file is saved that its run asked for. While a case runs, and after one that
died untold, nobody knows what it asks for: then every file counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from bughunt.dependence import Saves, is_concerned
from bughunt.detector import CaseRun
from bughunt.grade import SymptomStatus, grade
from bughunt.running.outcome import Crashed, Outcome
from bughunt.workspace import Symptom

NEWS = ("fixed", "broken again")


class Watched(msgspec.Struct, frozen=True):
    """One symptom under watch."""

    symptom: Symptom
    status: SymptomStatus | None = None  # after the last run that counts
    outcome: Outcome | None = None  # of that run
    files: frozenset[str] | None = None  # that it asked for; None: not known
    was_fixed: bool | None = None  # in the last answer; None: there was none

    @property
    def number(self) -> int:
        """The hunter's number of the symptom."""
        return self.symptom.number

    @property
    def is_fixed(self) -> bool:
        """Whether the last verdict says so."""
        return self.status is not None and self.status.fixed

    @property
    def news(self) -> str:
        """What is other than in the last answer, in words."""
        if self.status is None or self.was_fixed in (None, self.is_fixed):
            return ""
        return NEWS[not self.is_fixed]

    def depends_on(self, saves: Saves) -> bool:
        """Return whether the verdict may be another now."""
        return is_concerned(saves, f"tests/test_{self.symptom.detector}.py", self.files)


class Watch(msgspec.Struct, frozen=True):
    """All symptoms, in the hunter's numbering; which are to be asked, and which are being asked."""

    symptoms: tuple[Watched, ...]
    waiting: frozenset[int] = frozenset()
    asked: frozenset[int] = frozenset()

    @property
    def is_settled(self) -> bool:
        """Whether every verdict holds."""
        return not (self.waiting or self.asked)

    @property
    def open_numbers(self) -> tuple[int, ...]:
        """The symptoms that no verdict calls fixed."""
        return tuple(it.number for it in self.symptoms if not it.is_fixed)

    @property
    def obstacles(self) -> dict[str, tuple[int, ...]]:
        """Evidence of crashes that stop several detectors at one place, and whom they stop."""
        stopped = defaultdict(list)
        for it in self.symptoms:
            if it.status and isinstance(it.outcome, Crashed) and it.outcome.where:
                stopped[it.status.evidence].append(it.number)
        return {text: tuple(numbers) for text, numbers in stopped.items() if len(numbers) > 1}

    def concerned(self, saves: Saves) -> frozenset[int]:
        """Return the numbers of the symptoms whose verdict may be another now."""
        return frozenset(it.number for it in self.symptoms if it.depends_on(saves))

    def saved(self, saves: Saves, *, goes_on: bool = False) -> Watch:
        """Return the watch after files changed: what they concern is to be asked anew.

        Args:
            saves: the files.
            goes_on: whether this is a part of the save before, so that its news stay news.

        """
        watch = self if goes_on else self._from_now()
        return watch._to_ask(self.concerned(saves))

    def all_again(self) -> Watch:
        """Return the watch with everything to be asked anew."""
        return self._from_now()._to_ask(frozenset(it.number for it in self.symptoms))

    def ask(self) -> Watch:
        """Return the watch while what was waiting is being asked."""
        return self._with(
            {it: {"files": None} for it in self.waiting}, waiting=frozenset(), asked=self.waiting
        )

    def ended(self, number: int, run: CaseRun) -> Watch:
        """Return the watch after a run; one that a later save concerns is thrown away."""
        if number not in self.asked:
            return self
        symptom = self.symptoms[number - 1].symptom
        (status,) = grade((symptom,), run.runs).statuses
        outcome = run.runs[0].outcome if run.runs else None
        files = None if run.files is None else frozenset(run.files)
        fields = {"status": status, "outcome": outcome, "files": files}
        return self._with({number: fields}, asked=self.asked - {number})

    def over(self) -> Watch:
        """Return the watch after the last run: who was asked and did not answer waits again."""
        return msgspec.structs.replace(self, waiting=self.waiting | self.asked, asked=frozenset())

    def _from_now(self) -> Watch:
        """Return the watch in which news are what differs from now, if all have answered."""
        known = [it for it in self.symptoms if self.is_settled and it.status]
        return self._with({it.number: {"was_fixed": it.is_fixed} for it in known})

    def _to_ask(self, numbers: frozenset[int]) -> Watch:
        return msgspec.structs.replace(
            self, waiting=self.waiting | numbers, asked=self.asked - numbers
        )

    def _with(self, fields: Mapping[int, Mapping[str, object]], **sets: frozenset[int]) -> Watch:
        symptoms = tuple(
            msgspec.structs.replace(it, **fields.get(it.number, {})) for it in self.symptoms
        )
        return msgspec.structs.replace(self, symptoms=symptoms, **sets)


def begin(symptoms: Iterable[Symptom], fixed: Mapping[int, bool]) -> Watch:
    """Return a watch that is to ask everything; ``fixed`` is what an earlier check found."""
    watched = tuple(Watched(it, was_fixed=fixed.get(it.number)) for it in symptoms)
    return Watch(watched).all_again()
