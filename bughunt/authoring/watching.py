"""The proof of one bug again and again, while its author writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from bughunt.desk.saves import Follower, Gone, Look, Polling, Saved, follow
from bughunt.errors import BankError
from bughunt.proving import verify
from bughunt.proving.answer_store import Store
from bughunt.proving.evidence import Evidence, Runners
from bughunt.proving.proof import Proof
from bughunt.spec import Bank, load_bank

_LEFT_OUT = ("__pycache__", "target")


class BankFiles:
    """The files that a verdict about a bank depends on: catalogue, packages, detectors."""

    def __init__(self, bank: Bank) -> None:
        self.root = bank.path.parent
        self._catalogue = bank.path
        self._folders = (bank.detectors, *(bank.root / package for package in bank.packages))

    @property
    def watched(self) -> Sequence[Path]:
        """The folders; of the catalogue, looks find out."""
        return (self._catalogue, *self._folders)

    def look(self) -> Look | None:
        """Return times and sizes; None when the folder of the catalogue is gone."""
        if not self.root.is_dir():
            return None
        found = {}
        for path in self._paths():
            try:
                status = path.stat()
            except OSError:  # it went between the two looks
                continue
            found[str(path)] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found

    def _paths(self) -> Iterator[Path]:
        yield self._catalogue
        for top in self._folders:
            for folder, folders, names in os.walk(top):
                folders[:] = [it for it in folders if it[0] != "." and it not in _LEFT_OUT]
                yield from (Path(folder, name) for name in names if name.endswith(".py"))


class Prover:
    """Proves one bug of a catalogue as it is now; servers and answers are kept in between."""

    def __init__(self, path: Path, bug: str, store: Store, runners: Runners, jobs: int) -> None:
        self._path, self._bug, self._jobs = path, bug, jobs
        self._store, self._runners = store, runners

    def prove(self, *, seeds: int, triples: int) -> tuple[Bank, Proof]:
        """Load the bank anew, and put the bug to the proof.

        Raises:
            BankError: when the catalogue cannot be read, or the bug is not in it.
            EnvironmentProblem: when detectors cannot be run on this machine.

        """
        bank = load_bank(self._path)
        with Evidence(bank, self._store, jobs=self._jobs, runners=self._runners) as evidence:
            proof = verify.prove(bank, evidence, seeds=seeds, triples=triples, only=self._bug)
        return bank, proof


def after_each_save(
    bank: Bank, act: Callable[[], None], tell: Callable[[str], None], stop: Event
) -> None:
    """Act now, and whenever a file of the bank was saved, until ``stop`` is set.

    Raises:
        BankError: when the folder of the catalogue is gone.

    """
    follower = Follower(BankFiles(bank))

    def post(event: Saved | Polling | Gone) -> None:
        if isinstance(event, Gone):
            raise BankError([f"{bank.label}: its folder is gone. Start again where it is now."])
        if isinstance(event, Polling):
            tell(f"Looking every moment: {event.reason}.")
        else:
            act()

    act()
    follow(follower, post, stop)
