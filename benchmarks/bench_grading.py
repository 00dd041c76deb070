"""How fast submissions are graded, and whether every verdict is right.

    python benchmarks/bench_grading.py [--candidates 200] [--jobs 1] [--dask] [--folder DIR]

An exam is built for so many candidates, from bugs of which a fix is known that is not the clean
code. Each hands in one of six kinds of submission, of which everything is known: all put right as
it was, all put right otherwise, the first put right, nothing, a file that is no Python, all put
right and another function broken. With ``--folder`` the exam that was built there is used again.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import msgspec
from bench_exam import people
from other_fixes import OTHER_FIXES

from bughunt.exam.answers import ANSWERS, Entry, read_answers
from bughunt.exam.archive import packed, unpacked
from bughunt.exam.beginning import begin
from bughunt.exam.build import Order, build
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.grading import executors, workbench
from bughunt.exam.grading.publishing import publish, sat
from bughunt.exam.grading.record import Record
from bughunt.exam.grading.sitting import Exam, grade
from bughunt.exam.hint_record import Given
from bughunt.exam.keys import ExamKey
from bughunt.exam.patience import PatientEvidence
from bughunt.exam.plan import PLAN, Plan, Stratum, read_plan
from bughunt.mutate import MutatedTree, mutate
from bughunt.proving.answer_store import Store
from bughunt.spec import Bank, load_bank

KINDS = ("as it was", "otherwise", "the first", "nothing", "no Python", "broken elsewhere")
_BROKEN = ("inputs_twice_as_wide", "result_of_the_call_dropped", "commas_taken_out_of_quotes")


class Class:
    """An exam, the submissions to it, and what is true of them."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder = folder
        self.bank = load_bank(None)
        self.plan = _plan(folder, self.bank)
        self.key = ExamKey(hashlib.sha256(b"a benchmark").digest())
        self._number = number

    def build(self) -> Exam:
        """Build the exam, or go on where an earlier run ended."""
        order = Order(plan=self.plan, bank=self.bank, candidates=people(self._number))
        store = Store(self.folder / "answers.sqlite3")
        started = time.perf_counter()
        with contextlib.closing(store), PatientEvidence(self.bank, store, jobs=1) as evidence:
            build(order, self.key, evidence, self.folder / "build")
        print(f"built for {self._number}: {time.perf_counter() - started:.0f} s", flush=True)
        answers = read_answers(self.folder / "build" / ANSWERS, self.key)
        assert answers is not None
        return Exam(plan=self.plan, bank=self.bank, key=self.key, answers=answers)

    def hand_in(self, exam: Exam) -> dict[str, str]:
        """Write a submission for each candidate; return its kind by candidate."""
        kinds = {}
        (self.folder / "submissions").mkdir(exist_ok=True)
        for number, entry in enumerate(exam.answers.entries[: self._number]):
            kinds[entry.candidate] = kind = KINDS[number % len(KINDS)]
            name = f"{entry.candidate}.zip"
            archive = (self.folder / "build" / "archives" / name).read_bytes()
            files = unpacked(archive, entry.candidate)
            assert files is not None
            files |= {path: it.encode() for path, it in self._tree(entry, kind).items()}
            content = packed(files, entry.candidate)
            (self.folder / "submissions" / name).write_bytes(content)
        return kinds

    def _tree(self, entry: Entry, kind: str) -> dict[str, str]:
        """Return the sources of a submission, in the form of its candidate."""
        left = {"the first": entry.bugs[1:], "nothing": entry.bugs, "no Python": entry.bugs}
        names = list(left.get(kind, ()))
        if kind == "broken elsewhere":
            # One in another function than any of the candidate's own, which are all put right.
            own = {edit.target for it in entry.bugs for edit in self.bank.bugs[it].edits}
            free = [it for it in _BROKEN if self.bank.bugs[it].edits[0].target not in own]
            names.append(free[int(entry.seed, 16) % len(free)])
        texts = dict(mutate(self.bank, [self.bank.bugs[it] for it in names]).mutated)
        for path, clean, other in self._others(entry) if kind == "otherwise" else ():
            assert texts[path].count(clean) == 1, clean
            texts[path] = texts[path].replace(clean, other)
        seed = bytes.fromhex(entry.camouflage)
        own = disguised(MutatedTree(texts, texts), seed).mutated
        if kind == "no Python":
            own[OTHER_FIXES[entry.bugs[0]][0]] += "\ndef unfinished(:\n"
        return own

    @staticmethod
    def _others(entry: Entry) -> Iterator[tuple[str, str, str]]:
        yield from (OTHER_FIXES[name] for name in entry.bugs)


