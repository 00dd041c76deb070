"""One submission, looked at by a worker: what became of each bug, what broke, what stands out.

A worker gets texts and seeds, never the key of the exam, and may be another machine.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from bughunt.errors import BughuntError
from bughunt.exam.grading.breakage import Breakage
from bughunt.exam.grading.entries import NotGradable, clean
from bughunt.exam.grading.hearing import Heard, Hearing
from bughunt.exam.grading.intake import HandedIn
from bughunt.exam.grading.laws import LIMITS
from bughunt.exam.grading.parsing import Parsed
from bughunt.exam.grading.pieces import differing, pieces
from bughunt.exam.grading.record import BugRecord, Findings, Verdict
from bughunt.exam.grading.sieve import Sieved, sieved
from bughunt.exam.grading.suspicion import Flag, flags
from bughunt.exam.grading.workbench import Subject, Workbench, workbench
from bughunt.exam.paper import Disguise
from bughunt.jail.strength import NoJail
from bughunt.mutate import mutate
from bughunt.spec import Bank, Bug

Place = tuple[str, str]  # a file and a piece of it
_UNTOUCHED = Heard(evidence="the code is as it was handed out")
_LONGEST = 500  # characters of what went wrong
_HANGS = 5  # times that a child may take all its time, beside once for each bug
_MOST_SHARED = 3  # bugs in one piece, whose every combination is compared


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker needs to look at one submission."""

    bank: Path
    bank_digest: str
    bugs: tuple[str, ...]  # of the candidate, in the numbering of the symptoms
    camouflage: bytes
    disguise: Disguise
    submission: HandedIn
    seeds: tuple[int, ...]
    asks_others: bool  # whether laws are asked that no symptom is about
    trusts: bool = False  # whether it may be run where nothing can hold it


def examined(task: Task) -> Findings:
    """Look at one submission; whatever goes wrong with it is told, and stops nobody else's.

    Raises:
        NoJail: when nothing on this machine can hold it.

    """
    started = time.monotonic()
    try:
        bench = workbench(task.bank, task.bank_digest, trusts=task.trusts)
        found = Examination(bench, task).findings()
    except NoJail:
        raise
    except NotGradable as error:
        found = Findings(trouble=clean(str(error)))
    except BughuntError as error:
        found = Findings(trouble=clean(str(error), _LONGEST), is_ours=True)
    except Exception as error:  # a fault of ours is no fault of the candidate's
        text = f"grading it failed: {type(error).__name__}: {clean(str(error))}"
        found = Findings(trouble=text, is_ours=True)
    return msgspec.structs.replace(found, seconds=round(time.monotonic() - started, 3))


class Trees:
    """The code of one candidate with any of the bugs in it."""

    def __init__(self, bank: Bank, task: Task) -> None:
        self._bank, self._task = bank, task
        self._own: dict[frozenset[str], dict[str, str]] = {}
        self.bugs = {name: bank.bugs[name] for name in task.bugs}

    def own(self, names: Iterable[str]) -> dict[str, str]:
        """Return the tree as this candidate would have it with these bugs."""
        chosen = frozenset(names)
        if chosen not in self._own:
            tree = mutate(self._bank, [self.bugs[name] for name in sorted(chosen)])
            self._own[chosen] = self._task.disguise(tree, self._task.camouflage).mutated
        return self._own[chosen]

    def plain(self, names: Iterable[str]) -> dict[str, str]:
        """Return the bank's own tree with these bugs."""
        return mutate(self._bank, [self.bugs[name] for name in sorted(names)]).mutated

    @cached_property
    def places(self) -> dict[str, frozenset[Place]]:
        """The pieces that each bug changes."""
        whole = self.plain(self.bugs)
        return {name: _changes(self.plain({*self.bugs} - {name}), whole) for name in self.bugs}


