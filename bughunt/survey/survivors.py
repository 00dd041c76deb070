"""Mutants of the clean code that neither a detector nor a test notices: laws that nobody checks.

What runs is a copy of the packages and the tests, so that the tree may be edited meanwhile. A clean
run finds out which detector and which test executes which lines. Each mutant then meets the
detectors that execute it, in one process, the fastest first, until one of them does not pass; what
is left meets the tests in the same way. Verdicts are kept from one run to the next: a kill as long
as the module and the killer's file stay as they are, a survival as long as nothing has changed.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from bughunt.detector import CAN_FORK, CaseRun, DetectorServer
from bughunt.digests import digest
from bughunt.errors import BankError, EnvironmentProblem, SelectionError, did_you_mean
from bughunt.proving import answer_store
from bughunt.proving.snapshot import installation
from bughunt.running.outcome import Batch, Case, Passed, TimedOut
from bughunt.spec import Bank
from bughunt.survey import equivalent_mutants, line_coverage
from bughunt.survey.json_cache import JsonCache
from bughunt.survey.line_coverage import Checker, Coverage, FileCoverage, Reach
from bughunt.survey.mutants import Mutant, mutants
from bughunt.survey.tree_copy import DETECTORS, TreeCopy

_CASES_AT_ONCE = 100
_MEMORY = 4 << 30  # bytes; a loop that never ends may well fill a list
_LEAST_SECONDS = 10.0
_TIMES_AS_LONG = 4  # as the clean code took while it was traced

STATES = ("killed by detectors", "killed by tests", "timed out", "equivalent", "survived")


class Verdict(msgspec.Struct, frozen=True):
    """What became of one mutant."""

    mutant: Mutant
    state: str  # one of STATES
    because: str = ""  # the detector or test that noticed; the reason of an equivalent


class Module(msgspec.Struct, frozen=True):
    """The verdicts on one module."""

    path: str
    verdicts: tuple[Verdict, ...]

    def count(self, state: str) -> int:
        """Return how many mutants ended in this state."""
        return sum(verdict.state == state for verdict in self.verdicts)


class Survey(msgspec.Struct, frozen=True):
    """The verdicts on all mutants that were looked at."""

    modules: tuple[Module, ...]
    left_out: tuple[str, ...]  # detectors and tests that do not accept the clean code
    ran: int  # verdicts that were not known from before
    seconds: float


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which mutants to look at, and by what."""

    modules: tuple[str, ...] = ()  # none: all outside scripts
    line: int | None = None
    sample: int | None = None
    seed: int = 0
    detectors_only: bool = False


class _Answer(msgspec.Struct, frozen=True):
    """What the detectors, or the tests, said of a mutant, and on what that depends."""

    digest: str  # of the killer's file; where nothing killed it, of all that was run
    by: str = ""
    timed_out: bool = False


def score(modules: Sequence[Module]) -> float | None:
    """Return the percentage of the mutants that were noticed; None when there are none."""
    equivalent = sum(module.count("equivalent") for module in modules)
    survived = sum(module.count("survived") for module in modules)
    total = sum(len(module.verdicts) for module in modules) - equivalent
    return 100 * (total - survived) / total if total else None


def lowest_score(survey: Survey, choice: Choice) -> float:
    """Return the lowest score of the modules that were named, or that of all together."""
    groups = [[module] for module in survey.modules] if choice.modules else [survey.modules]
    scores = [percent for group in groups if (percent := score(group)) is not None]
    return min(scores, default=100.0)


