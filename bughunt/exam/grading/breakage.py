"""What a submission broke: laws that no symptom is about, kept by its start and broken by it.

Laws are asked in company; whoever does not pass there is asked alone, and then asked about the
start and about the clean code with the bugs that are still open. Only a law that both keep is
broken by the submission.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bughunt.exam.grading.entries import clean
from bughunt.exam.grading.laws import Item
from bughunt.exam.grading.record import Broken
from bughunt.exam.grading.workbench import Sight, Subject, Workbench

_COMPANY = 8
Tree = Mapping[str, str]


class Breakage:
    """The other laws of a bank, asked about one submission."""

    def __init__(self, bench: Workbench, subject: Subject, seed: int) -> None:
        self._bench, self._subject, self._seed = bench, subject, seed
        self.broken: tuple[Broken, ...] = ()
        self.asked = 0
        self.left = 0  # laws that were not asked, since the submission takes too long

    @property
    def _is_over(self) -> bool:
        return self._subject.hangs_everywhere or self._subject.is_spent

    def ask(
        self,
        left_out: Collection[str],
        changed: Collection[str],
        faults: Mapping[str, str],
        others: Sequence[Tree],
    ) -> None:
        """Ask the laws that may import a changed file.

        Args:
            left_out: laws that are asked elsewhere.
            changed: files of the submission that are other than at the start.
            faults: why some of them are no Python.
            others: trees that must keep a law before anybody can be said to have broken it.

        """
        broken = [Broken(f"{path} is Python", self._seed, clean(it)) for path, it in faults.items()]
        files = {law: self._bench.laws.files(law) for law in self._bench.laws.names}
        laws = [
            law
            for law, own in files.items()
            if law not in left_out and own.isdisjoint(faults) and not own.isdisjoint(changed)
        ]
        for start in range(0, len(laws), _COMPANY):
            group = laws[start : start + _COMPANY]
            if self._is_over:
                self.left += len(group)
            else:
                broken += self._broken_of(group, others)
        self.asked = len(laws) - self.left
        self.broken = tuple(broken)

    def _broken_of(self, group: Sequence[str], others: Sequence[Tree]) -> list[Broken]:
        """Return which laws of a company are broken; those that do not pass there are asked alone.

        Where one of them takes all its time, so does the company.
        """
        broken = []
        suspects = self._against(self._subject.in_company(group, self._seed))
        for place, law in enumerate(suspects):
            if self._is_over:
                self.left += len(suspects) - place
                break
            sight = self._subject.alone(law, self._seed)
            evidence = self._against({law: sight}).get(law)
            if evidence and not any(self._is_against(law, tree) for tree in others):
                broken.append(Broken(law, self._seed, clean(evidence, 500)))
        return broken

    def _is_against(self, law: str, tree: Tree) -> bool:
        sights = self._bench.observed((law,), tree, self._seed, is_ours=True)
        return bool(self._against(sights))

    def _against(self, sights: Mapping[str, Sight]) -> dict[str, str]:
        """Return the laws that do not pass, with what shows it."""
        refused = {law: it.why for law, it in sights.items() if it.why}
        if refused:
            return refused
        said = self._bench.judged([Item(law, it.data) for law, it in sights.items()])
        return {
            law: it.message or it.outcome
            for law, it in zip(sights, said, strict=True)
            if it.outcome != "passed"
        }
