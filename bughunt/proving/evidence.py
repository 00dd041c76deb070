"""What detectors say of states of the code, asked once and known from then on.

A verdict depends on the files that its case asked for, and in them on the functions that it
entered, on the detector and what it imports, on the seed, and on what is installed; not on the rest
of the tree. So what is known for one state answers for every state that agrees with it in these
parts, in this run and, through a file in the user's cache folder, in later ones.
"""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from bughunt.detector import CAN_FORK, CaseRun, DetectorServer, run_in_fresh_processes
from bughunt.digests import Digests
from bughunt.mutate import mutate
from bughunt.proving.answer_store import Store
from bughunt.proving.self_check import check_the_checker
from bughunt.proving.snapshot import Snapshot
from bughunt.running.outcome import Batch, Case
from bughunt.spec import Bank, Bug

_LEAST_AT_ONCE, _MOST_AT_ONCE = 4, 1000  # cases, the least for each job
_MEMORY = 4 << 30  # bytes; a loop that never ends may well fill a list

Runner = Callable[[Batch], Iterator[tuple[int, CaseRun]]]


class State(msgspec.Struct, frozen=True, eq=False):
    """The clean code with some files replaced."""

    overlay: dict[str, str]
    digests: Digests  # of every Python file of the packages and its parts
    bugs: frozenset[str] = frozenset()  # that the files have, to be told


class Question(msgspec.Struct, frozen=True):
    """What to run. The verdict of a detector may depend on those before it in the same process."""

    state: State
    detectors: tuple[str, ...]
    seed: int = 0
    threads: int = 1
    hash_seed: int = 0  # decides the order of sets


class Runners:
    """What runs batches: a server for each order of sets, which stays warm while this is open."""

    def __init__(self) -> None:
        self._opened = contextlib.ExitStack()
        self._by_hash_seed: dict[int, Runner] = {}

    def __enter__(self) -> Runners:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def for_hash_seed(self, hash_seed: int) -> Runner:
        """Return what runs batches, once it has shown that it can tell right from wrong."""
        if hash_seed not in self._by_hash_seed:
            run: Runner = functools.partial(run_in_fresh_processes, hash_seed=hash_seed)
            if CAN_FORK:
                run = self._opened.enter_context(DetectorServer(hash_seed)).run
            check_the_checker(run)
            self._by_hash_seed[hash_seed] = run
        return self._by_hash_seed[hash_seed]


class Evidence:
    """Asks questions, several at a time, and only those whose answer is not known yet."""

    def __init__(
        self,
        bank: Bank,
        store: Store,
        *,
        jobs: int = 1,
        timeout: float = 20.0,
        tick: Callable[[int, int], None] = lambda done, more: None,  # noqa: ARG005
        runners: Runners | None = None,  # to be shared with other evidence
    ) -> None:
        self._bank = bank
        self._store = store
        self._jobs = jobs
        self._timeout = timeout
        self._tick = tick  # told how many cases were just run, and how many more are to be
        self._snapshot = Snapshot(bank)
        self._states: dict[frozenset[str], State] = {}
        self._keys: dict[tuple[str, ...], str] = {}
        self._opened = contextlib.ExitStack()
        self._runners = runners or self._opened.enter_context(Runners())
        self.asked = self.ran = 0

    def __enter__(self) -> Evidence:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def with_bugs(self, bugs: Iterable[Bug]) -> State:
        """Return the state of the code that has these bugs.

        Raises:
            MutationFailed: when they cannot be applied together.

        """
        bugs = tuple(bugs)
        key = frozenset(bug.id for bug in bugs)
        if key not in self._states:
            tree = mutate(self._bank, bugs)
            self._states[key] = self.with_texts(
                {path: text for path, text in tree.mutated.items() if text != tree.clean[path]}, key
            )
        return self._states[key]

    def with_texts(self, overlay: dict[str, str], bugs: frozenset[str] = frozenset()) -> State:
        """Return the state of the code with these files, which have these bugs, in place of its."""
        return State(overlay, Digests(overlay, self._snapshot.digests), bugs)

    def ask(self, questions: Sequence[Question]) -> list[CaseRun]:
        """Return the answers, in the order of the questions.

        Raises:
            EnvironmentProblem: when detectors cannot be run on this machine.

        """
        keys = [self._key(question) for question in questions]
        answers = {
            index: known
            for index, (key, question) in enumerate(zip(keys, questions, strict=True))
            if (known := self._store.find(key, question.state.digests)) is not None
        }
        self.asked += len(questions)
        waiting: dict[str, list[int]] = {}
        for index in range(len(questions)):
            if index not in answers:
                waiting.setdefault(keys[index], []).append(index)
        self._tick(0, len(questions) - len(answers))
        while waiting:
            chunk = _next_chunk(waiting, questions, self._jobs)
            self.ran += len(chunk)
            for place, ended in self._run([questions[index] for index in chunk]):
                index = chunk[place]
                key, digests = keys[index], questions[index].state.digests
                told = self._store.keep(key, digests, ended)
                same = [it for it in waiting[key] if told.holds_for(questions[it].state.digests)]
                answers |= dict.fromkeys((index, *same), ended)
                left = [it for it in waiting[key] if it not in answers]
                waiting[key] = left
                self._tick(1 + len(same), 0)
            waiting = {key: left for key, left in waiting.items() if left}
        return [answers[index] for index in range(len(questions))]

    def _run(self, questions: Sequence[Question]) -> Iterator[tuple[int, CaseRun]]:
        """Run questions of one hash seed."""
        runner = self._runners.for_hash_seed(questions[0].hash_seed)
        cases = tuple(
            Case(
                tuple(self._snapshot.detector(self._root, name) for name in question.detectors),
                question.seed,
                question.state.overlay,
                question.threads,
            )
            for question in questions
        )
        batch = Batch(
            root=self._root,
            packages=self._bank.packages,
            cases=cases,
            timeout=self._timeout,
            jobs=self._jobs,
            memory=_MEMORY,
        )
        return runner(batch)

    @functools.cached_property
    def _root(self) -> Path:
        """Write the copy of the bank that cases run in."""
        folder = self._opened.enter_context(tempfile.TemporaryDirectory(prefix="bughunt-"))
        root = Path(folder).resolve()
        self._snapshot.write(root)
        return root

    def _key(self, question: Question) -> str:
        """Return a key for all that the answer depends on, but for the code under hunt."""
        names = question.detectors
        if names not in self._keys:
            self._keys[names] = self._snapshot.key(names)
        settings = (question.seed, question.threads, question.hash_seed, self._timeout)
        return f"{self._keys[names]} {' '.join(map(str, settings))}"


def _next_chunk(
    waiting: Mapping[str, list[int]], questions: Sequence[Question], jobs: int
) -> list[int]:
    """Take questions that can be run together: of one hash seed, and a few of each key.

    What one of a key teaches may answer the others, so no more are taken than keep all jobs busy.
    """
    hash_seed = questions[next(iter(waiting.values()))[0]].hash_seed
    own = [it for it in waiting.values() if questions[it[0]].hash_seed == hash_seed]
    each = -(-_LEAST_AT_ONCE * jobs // len(own))
    return [index for indices in own for index in indices[:each]][:_MOST_AT_ONCE]
