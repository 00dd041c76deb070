"""The fork server: a process that has imported what the code under hunt needs, and none of it.

``main`` reads batches from its standard input and writes one report for each case to its standard
output, in the order in which they end, and an empty frame when the batch is over: an empty frame
from the parent ends it early. Each case is a fork of this process, in a process group of
its own, which is killed as a whole when the case has answered or its time is over. Where there is
no fork, the parent starts ``main_one`` in a fresh process for each case instead.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import math
import os
import selectors
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, NoReturn

import msgspec

from bughunt.running import case, outcome, tree_import
from bughunt.running.outcome import Answer, Batch, CaseReport, Crashed, Judgement, Outcome, TimedOut

# The parent passes this to ``python -c``: the folder that holds bughunt is on the path just long
# enough to load it, because a checkout holds the packages under hunt as well.
BOOTSTRAP = """
import sys
sys.path[0] = sys.argv[1]
from bughunt.running import runner
del sys.path[0]
getattr(runner, sys.argv[2])()
"""

_OUTPUT_KEPT = 8192
_LONGEST_ANSWER = 1 << 24
_READ_SIZE = 65536
_LONGEST_WAIT = 0.05  # seconds; a case can end unseen while a child of its own holds the pipes
_MOST_DESCRIPTORS = 65536


def main() -> NoReturn:
    """Serve batches until the standard input ends."""
    requests, replies = _take_over_standard_streams()
    missed: set[str] = set()
    while (content := outcome.read_frame(requests)) is not None:
        if content == outcome.NOTHING:  # it came to cancel a batch that had ended before
            continue
        batch = outcome.decode_batch(content)
        preload(batch)
        with contextlib.closing(_Supervisor(batch, replies, missed)) as supervisor:
            supervisor.run(requests.fileno())
        with contextlib.suppress(BrokenPipeError):  # the end of the requests says the same
            replies.write(outcome.frame(outcome.NOTHING))
            replies.flush()
    os._exit(0)  # an interpreter with torch takes a second to clean up, and a hunter would wait


def main_one() -> NoReturn:
    """Run the single case of one batch in this process, for want of a fork."""
    requests, replies = _take_over_standard_streams()
    content = outcome.read_frame(requests)
    if content is None:
        os._exit(2)
    batch = outcome.decode_batch(content)
    preload(batch)
    _run_and_exit(batch, 0, replies.fileno())


def _take_over_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep both ends of the protocol for ourselves: what prints from now on cannot reach them."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _redirect(os.open(os.devnull, os.O_RDONLY), 0)
    return requests, replies


def _redirect(source: int, *targets: int) -> None:
    for target in targets:
        os.dup2(source, target)
    os.close(source)


def preload(batch: Batch) -> None:
    """Import, once for all forks, what the detectors, the tests and what they import import."""
    tests = {test.partition("::")[0] for item in batch.cases for test in item.tests}
    files = {detector for item in batch.cases for detector in item.detectors}
    files |= {batch.root / test for test in tests}
    beside = {folder for item in batch.cases for folder in item.beside}
    folders = (batch.root, *{file.parent for file in files} | beside)
    names = tree_import.outside_imports(files, folders)
    if tests:
        names = ("pytest", *names)
    _import(name for name in names if name.partition(".")[0] not in batch.packages)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
        _spare_the_compiler(sys.modules["torch"])


def _spare_the_compiler(torch: ModuleType) -> None:
    """Let optimizers, and modes of dispatch, run as they are.

    Before their first step, torch would import its compiler to except them from being compiled, and
    take as long for that as for all else. Another torch may know nothing of it.
    """
    dispatch = sys.modules.get("torch.utils._python_dispatch")
    modes = dispatch.TorchDispatchMode.__subclasses__() if dispatch else ()
    for method in (it for kind in (torch.optim.Optimizer, *modes) for it in vars(kind).values()):
        if function := getattr(method, "__wrapped__", None):
            function.__dict__.setdefault("__dynamo_disable", function)


def _import(names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(Exception):  # whoever needs it will say what is wrong
            importlib.import_module(name)
    sys.stdout.flush()  # what an import printed would leave with every fork again


class _Fork:
    """A case that runs: its process, the pipes from it, and what came through them so far."""

    def __init__(self, batch: Batch, index: int) -> None:
        self.index = index
        self.answer = bytearray()
        self.output = bytearray()
        self.parts = outcome.parts(batch.cases[index])
        self.timeout = outcome.time_limit(batch, batch.cases[index])
        self.status: int | None = None
        self.answer_end, answer_start = os.pipe()
        self.output_end, output_start = os.pipe()
        self.started = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            _become_case(batch, index, answer_start, output_start)
        os.close(answer_start)
        os.close(output_start)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def receive(self, descriptor: int) -> bool:
        """Take what has come through one of the pipes; return whether there may be more."""
        received = os.read(descriptor, _READ_SIZE)
        if descriptor == self.answer_end:
            self.answer += received[: _LONGEST_ANSWER - len(self.answer)]
        else:
            self.output += received
            del self.output[:-_OUTPUT_KEPT]
        return bool(received)

    def is_over(self) -> bool:
        """Return whether the case has answered, ended or used up its time."""
        self._reap(os.WNOHANG)
        has_answered = outcome.unframe(self.answer) is not None
        return has_answered or self.status is not None or self.seconds > self.timeout

    def end(self) -> CaseReport:
        """Kill what is left of the process group and say how the case ended."""
        seconds = self.seconds
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)
        self._reap()
        self._drain()
        text = bytes(self.output).decode(errors="replace")
        if (answer := self.said) is not None:
            told = answer.files, answer.entered
            return CaseReport(self.index, answer.judgements, seconds, text, *told)
        return CaseReport(self.index, (self._death(seconds),) * self.parts, seconds, text)

    def imported(self) -> tuple[str, ...]:
        """Return what the case had to import from packages that the server has loaded."""
        known = {name.partition(".")[0] for name in sys.modules}
        names = self.said.imported if self.said else ()
        return tuple(name for name in names if name.partition(".")[0] in known)

    def _reap(self, options: int = 0) -> None:
        """Learn how the process ended: wait for it, or with WNOHANG only look."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, options)
            self.status = status if pid else None

    def _drain(self) -> None:
        """Take what the pipes still hold, without waiting for who may keep them open."""
        for descriptor in (self.answer_end, self.output_end):
            os.set_blocking(descriptor, False)
            with contextlib.suppress(BlockingIOError):
                while self.receive(descriptor):
                    pass
            os.close(descriptor)

    def _death(self, seconds: float) -> Judgement:
        outcome: Outcome = TimedOut(self.timeout)
        if seconds <= self.timeout:
            outcome = ended_without_answer(os.waitstatus_to_exitcode(self.status or 0))
        return Judgement(outcome, seconds)

    @functools.cached_property
    def said(self) -> Answer | None:
        """What the case said, once it has ended; None: it died untold."""
        content = outcome.unframe(self.answer)
        if content is not None:
            with contextlib.suppress(msgspec.MsgspecError):
                return outcome.decode_answer(content)
        return None