def survey(
    bank: Bank,
    choice: Choice,
    *,
    jobs: int = 1,
    cache: Path | None = None,
    tick: Callable[[int, int], None] = lambda done, more: None,  # noqa: ARG005
) -> Survey:
    """Run the chosen mutants of the clean code.

    Args:
        bank: what names the packages and the detectors.
        choice: which mutants, and whether only detectors are run.
        jobs: how many run at a time.
        cache: folder in which verdicts are kept; None: they are not.
        tick: called with how many runs are done, and how many more there are to do.

    Raises:
        SelectionError: when a module is not in the packages.
        BankError: when a declared equivalent fits no mutant.
        EnvironmentProblem: where processes cannot be forked.

    """
    if not CAN_FORK:
        text = "bank survivors: this system cannot fork processes. Run it on Linux or macOS."
        raise EnvironmentProblem(text)
    started = time.monotonic()
    chosen = _modules(bank, choice)
    with tempfile.TemporaryDirectory(prefix="bughunt-") as folder:
        tree = TreeCopy(bank, Path(folder).resolve())
        found = {path: _mutants(tree.texts[path], path) for path in chosen}
        file = bank.root / equivalent_mutants.FILE
        equivalents = equivalent_mutants.declared(file, equivalent_mutants.FILE, tree.texts, found)
        with DetectorServer() as server, Run(tree, server, jobs, cache, tick) as run:
            coverage = run.coverage(choice.detectors_only)
            modules = [
                run.module(path, _looked_at(found[path], choice), equivalents, choice)
                for path in chosen
            ]
    seconds = time.monotonic() - started
    return Survey(tuple(modules), coverage.left_out, run.ran, seconds)


def _mutants(text: str, path: str) -> tuple[Mutant, ...]:
    try:
        return mutants(text, path)
    except SyntaxError as error:
        text = f"{path}:{error.lineno}: is no Python: {error.msg}. Correct it, or leave it out."
        raise BankError([text]) from None


def _modules(bank: Bank, choice: Choice) -> list[str]:
    python = [path for path in bank.files if path.endswith(".py")]
    for path in choice.modules:
        if path not in python:
            text = f"module '{path}' is not in the bank. {did_you_mean(path, python)}"
            raise SelectionError(text)
    outside_scripts = [path for path in python if "scripts" not in PurePosixPath(path).parts]
    return list(dict.fromkeys(choice.modules)) or outside_scripts


def _looked_at(items: Sequence[Mutant], choice: Choice) -> tuple[Mutant, ...]:
    """Return the mutants of the chosen line, or a sample of them, in the order of the text."""
    items = [it for it in items if choice.line in (None, it.line)]
    if choice.sample is not None and choice.sample < len(items):
        drawn = random.Random(choice.seed).sample(range(len(items)), choice.sample)
        items = [items[index] for index in sorted(drawn)]
    return tuple(items)


