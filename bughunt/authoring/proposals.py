"""Candidates for bugs in a part of the code: what every law says of each, the best first.

A good bug is silent: nothing crashes or hangs, a number is wrong. One law sees it, so that its
symptom is its own; or none does, and then there is a law to be written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bughunt.authoring.candidates import in_target
from bughunt.comparison import difference
from bughunt.detector import CAN_FORK, DetectorServer
from bughunt.digests import digest
from bughunt.errors import EnvironmentProblem
from bughunt.mutate import mutate
from bughunt.proving.snapshot import installation
from bughunt.running.outcome import Batch, Case, Crashed, Failed, Outcome, Passed, TimedOut
from bughunt.spec import Bank
from bughunt.survey import survivors
from bughunt.survey.json_cache import JsonCache
from bughunt.survey.line_coverage import Checker
from bughunt.survey.mutants import Mutant
from bughunt.survey.tree_copy import DETECTORS, TreeCopy

_MEMORY = 4 << 30  # bytes; a loop that never ends may well fill a list
_LEAST_SECONDS = 10.0
_TIMES_AS_LONG = 4  # as the clean code took while it was traced
_SOUNDS = ("wrong", "crash", "hang")  # from silent to loud


class Notice(msgspec.Struct, frozen=True):
    """What a law says that sees a change."""

    law: str
    how: str  # one of _SOUNDS
    evidence: str = ""


class Candidate(msgspec.Struct, frozen=True):
    """A change, and what became of it."""

    mutant: Mutant
    notices: tuple[Notice, ...]
    asked: int  # how many laws execute the changed lines

    @property
    def how(self) -> str:
        """The loudest way in which it shows, or that nobody sees it."""
        if not self.notices:
            return "unseen"
        return max((it.how for it in self.notices), key=_SOUNDS.index)

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """The place among all candidates, the best first."""
        loudness = 0 if not self.notices else _SOUNDS.index(self.how)
        seen = len(self.notices)
        alone = seen if seen else 1.5  # one law is best, then none, then two
        return loudness, int(2 * alone), self.mutant.line, self.mutant.column


class Proposals(msgspec.Struct, frozen=True):
    """The candidates of a target, the best first."""

    target: str
    candidates: tuple[Candidate, ...]
    left_out: tuple[str, ...]  # laws that do not accept the clean code


def propose(
    bank: Bank,
    target: str,
    *,
    jobs: int = 1,
    cache: Path | None = None,
    tick: Callable[[int, int], None] = lambda done, more: None,  # noqa: ARG005
) -> Proposals:
    """Run the detectors on every small change of a target.

    Args:
        bank: what names the packages and the detectors.
        target: a function, class or file, as edits name them.
        jobs: how many run at a time.
        cache: folder in which answers are kept; None: they are not.
        tick: called with how many runs are done, and how many more there are to do.

    Raises:
        SelectionError: when there is no such target.
        EnvironmentProblem: where processes cannot be forked.

    """
    if not CAN_FORK:
        text = "bank propose: this system cannot fork processes. Run it on Linux or macOS."
        raise EnvironmentProblem(text)
    found = _unknown(bank, in_target(bank, target))
    with tempfile.TemporaryDirectory(prefix="bughunt-") as folder:
        tree = TreeCopy(bank, Path(folder).resolve())
        with DetectorServer() as server, survivors.Run(tree, server, jobs, cache, tick) as run:
            coverage = run.coverage(detectors_only=True)
            laws = {it: run.reach.detectors(it) for it in found}
        with DetectorServer() as server:
            trial = _Trial(tree, server, jobs, JsonCache(cache), tick)
            candidates = trial.outcomes(laws)
    ranked = tuple(sorted(candidates, key=lambda it: it.rank))
    return Proposals(target, ranked, coverage.left_out)


def _unknown(bank: Bank, found: Sequence[Mutant]) -> list[Mutant]:
    """Leave out the changes that are bugs of the bank."""
    path = found[0].path
    bugs = [it for it in bank.bugs.values() if any(edit.path == path for edit in it.edits)]
    trees = [mutate(bank, [bug]) for bug in bugs]
    known = {tree.mutated[path] for tree in trees}
    clean = trees[0].clean[path] if trees else ""
    return [it for it in found if not known or it.apply(clean) not in known]


class _Trial:
    """Asks the laws that execute a change, and remembers what they said."""

    def __init__(
        self,
        tree: TreeCopy,
        server: DetectorServer,
        jobs: int,
        cache: JsonCache,
        tick: Callable[[int, int], None],
    ) -> None:
        self._tree = tree
        self._server = server
        self._jobs = jobs
        self._cache = cache
        self._tick = tick

    def outcomes(self, laws: dict[Mutant, list[Checker]]) -> list[Candidate]:
        """Return what the laws say of each change."""
        tree = self._tree
        base = digest(f"{installation()} {tree.digest(*tree.packages, DETECTORS)}")
        known = self._cache.load(f"proposals-{base}", dict[str, tuple[Notice, ...]]) or {}
        waiting = [it for it in laws if _key(it) not in known and laws[it]]
        self._tick(0, len(waiting))
        batch = Batch(
            root=tree.root,
            packages=tree.packages,
            cases=tuple(self._case(it, laws[it]) for it in waiting),
            jobs=self._jobs,
            memory=_MEMORY,
        )
        for index, ended in self._server.run(batch):
            notices = (_notice(run.detector, run.outcome) for run in ended.runs)
            known[_key(waiting[index])] = tuple(it for it in notices if it is not None)
            self._tick(1, 0)
        self._cache.store(f"proposals-{base}", known)
        return [Candidate(it, known.get(_key(it), ()), len(laws[it])) for it in laws]

    def _case(self, mutant: Mutant, laws: Sequence[Checker]) -> Case:
        text = mutant.apply(self._tree.texts[mutant.path])
        return Case(
            tuple(self._tree.root / it.file for it in laws),
            overlay={mutant.path: text},
            seconds=_LEAST_SECONDS + _TIMES_AS_LONG * sum(it.seconds for it in laws),
        )


def _key(mutant: Mutant) -> str:
    return f"{mutant.path}:{mutant.start}:{mutant.before}:{mutant.after}"


def _notice(law: str, outcome: Outcome) -> Notice | None:
    match outcome:
        case Failed(message):
            return Notice(law, "wrong", _first_line(difference(message)))
        case Crashed(exception, message):
            return Notice(law, "crash", _first_line(f"{exception}: {message}"))
        case TimedOut(seconds):
            return Notice(law, "hang", f"no end within {seconds:.0f} s")
        case Passed():
            return None


def _first_line(text: str) -> str:
    return (text.splitlines() or [""])[0][:200]