def ended_without_answer(exit_code: int) -> Crashed:
    """Return the outcome of a process that ended before it could say how the case went."""
    if exit_code < 0:
        known = {item.value: item.name for item in signal.Signals}
        name = known.get(-exit_code, f"signal {-exit_code}")
        return Crashed(name, f"the process was ended by {name}.")
    return Crashed("ProcessExit", f"the process ended with code {exit_code} and no verdict.")


class _Supervisor:
    """Runs the cases of a batch, several at a time, and reports each as it ends."""

    def __init__(self, batch: Batch, replies: BinaryIO, missed: set[str]) -> None:
        self.batch = batch
        self.replies = replies
        self.missed = missed  # what a case had to import by itself
        self.waiting = deque(range(len(batch.cases)))
        self.selector = selectors.DefaultSelector()
        self.running: list[_Fork] = []
        self.compiled: set[str] = set()

    def run(self, parent: int) -> None:
        """Run all cases, or until the parent speaks or goes, at the other end of ``parent``."""
        self.selector.register(parent, selectors.EVENT_READ)
        while self.waiting or self.running:
            while self.waiting and len(self.running) < self.batch.jobs:
                self._start(self.waiting.popleft())
            for key, _ in self.selector.select(self._patience()):
                if key.fd == parent:
                    return
                if not key.data.receive(key.fd):
                    self.selector.unregister(key.fd)
            for fork in [fork for fork in self.running if fork.is_over()]:
                self._end(fork)

    def close(self) -> None:
        """Kill what still runs."""
        for fork in list(self.running):
            self._forget(fork)
            fork.end()
        self.selector.close()

    def _patience(self) -> float:
        left = min(fork.timeout - fork.seconds for fork in self.running)
        return max(0.0, min(left, _LONGEST_WAIT))

    def _start(self, index: int) -> None:
        fork = _Fork(self.batch, index)
        self.running.append(fork)
        for descriptor in (fork.answer_end, fork.output_end):
            self.selector.register(descriptor, selectors.EVENT_READ, fork)

    def _end(self, fork: _Fork) -> None:
        self._forget(fork)
        self.replies.write(outcome.encode(fork.end()))
        self.replies.flush()
        self._learn(fork)

    def _learn(self, fork: _Fork) -> None:
        """Import what a second case had to import, if it spares another one the time.

        Some packages load parts of themselves only when they are first used.
        """
        names = fork.imported()
        if self.waiting:
            _import(name for name in names if name in self.missed)
        self.missed.update(names)
        asked_for = set(fork.said.files) if fork.said else set()
        for file in asked_for - self.compiled:
            tree_import.compile_ahead(self.batch.root, file)
        self.compiled |= asked_for

    def _forget(self, fork: _Fork) -> None:
        self.running.remove(fork)
        for descriptor in (fork.answer_end, fork.output_end):
            with contextlib.suppress(KeyError):  # its pipe may have ended before
                self.selector.unregister(descriptor)