class Run:
    """Asks detectors and tests about mutants, and remembers what they said."""

    reach: Reach  # known after ``coverage``

    def __init__(
        self,
        tree: TreeCopy,
        server: DetectorServer,
        jobs: int,
        cache: Path | None,
        tick: Callable[[int, int], None],
    ) -> None:
        self._tree = tree
        self._server = server
        self._jobs = jobs
        self._cache = JsonCache(cache)
        self._tick = tick
        self._known: dict[str, dict[str, _Answer]] = {}
        self._of = ""  # the module that they are about
        self.ran = 0
        packages = tree.packages
        base = f"{installation()} {tree.digest_without_tests()}"
        self._digests = {
            "detectors": f"{base} {tree.digest(*packages, DETECTORS)}",
            "tests": f"{base} {tree.digest(*packages, 'tests')}",
        }

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self._save()

    def coverage(self, detectors_only: bool) -> Coverage:
        """Return who executes what; files that have not changed since are not run again."""
        tree = self._tree
        base = digest(f"{installation()} {tree.digest_without_tests()}")
        files = [it for it in tree.checking if it.startswith(DETECTORS) or not detectors_only]
        names = {file: f"lines-{base}-{tree.digest(file)}" for file in files}
        kept = {file: self._cache.load(name, FileCoverage) for file, name in names.items()}
        unknown = [file for file, known in kept.items() if known is None]
        self._tick(0, len(unknown))
        measured = line_coverage.measure(
            self._server, tree.root, tree.packages, unknown, jobs=self._jobs
        )
        for file, found in measured.items():
            self._cache.store(names[file], found)
        self._tick(len(unknown), 0)
        coverage = line_coverage.joined(
            {file: it for file in names if (it := measured.get(file) or kept[file]) is not None}
        )
        self.reach = Reach(coverage, tree.texts, tree.root)
        return coverage

    def module(
        self, path: str, items: Sequence[Mutant], equivalents: Mapping[Mutant, str], choice: Choice
    ) -> Module:
        """Return what becomes of mutants of one module."""
        self._save()
        text = self._tree.texts[path]
        self._of = hashlib.sha256(f"{path}\0{text}".encode()).hexdigest()
        self._known = self._cache.load(self._of, dict[str, dict[str, _Answer]]) or {}
        verdicts = {
            it: Verdict(it, "equivalent", equivalents[it]) for it in items if it in equivalents
        }
        for kind in ("detectors",) if choice.detectors_only else ("detectors", "tests"):
            left = [it for it in items if it not in verdicts]
            for mutant, answer in self._ask(kind, left, text).items():
                if answer.by:
                    state = "timed out" if answer.timed_out else f"killed by {kind}"
                    verdicts[mutant] = Verdict(mutant, state, answer.by)
        return Module(path, tuple(verdicts.get(it) or Verdict(it, "survived") for it in items))

    def _ask(self, kind: str, items: Sequence[Mutant], text: str) -> dict[Mutant, _Answer]:
        """Return what the detectors, or the tests, say of mutants."""
        covering = self.reach.detectors if kind == "detectors" else self.reach.tests
        answers: dict[Mutant, _Answer] = {}
        waiting: list[tuple[Mutant, list[Checker]]] = []
        for mutant in items:
            known = self._known.get(_key(mutant), {}).get(kind)
            checkers = covering(mutant)
            if known is not None and self._holds(known, kind, checkers):
                answers[mutant] = known
            elif checkers:
                waiting.append((mutant, checkers))
            else:
                answers[mutant] = _Answer(self._digests[kind])
        self._tick(0, len(waiting))
        for start in range(0, len(waiting), _CASES_AT_ONCE):
            chunk = waiting[start : start + _CASES_AT_ONCE]
            cases = tuple(self._case(mutant, text, kind, checkers) for mutant, checkers in chunk)
            batch = Batch(
                root=self._tree.root, packages=self._tree.packages, cases=cases, jobs=self._jobs,
                memory=_MEMORY,
            )  # fmt: skip
            for index, ended in self._server.run(batch):
                mutant, checkers = chunk[index]
                answers[mutant] = self._answer(kind, ended, checkers)
                self._known.setdefault(_key(mutant), {})[kind] = answers[mutant]
                self.ran += 1
                self._tick(1, 0)
            self._save()
        return answers

    def _case(self, mutant: Mutant, text: str, kind: str, checkers: Sequence[Checker]) -> Case:
        root = self._tree.root
        is_test = kind == "tests"
        seconds = _LEAST_SECONDS + _TIMES_AS_LONG * sum(it.seconds for it in checkers)
        return Case(
            () if is_test else tuple(root / it.file for it in checkers),
            tests=tuple(it.name for it in checkers) if is_test else (),
            overlay={mutant.path: mutant.apply(text)},
            until_caught=True,
            seconds=seconds,
        )

    def _answer(self, kind: str, ended: CaseRun, checkers: Sequence[Checker]) -> _Answer:
        """Return what a case said: its last run is the one that noticed something, if any did."""
        caught = [run for run in ended.runs if not isinstance(run.outcome, Passed)]
        if not caught:
            return _Answer(self._digests[kind])
        timed_out = isinstance(caught[0].outcome, TimedOut)
        files = {it.name: it.file for it in checkers}
        by = caught[0].detector or checkers[0].name
        file = files.get(by, by.partition("::")[0])
        digest = self._digests[kind] if timed_out else self._tree.digest(file)
        return _Answer(digest, by, timed_out)

    def _holds(self, answer: _Answer, kind: str, checkers: Sequence[Checker]) -> bool:
        """Return whether what was said earlier would be said again."""
        if not answer.by or answer.timed_out:
            return answer.digest == self._digests[kind]
        files = {it.file for it in checkers if answer.by in (it.name, it.file)}
        return any(answer.digest == self._tree.digest(file) for file in files)

    def _save(self) -> None:
        if self._of and self._known:
            self._cache.store(self._of, self._known)


def _key(mutant: Mutant) -> str:
    return f"{mutant.start}:{mutant.before}:{mutant.after}"


def default_cache() -> Path:
    """Return the folder in which verdicts are kept unless another one is given."""
    return answer_store.default_path().parent / "survivors"
