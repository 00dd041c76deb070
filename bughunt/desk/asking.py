"""Asking detectors without waiting: a thread of its own, and a server that is kept warm."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue

import msgspec

from bughunt.detector import (
    CAN_FORK,
    Batch,
    Case,
    CaseRun,
    DetectorServer,
    RunnerDied,
    run_in_fresh_processes,
)
from bughunt.general_laws import Question

CaseKey = int | Question  # the number of a symptom, or a general law and the code in question
_PATIENCE = 1.0  # seconds for what runs to end, when nobody wants it any more


class Ended(msgspec.Struct, frozen=True):
    """A case has run."""

    key: CaseKey
    run: CaseRun


class Over(msgspec.Struct, frozen=True):
    """No more cases of this batch will end."""

    restarted: bool = False  # whether the server died, and another one went on
    problem: str = ""  # why cases did not run


class OfLaws(msgspec.Struct, frozen=True):
    """The same of general laws, which have a server of their own."""

    event: Ended | Over


class Asker:
    """Runs one batch at a time, and tells ``post`` how it goes."""

    def __init__(
        self,
        root: Path,
        packages: tuple[str, ...],
        post: Callable[[Ended | Over], None],
        *,
        jobs: int,
    ) -> None:
        self._form = Batch(root=root, packages=packages, cases=(), jobs=jobs)
        self._post = post
        self._wishes: SimpleQueue[Mapping[CaseKey, Case] | None] = SimpleQueue()
        self._server: DetectorServer | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        """End what runs; a server that is busy importing ends by itself when we are gone."""
        self._wishes.put(None)
        self.cancel()
        self._thread.join(_PATIENCE)

    def ask(self, cases: Mapping[CaseKey, Case]) -> None:
        """Run the cases, whose keys come back with them; the batch before must be over."""
        self._wishes.put(cases)

    def cancel(self) -> None:
        """End the batch that runs, if any, before its time."""
        if (server := self._server) is not None:
            with contextlib.suppress(ValueError):  # it is just being closed
                server.cancel()

    def _serve(self) -> None:
        while (cases := self._wishes.get()) is not None:
            self._post(self._answer(cases))
        self._close()

    def _answer(self, cases: Mapping[CaseKey, Case]) -> Over:
        """Run a batch; when the server dies, the rest once more with another one."""
        left = dict(cases)
        try:
            self._run(left)
        except (RunnerDied, OSError):  # the system may refuse to start one
            self._close()
            try:
                self._run(left)
            except (RunnerDied, OSError) as error:
                self._close()
                return Over(problem=str(error))
            return Over(restarted=True)
        return Over()

    def _run(self, left: dict[CaseKey, Case]) -> None:
        keys = list(left)
        batch = msgspec.structs.replace(self._form, cases=tuple(left.values()))
        for index, run in self._start(batch):
            del left[keys[index]]
            self._post(Ended(keys[index], run))

    def _start(self, batch: Batch) -> Iterator[tuple[int, CaseRun]]:
        if not CAN_FORK:
            return run_in_fresh_processes(batch)
        self._server = self._server or DetectorServer()
        return self._server.run(batch)

    def _close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
