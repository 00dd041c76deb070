"""What a worker grades with: two jails, one that observes and one that judges.

The observing jail sees a submission and no judging half; the judging jail sees observations and no
submission. A worker, which may be a thread here or a process of a cluster, has one of each.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from bughunt.errors import ExamError
from bughunt.exam.grading import judging
from bughunt.exam.grading.laws import Item, Judged, Laws
from bughunt.exam.grading.parsing import Parsed, parse_request, parsed
from bughunt.exam.lock import bank_digest
from bughunt.grade import evidence
from bughunt.jail.answer import Died, Ending, Exceeded, Malformed, Observed, Raised
from bughunt.jail.keeper import Jail
from bughunt.jail.strength import strongest
from bughunt.jail.tiers import Tier
from bughunt.running import observation
from bughunt.running.outcome import Failed
from bughunt.spec import Bank, load_bank

_MOST_HANGS = 3  # laws that may take all their time
UNGUARDED = Tier("built-in", needs_landlock=False)


class Sight(msgspec.Struct, frozen=True):
    """What one law observed of a tree; or why there is nothing to judge."""

    data: bytes = b""
    why: str = ""
    is_out_of_time: bool = False


class Workbench:
    """A bank, and the jails in which its detectors look at submissions.

    Args:
        bank: whose detectors.
        trusts: whether a submission may be run where no tier holds. It then may read what the
            grader may read; the other limits stay.

    """

    def __init__(self, bank: Bank, *, trusts: bool = False) -> None:
        self.bank = bank
        self.laws = Laws(bank, Path(judging.__file__).read_text(encoding="utf-8"))
        strength = strongest()
        weak = strength.tier is None and trusts
        self.tier = UNGUARDED if weak else strength.required()
        self.jail = f"{self.tier.name}, without Landlock" if weak else self.tier.name
        # The packages may be installed as well; what is clean in them is not to be read.
        self._observing = Jail(self.tier, self.laws.preload, hidden=bank.packages)
        self._judging = Jail(self.tier, self.laws.preload, hidden=bank.packages)

    def close(self) -> None:
        """End the jails."""
        self._observing.close()
        self._judging.close()

    def interrupt(self) -> None:
        """End what runs in the jails, from another thread."""
        self._observing.interrupt()
        self._judging.interrupt()

    def parsed(self, texts: Mapping[str, str]) -> dict[str, Parsed]:
        """Say of each text whether it can be parsed, found out in a jail."""
        ending = self._observing.run(parse_request(texts)).ending
        return parsed(ending, texts)

    def observed(
        self, laws: Sequence[str], tree: Mapping[str, str], seed: int, *, is_ours: bool = False
    ) -> dict[str, Sight]:
        """Let laws look at a tree together; if that fails, all of them have seen nothing.

        Args:
            laws: that share a child.
            tree: all sources of the packages.
            seed: from which inputs are made.
            is_ours: whether the tree is no submission.

        """
        request = self.laws.observing(laws, tree, seed)
        ending = self._observing.run(request, is_trusted=is_ours).ending
        if not isinstance(ending, Observed):
            late = isinstance(ending, Exceeded) and "time" in ending.what
            return dict.fromkeys(laws, Sight(why=in_words(ending), is_out_of_time=late))
        seen = ending.observation()
        if type(seen) is not list or len(seen) != len(laws):
            return dict.fromkeys(laws, Sight(why="what came out is no observation"))
        return {law: Sight(observation.encode(it)) for law, it in zip(laws, seen, strict=True)}

    def judged(self, items: Sequence[Item]) -> tuple[Judged, ...]:
        """Let laws judge observations; if a judge does not come to an end, nothing is judged."""
        answer = self._judging.run(self.laws.judgement(items), is_trusted=True)
        if not isinstance(answer.ending, Observed):
            text = f"the judge did not come to an end: {in_words(answer.ending)}"
            return (Judged("crashed", text),) * len(items)
        return tuple(_told(msgspec.convert(it, Judged)) for it in answer.ending.observation())


class Subject:
    """A submission before a workbench, with an allowance of time for all that is done about it.

    Args:
        bench: where it is looked at.
        tree: its sources.
        seconds: of the allowance.
        clock: gives seconds.

    """

    def __init__(
        self,
        bench: Workbench,
        tree: Mapping[str, str],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tree = tree
        self._bench, self._clock = bench, clock
        self._end = clock() + seconds
        self._hangs = 0

    @property
    def is_spent(self) -> bool:
        """Whether the allowance is used up."""
        return self._clock() > self._end

    @property
    def hangs_everywhere(self) -> bool:
        """Whether it took all the time of so many laws that others need not be asked."""
        return self._hangs >= _MOST_HANGS

    def alone(self, law: str, seed: int) -> Sight:
        """Let one law look at it."""
        sight = self._bench.observed((law,), self._tree, seed)[law]
        self._hangs += sight.is_out_of_time
        return sight

    def in_company(self, laws: Sequence[str], seed: int) -> dict[str, Sight]:
        """Let laws look at it together."""
        return self._bench.observed(laws, self._tree, seed)


def _told(said: Judged) -> Judged:
    """Return the judgement with its message as one line, as a hunter would read it."""
    if said.outcome != "failed":
        return said
    return msgspec.structs.replace(said, message=evidence(Failed(said.message)))


def in_words(ending: Ending) -> str:
    """Return on one line how a child ended that observed nothing."""
    match ending:
        case Raised(exception, message, where):
            return f"{exception}{f' at {where}' if where else ''}: {message}"
        case Exceeded(what, limit):
            return f"took too much {what} (more than {limit:g})"
        case Died(how):
            return f"its process ended: {how}"
        case Malformed(reason):
            return f"its answer is none: {reason}"
        case _:
            return "it observed something"


_OPEN: dict[tuple[int, Path, str, bool], Workbench] = {}
_LOCK = threading.Lock()


def workbench(path: Path, digest: str, *, trusts: bool) -> Workbench:
    """Return the workbench of this thread for a bank; it stays until ``close_all``.

    Raises:
        ExamError: when the bank that lies there is another one.

    """
    name = (threading.get_ident(), path, digest, trusts)
    with _LOCK:
        found = _OPEN.get(name)
    if found is None:
        bank = load_bank(path)
        if bank_digest(bank) != digest:
            text = f"{path}: is another bank here than where grading began."
            raise ExamError(f"{text} Install the same on every machine.")
        found = Workbench(bank, trusts=trusts)
        with _LOCK:
            _OPEN[name] = found
    return found


def interrupt_all() -> None:
    """End what runs in the jails of every thread, so that no thread waits for it."""
    with _LOCK:
        benches = list(_OPEN.values())
    for bench in benches:
        bench.interrupt()


def close_all() -> None:
    """End the jails of every thread of this process."""
    with _LOCK:
        benches = list(_OPEN.values())
        _OPEN.clear()
    for bench in benches:
        bench.close()