def _plan(folder: Path, bank: Bank) -> Plan:
    if not (folder / PLAN).exists():
        begin(folder)
    return msgspec.structs.replace(
        read_plan(folder / PLAN),
        bugs=3,
        strata=(Stratum(2, 2, 2), Stratum(3, 5, 1)),
        band=3,
        seeds=1,
        leave_out=tuple(sorted(set(bank.bugs) - set(OTHER_FIXES))),
    )


def faults(record: Record, kind: str) -> Iterator[str]:
    """Yield what grading says of a submission that is not so."""
    found = record.findings
    verdicts = [it.verdict for it in found.bugs]
    wanted = {
        "as it was": ["restored"] * len(verdicts),
        "the first": ["restored"] + ["open"] * (len(verdicts) - 1),
        "nothing": ["open"] * len(verdicts),
        "broken elsewhere": ["restored"] * len(verdicts),
        "otherwise": ["fixed"] * len(verdicts),
    }
    if found.trouble or not verdicts:
        yield found.trouble
    elif kind == "no Python" and (set(verdicts) != {"open"} and verdicts[0] != "open"):
        yield f"{verdicts}"
    elif kind in wanted and verdicts != wanted[kind]:
        yield f"{verdicts}: {[it.evidence for it in found.bugs]} {found.flags}"
    if bool(found.broken) != (kind in ("broken elsewhere", "no Python")):
        yield f"broken: {[it.law for it in found.broken]}"


def show(exam: Exam, folder: Path, what: str, executor: tuple[str | None, int]) -> list[Record]:
    """Grade everything through one executor, and print how long that takes."""
    results = folder / f"results {what}"
    started = time.perf_counter()
    with executors.opened(*executor) as (pool, workers):
        _grade(exam, folder, results, pool, workers)
    took = time.perf_counter() - started
    workbench.close_all()
    publish(exam, Given(), {}, results)
    _, records = sat(results)
    print(
        f"{what}: {len(records)} in {took:.0f} s, {len(records) / took:.2f} per second", flush=True
    )
    return list(records)


def _grade(exam: Exam, folder: Path, results: Path, pool: Executor, workers: int) -> None:
    grade(exam, folder / "submissions", results, pool, workers=workers)


def judge(records: list[Record], kinds: dict[str, str]) -> None:
    """Print, for each kind, how many verdicts are right, how long it took, and what is wrong."""
    for kind in KINDS:
        own = [it for it in records if it.candidate and kinds.get(it.candidate) == kind]
        wrong = [(it.candidate, fault) for it in own for fault in faults(it, kind)]
        times = sorted(it.findings.seconds for it in own)
        middle = times[len(times) // 2] if times else 0.0
        laws = max((it.findings.laws_asked for it in own), default=0)
        print(f"  {kind}: {len(own) - len({it for it, _ in wrong})} of {len(own)} right, median "
              f"{middle:.1f} s, up to {laws} other laws asked")  # fmt: skip
        for candidate, fault in wrong:
            print(f"    {candidate}: {fault}")


def main() -> None:
    """Build, hand in, grade with one and two jobs and through a cluster."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=200)
    parser.add_argument("--jobs", type=int, action="append")
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(exist_ok=True)
        own = Class(folder, options.candidates)
        exam = own.build()
        kinds = own.hand_in(exam)
        for jobs in options.jobs or [1]:
            judge(show(exam, folder, f"jobs {jobs}", (None, jobs)), kinds)
        if options.dask:
            from distributed import LocalCluster

            cluster = stack.enter_context(
                LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
            )
            address = cluster.scheduler_address.replace("tcp", "dask")
            judge(show(exam, folder, "dask", (address, 1)), kinds)


if __name__ == "__main__":
    main()
