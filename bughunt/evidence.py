"""What detectors say of states of the code, asked once and known from then on.

A verdict depends on the files that its case asked for, on the detector and what it imports, on the
seed, and on what is installed; not on the rest of the tree. So what is known for one state answers
for every state that agrees with it in these files, in this run and, through a file in the user's
cache folder, in later ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

import msgspec

from bughunt import detector_files
from bughunt.answer_store import Store
from bughunt.detector import CAN_FORK, CaseRun, DetectorServer, run_in_fresh_processes
from bughunt.mutate import clean_tree, mutate, read
from bughunt.outcome import Batch, Case
from bughunt.self_check import check_the_checker
from bughunt.spec import Bank, Bug

_CASES_AT_ONCE = 1000
# Where outcomes come from: another version of these may say something else.
_RUNNER = ("case.py", "observation.py", "outcome.py", "runner.py", "tree_import.py")


class State(msgspec.Struct, frozen=True, eq=False):
    """The clean code with some files replaced."""

    overlay: dict[str, str]
    digests: dict[str, str]  # of every Python file of the packages


class Question(msgspec.Struct, frozen=True):
    """What to run. The verdict of a detector may depend on those before it in the same process."""

    state: State
    detectors: tuple[str, ...]
    seed: int = 0
    threads: int = 1


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
    ) -> None:
        self._bank = bank
        self._store = store
        self._jobs = jobs
        self._timeout = timeout
        self._tick = tick  # told how many cases were just run, and how many more are to be
        self._clean = {path: _digest(text) for path, text in clean_tree(bank).items()}
        self._states: dict[frozenset[str], State] = {}
        self._bases: dict[tuple[str, ...], str] = {}
        self._surroundings = _surroundings(bank)
        self._server = contextlib.ExitStack()
        self._start: Callable[[Batch], Iterator[tuple[int, CaseRun]]] | None = None
        self.asked = self.ran = 0

    def __enter__(self) -> Evidence:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

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
                {path: text for path, text in tree.mutated.items() if text != tree.clean[path]}
            )
        return self._states[key]

    def with_texts(self, overlay: dict[str, str]) -> State:
        """Return the state of the code in which these files are replaced."""
        changed = {path: _digest(text) for path, text in overlay.items()}
        return State(overlay, self._clean | changed)

    def ask(self, questions: Sequence[Question]) -> list[CaseRun]:
        """Return the answers, in the order of the questions.

        Raises:
            EnvironmentProblem: when detectors cannot be run on this machine.

        """
        keys = [self._base(question) for question in questions]
        answers = {
            index: known
            for index, (key, question) in enumerate(zip(keys, questions, strict=True))
            if (known := self._store.find(key, question.state.digests)) is not None
        }
        self.asked += len(questions)
        self.ran += len(questions) - len(answers)
        waiting = [index for index in range(len(questions)) if index not in answers]
        self._tick(0, len(waiting))
        for start in range(0, len(waiting), _CASES_AT_ONCE):
            chunk = waiting[start : start + _CASES_AT_ONCE]
            for place, ended in self._run([questions[index] for index in chunk]):
                index = chunk[place]
                answers[index] = ended
                self._store.keep(keys[index], questions[index].state.digests, ended)
                self._tick(1, 0)
        return [answers[index] for index in range(len(questions))]

    def _run(self, questions: Sequence[Question]) -> Iterator[tuple[int, CaseRun]]:
        if self._start is None:
            self._start = self._started()
        cases = tuple(
            Case(
                tuple(self._bank.detectors / f"test_{name}.py" for name in question.detectors),
                question.seed,
                question.state.overlay,
                question.threads,
            )
            for question in questions
        )
        return self._start(
            Batch(
                root=self._bank.root,
                packages=self._bank.packages,
                cases=cases,
                timeout=self._timeout,
                jobs=self._jobs,
            )
        )

    def _started(self) -> Callable[[Batch], Iterator[tuple[int, CaseRun]]]:
        """Return what runs batches, after it has shown that it can tell right from wrong."""
        run = run_in_fresh_processes
        if CAN_FORK:
            run = self._server.enter_context(DetectorServer()).run
        check_the_checker(run)
        return run

    def _base(self, question: Question) -> str:
        """Return a key for all that the answer depends on, but for the code under hunt."""
        names = question.detectors
        if names not in self._bases:
            texts = (detector_files.sources(self._bank, name) for name in names)
            parts = [f"{name} {_digest(text)}" for files in texts for name, text in files.items()]
            self._bases[names] = _digest("\n".join([self._surroundings, *names, *parts]))
        return f"{self._bases[names]} {question.seed} {question.threads} {self._timeout}"


def _surroundings(bank: Bank) -> str:
    """Return a digest of what all answers depend on: what is installed, and the data files."""
    home = Path(__file__).parent
    parts = [sys.version, platform.platform(), str(bank.root), *bank.packages]
    parts += sorted(f"{it.name} {it.version}" for it in metadata.distributions())
    parts += [_digest(read(home / name)) for name in _RUNNER]
    parts += [_digest(read(file)) for file in sorted((home.parent / "rustbpe").glob("*.*"))]
    for path in bank.files:  # a file more or less may change what an import finds
        parts.append(path if path.endswith(".py") else f"{path} {_digest(read(bank.root / path))}")
    return _digest("\n".join(parts))


def _digest(content: str | bytes) -> str:
    content = content.encode() if isinstance(content, str) else content
    return hashlib.blake2b(content, digest_size=16).hexdigest()
