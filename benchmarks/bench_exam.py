"""How long an exam takes to be built, how large it is, and how fair.

    python benchmarks/bench_exam.py [--candidates 200] [--jobs 1] [--bank levels.yaml]

The plan is the one that ``bughunt exam init`` writes. Nothing is known of the bank from before.
Then the same build again, one with ten candidates more, and ``exam verify``.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bughunt.exam.audit import audit
from bughunt.exam.beginning import begin
from bughunt.exam.build import Built, Order, build
from bughunt.exam.draw import draw
from bughunt.exam.fairness import fairness
from bughunt.exam.keys import ExamKey
from bughunt.exam.patience import PatientEvidence
from bughunt.exam.plan import PLAN, Plan, read_plan
from bughunt.exam.roster import Candidate
from bughunt.exam.trial import pool_of
from bughunt.proving.answer_store import Store
from bughunt.spec import Bank, load_bank

_LATE = 10
_DRAWS = (10, 100, 200, 500, 1000)


def people(number: int) -> tuple[Candidate, ...]:
    """Return a roster of this many."""
    return tuple(
        Candidate(f"s{it:04}", f"Name {it}", f"s{it}@example.org", "A", "") for it in range(number)
    )


def seconds(work: Callable[[], object]) -> float:
    """Return how long the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Bench:
    """An exam that is built several times with one store of answers."""

    def __init__(self, plan: Plan, bank: Bank, folder: Path, jobs: int) -> None:
        self._plan, self._bank, self._folder, self._jobs = plan, bank, folder, jobs
        self._store = Store(None)
        self._key = ExamKey(hashlib.sha256(b"a benchmark").digest())

    def build(self, number: int) -> tuple[Built, PatientEvidence]:
        """Build for this many."""
        order = Order(plan=self._plan, bank=self._bank, candidates=people(number))
        with PatientEvidence(self._bank, self._store, jobs=self._jobs) as evidence:
            return build(order, self._key, evidence, self._folder), evidence

    def show_build(self, what: str, number: int) -> None:
        """Build, and print what it took and how fair the sets are."""
        start = time.perf_counter()
        built, evidence = self.build(number)
        took = time.perf_counter() - start
        print(
            f"{what}: {built.drawn} drawn, {built.drawing.proved} sets proved, {evidence.asked} "
            f"verdicts, {evidence.ran} cases run, {built.made} archives written: {took:.1f} s"
        )
        print(f"  {_fair(built)}")
        if built.drawing.conflicts:
            print(f"  {len(built.drawing.conflicts)} pairs disturb each other and were avoided")

    def show_rest(self) -> None:
        """Print what the folder takes, and how long looking at it takes."""
        sizes = [file.stat().st_size for file in (self._folder / "archives").iterdir()]
        others = sum(file.stat().st_size for file in self._folder.iterdir() if file.is_file())
        print(
            f"archives {len(sizes)} of {max(sizes) / 1e3:.0f} kB at most, together "
            f"{sum(sizes) / 1e6:.0f} MB; the rest {others / 1e3:.0f} kB"
        )
        took = seconds(lambda: audit(self._plan, self._key, self._folder))
        print(f"exam verify: {took:.1f} s")

    def show_draws(self) -> None:
        """Print how fair draws of many sizes are, and how long they take."""
        pool = pool_of(self._plan, self._bank)
        for number in _DRAWS:
            names = [f"{it:04}" for it in range(number)]
            seeds = {it: self._key.seed("bench", 1, it) for it in names}
            start = time.perf_counter()
            sets = draw(pool, seeds, overlap=self._plan.overlap)
            took = time.perf_counter() - start
            figures = fairness(pool, sets, self._plan)
            shares = ", ".join(f"{it.stratum}: {it.least}-{it.most}" for it in figures.shares)
            print(
                f"draw for {number}: exposure {shares}; overlap {figures.largest_overlap}; "
                f"{took:.2f} s"
            )


def _fair(built: Built) -> str:
    figures = built.figures
    shares = "; ".join(
        f"difficulty {it.stratum}: each of {it.bugs} bugs {it.least} to {it.most} times"
        for it in figures.shares
    )
    return (
        f"summed difficulty {dict(figures.difficulties)}; {shares}; "
        f"pairs by shared bugs {dict(figures.overlaps)}"
    )


def main() -> None:
    """Build, build again, add late candidates, verify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--bank", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begin(folder)
        plan = msgspec.structs.replace(read_plan(folder / PLAN), bank=options.bank)
        bench = Bench(plan, load_bank(options.bank), folder / "build", options.jobs)
        bench.show_draws()
        bench.show_build("first build", options.candidates)
        bench.show_build("the same again", options.candidates)
        bench.show_build(f"{_LATE} more", options.candidates + _LATE)
        bench.show_rest()


if __name__ == "__main__":
    main()
