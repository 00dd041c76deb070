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
from bughunt.exam.grading.workbench import Workbench

_COMPANY = 8
Tree = Mapping[str, str]


class Breakage:
    """The other laws of a bank, asked about one submission."""

    def __init__(self, bench: Workbench, tree: Tree, seed: int) -> None:
        self._bench, self._tree, self._seed = bench, tree, seed
        self.broken: tuple[Broken, ...] = ()
        self.asked = 0

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
        self.asked = len(laws)
        suspects: list[str] = []
        for start in range(0, len(laws), _COMPANY):
            group = laws[start : start + _COMPANY]
            suspects += self._refused(group, self._tree)
        for law in suspects:
            evidence = self._refused([law], self._tree).get(law)
            if evidence and not any(self._refused([law], tree, is_ours=True) for tree in others):
                broken.append(Broken(law, self._seed, clean(evidence, 500)))
        self.broken = tuple(broken)

    def _refused(self, laws: Sequence[str], tree: Tree, *, is_ours: bool = False) -> dict[str, str]:
        """Return the laws that do not pass, with what shows it."""
        sights = self._bench.observed(laws, tree, self._seed, is_ours=is_ours)
        refused = {law: it.why for law, it in sights.items() if it.why}
        if refused:
            return refused
        said = self._bench.judged([Item(law, it.data) for law, it in sights.items()])
        return {
            law: it.message or it.outcome
            for law, it in zip(sights, said, strict=True)
            if it.outcome != "passed"
        }