def _become_case(batch: Batch, index: int, answer: int, output: int) -> NoReturn:
    """Turn the fork into the case: a group of its own, its pipes and no others, then run."""
    try:
        os.setsid()
        _redirect(output, 1, 2)
        answer = os.dup2(answer, 3)
        os.closerange(4, _MOST_DESCRIPTORS)
        _limit_processor_time(outcome.time_limit(batch, batch.cases[index]))
        _run_and_exit(batch, index, answer)
    except BaseException:  # no error may climb into the server's own loop
        traceback.print_exc()
    finally:
        os._exit(70)


def _run_and_exit(batch: Batch, index: int, answer: int) -> NoReturn:
    """Run the case, send its outcome, and leave without the clean-up of the server's objects."""
    pid = os.getpid()
    if batch.memory is not None:
        _limit_memory(batch.memory)
    framed = outcome.encode(case.run_case(batch, batch.cases[index]))
    with contextlib.suppress(OSError, ValueError):  # the code under hunt may have closed them
        sys.stdout.flush()
        sys.stderr.flush()
    if os.getpid() == pid:  # a process that the code under hunt forked has no say
        _write_all(answer, framed)
    os._exit(0)


def _write_all(descriptor: int, content: bytes) -> None:
    with contextlib.suppress(OSError):
        while content:
            content = content[os.write(descriptor, content) :]


def _limit_processor_time(timeout: float) -> None:
    """See to it that this process ends even when nobody is left to end it."""
    import resource

    limit = math.ceil(timeout) * (os.cpu_count() or 1) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))


def _limit_memory(extra: int) -> None:
    """Let this process take ``extra`` bytes of address space beyond what it holds now."""
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + extra
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