class Examination:
    """One submission beside its start."""

    def __init__(self, bench: Workbench, task: Task) -> None:
        self._bench, self._task = bench, task
        self._trees = Trees(bench.bank, task)
        self._start = self._trees.own(task.bugs)
        self._sieved: Sieved = sieved(task.submission, self._start)

    def findings(self) -> Findings:
        """Return what there is to say."""
        changed = sorted(self._sieved.changed)
        faults = [f"{path}: {it.fault}" for path, it in self._parsed.items() if it.fault]
        restored = {name for name in self._task.bugs if self._is_restored(name)}
        records = self._records(restored)
        stands_out = self._flags
        if stands_out:
            records = [_suspected(it) for it in records]
        breakage = self._breakage(restored, records)
        return Findings(
            tier=self._bench.jail,
            bugs=tuple(records),
            broken=breakage.broken if breakage else (),
            laws_asked=breakage.asked if breakage else 0,
            laws_left=breakage.left if breakage else 0,
            flags=stands_out,
            refused=self._sieved.refused,
            changed=tuple(changed),
            faults=tuple(clean(it) for it in faults),
        )

    @cached_property
    def _parsed(self) -> dict[str, Parsed]:
        texts = {path: self._sieved.tree[path] for path in sorted(self._sieved.changed)}
        return self._bench.parsed(texts) if texts else {}

    @cached_property
    def _readable(self) -> dict[str, str]:
        """The changed files that can be parsed."""
        return {path: self._sieved.tree[path] for path, it in self._parsed.items() if not it.fault}

    @cached_property
    def tree(self) -> dict[str, str]:
        """The code that is observed: what can be parsed of the submission over its start."""
        return {**self._start, **self._readable}

    @cached_property
    def _subject(self) -> Subject:
        allowance = LIMITS.seconds * (len(self._task.bugs) + _HANGS)
        return Subject(self._bench, self.tree, allowance)

    @cached_property
    def _flags(self) -> tuple[Flag, ...]:
        found = (flags(path, it, self._start[path]) for path, it in self._readable.items())
        return tuple(itertools.chain.from_iterable(found))

    @cached_property
    def _differences(self) -> frozenset[Place]:
        return _changes(self._start, self._readable)

    def _records(self, restored: set[str]) -> list[BugRecord]:
        """Return what became of each bug.

        A bug that is restored goes without saying, unless something else was changed as well.
        """
        is_all = self._differences <= self._places_of(restored)
        asked = [name for name in self._task.bugs if not (name in restored and is_all)]
        heard: dict[str, Heard] = {}
        if self._readable:
            hearing = Hearing(self._bench, self._trees.plain, self._subject, self._task.seeds)
            heard = hearing.of([self._trees.bugs[name] for name in asked])
        for name in self._task.bugs:
            heard.setdefault(name, Heard(True) if name in restored else _UNTOUCHED)
        return [
            self._record(number, self._trees.bugs[name], heard[name], name in restored)
            for number, name in enumerate(self._task.bugs, start=1)
        ]

    def _record(self, number: int, bug: Bug, said: Heard, restored: bool) -> BugRecord:
        places = self._trees.places[bug.id]
        again = sum(self._is_clean(bug.id, place) for place in places)
        right: Verdict = "restored" if restored else "fixed"
        return BugRecord(
            number=number,
            bug=bug.id,
            verdict=right if said.is_lawful else "open",
            seeds=said.seeds,
            evidence=clean(said.evidence, 500),
            needs_look=said.needs_look,
            places=len(places),
            restored_places=again,
        )

    def _places_of(self, names: Iterable[str]) -> set[Place]:
        return {place for name in names for place in self._trees.places[name]}

    def _is_restored(self, name: str) -> bool:
        return all(self._is_clean(name, place) for place in self._trees.places[name])

    def _is_clean(self, name: str, place: Place) -> bool:
        """Return whether a piece is as it would be without the bug, whatever else is in it."""
        path, piece = place
        if path not in self._readable:
            return False
        found = pieces(self._readable[path]).get(piece)
        return any(
            pieces(self._trees.own(present)[path]).get(piece) == found
            for present in self._companies(name, place)
        )

    def _companies(self, name: str, place: Place) -> Iterator[set[str]]:
        """Yield every choice of the other bugs that are in the same piece."""
        others = [it for it, own in self._trees.places.items() if it != name and place in own]
        for size in range(len(others[:_MOST_SHARED]) + 1):
            yield from map(set, itertools.combinations(others, size))

    def _breakage(self, restored: set[str], records: list[BugRecord]) -> Breakage | None:
        """Ask the laws that no symptom is about, if more than places of bugs was changed."""
        is_unread = len(self._readable) < len(self._sieved.changed)
        is_all = self._differences <= self._places_of(restored)
        if not self._task.asks_others or (is_all and not is_unread):
            return None
        still = [it.bug for it in records if it.verdict == "open"]
        own = {bug.detector for bug in self._trees.bugs.values()}
        breakage = Breakage(self._bench, self._subject, self._task.seeds[0])
        faults = {path: it.fault for path, it in self._parsed.items() if it.fault}
        others = (self._start, self._trees.plain(still))
        breakage.ask(own, self._sieved.changed, faults, others)
        return breakage


def _changes(one: dict[str, str], other: dict[str, str]) -> frozenset[Place]:
    """Return the pieces in which two trees differ, in the files of the second."""
    return frozenset(
        (path, piece)
        for path, text in other.items()
        if text != one[path]
        for piece in differing(pieces(text), pieces(one[path]))
    )


def _suspected(record: BugRecord) -> BugRecord:
    """Return the record of a submission in which something stands out; its points stay.

    What is restored stays so if nothing else was changed, and so no law was asked.
    """
    if record.verdict == "open" or not record.seeds:
        return record
    return msgspec.structs.replace(record, verdict="suspicious")
