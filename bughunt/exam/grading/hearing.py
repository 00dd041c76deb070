"""The laws of a candidate's own bugs, asked about a submission on fresh seeds.

A law that names keys which must be as the clean code gives them compares them with what the clean
code observes on the same seed; where other bugs are still in the submission, with the clean code
that has those bugs. Whoever forges an observation has to compute the right one.

A law that the clean code breaks as well, on the same seed and machine, says nothing: another seed
is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from bughunt.errors import BughuntError
from bughunt.exam.grading.laws import Item, Judged
from bughunt.exam.grading.workbench import Sight, Subject, Workbench
from bughunt.spec import Bug

_ENOUGH = 3  # seeds on which a law must hold
_SPENT = Sight(why="its time was used up before this law was asked")
_HOPELESS = 4  # seeds on which the clean code breaks a law before it is asked no more


class NothingToTell(BughuntError):
    """A law that the clean code does not keep here; that is no fault of a submission."""


class Heard(msgspec.Struct, frozen=True):
    """What a law says of a submission."""

    is_lawful: bool = False
    seeds: tuple[int, ...] = ()
    evidence: str = ""
    needs_look: str = ""


class _Answer(msgspec.Struct, frozen=True):
    """What a law says, before other bugs are considered."""

    passed: bool
    seeds: tuple[int, ...]
    evidence: str = ""  # of what is broken; or why a human should look at what holds
    unequal: dict[int, bytes] = {}  # observations that are not those of the clean code, by seed
    key: str = ""


class Hearing:
    """One submission before the laws of its bugs.

    Args:
        bench: where it is looked at.
        tree_with: gives the clean code with these bugs.
        subject: the submission.
        seeds: to be asked on, with some to spare.

    """

    def __init__(
        self,
        bench: Workbench,
        tree_with: Callable[[Iterable[str]], dict[str, str]],
        subject: Subject,
        seeds: Sequence[int],
    ) -> None:
        self._bench, self._tree_with, self._subject, self._seeds = bench, tree_with, subject, seeds

    def of(self, bugs: Sequence[Bug]) -> dict[str, Heard]:
        """Return what the law of each bug says.

        Raises:
            NothingToTell: when the clean code does not keep one of the laws.

        """
        answers = {bug.id: self._answer(bug.detector) for bug in bugs}
        present = [name for name, it in answers.items() if not it.passed]
        return {bug.id: self._settled(bug.detector, answers[bug.id], present) for bug in bugs}

    def _answer(self, law: str) -> _Answer:
        """Ask on one seed after the other, until the law is broken or has held often enough."""
        unequal: dict[int, bytes] = {}
        held: list[int] = []
        faults: list[str] = []
        key = ""
        for seed in self._seeds:
            if len(held) == _ENOUGH or (not held and len(faults) == _HOPELESS):
                break
            sight = _SPENT if self._subject.is_spent else self._subject.alone(law, seed)
            said = self._judged(law, sight.data, seed, ()) if not sight.why else None
            if said is not None and said.outcome == "passed":
                held.append(seed)
                if said.differs:
                    unequal[seed] = sight.data
                    key = said.differs
            elif fault := lawful(self._bench, law, self._tree_with(()), seed).why:
                faults.append(fault)
            else:
                return _Answer(False, (*held, seed), said.message if said else sight.why)
        if not held:
            text = f"the clean code breaks the law '{law}' in the jail of this machine"
            raise NothingToTell(f"{text}, so nobody can be judged by it: {faults[-1]}.")
        doubt = _doubt(len(held), len(faults)) if len(held) < _ENOUGH else ""
        return _Answer(True, tuple(held), doubt, unequal, key)

    def _settled(self, law: str, answer: _Answer, present: Sequence[str]) -> Heard:
        """Return the verdict; what differs from the clean code may do so for the other bugs."""
        if not answer.passed:
            return Heard(False, answer.seeds, answer.evidence)
        for seed, data in answer.unequal.items():
            said = self._judged(law, data, seed, present) if present else None
            if said is None or said.outcome != "passed" or said.differs:
                text = f"the law holds, but '{answer.key}' is not what the clean code gives"
                return Heard(False, answer.seeds, f"{text} (seed {seed})", text)
        return Heard(True, answer.seeds, needs_look=answer.evidence)

    def _judged(self, law: str, data: bytes, seed: int, present: Sequence[str]) -> Judged:
        clean = b""
        if self._bench.laws.keys_like_clean(law):
            tree = self._tree_with(present)
            sight = self._bench.observed((law,), tree, seed, is_ours=True)[law]
            if sight.why:
                return Judged("crashed", f"the clean code: {sight.why}")
            clean = sight.data
        return self._bench.judged((Item(law, data, clean),))[0]


def lawful(bench: Workbench, law: str, clean_code: Mapping[str, str], seed: int) -> Sight:
    """Return what a law observes of the clean code; or how that breaks the law here."""
    sight = bench.observed((law,), clean_code, seed, is_ours=True)[law]
    if sight.why:
        return sight
    said = bench.judged((Item(law, sight.data),))[0]
    return sight if said.outcome == "passed" else Sight(why=said.message or said.outcome)


def _doubt(held: int, broken: int) -> str:
    text = f"the clean code breaks the law on {broken} of the seeds that were asked"
    return f"{text}, so it was held by {held} only"
