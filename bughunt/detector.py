"""Running detectors against a tree: the side that asks and never imports the code under hunt."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import IO

import msgspec

from bughunt.errors import EnvironmentProblem
from bughunt.running import outcome, runner, source_parts
from bughunt.running.outcome import (
    Batch,
    Case,
    CaseReport,
    Crashed,
    Failed,
    Judgement,
    Outcome,
    Passed,
    TimedOut,
)

__all__ = [
    "Batch",
    "Case",
    "CaseRun",
    "Crashed",
    "DetectorRun",
    "DetectorServer",
    "Failed",
    "Outcome",
    "Passed",
    "Runner",
    "RunnerDied",
    "TimedOut",
    "open_runner",
    "run_batch",
    "run_cases",
    "run_in_fresh_processes",
]

CAN_FORK = hasattr(os, "fork")
_OUTPUT_KEPT = 8192
_FAREWELL = 10.0  # seconds for the server to kill its cases and leave


class DetectorRun(msgspec.Struct, frozen=True):
    """One detector, run with one seed; or a test of pytest."""

    detector: str  # the law: the file is test_<law>.py; or "file::function"
    seed: int
    outcome: Outcome
    seconds: float
    output: str = ""  # the end of what was printed
    lines: dict[str, tuple[int, ...]] = {}  # of each file of the packages, that it executed


class CaseRun(msgspec.Struct, frozen=True):
    """One case: its detectors as far as they ran, in their order, and its tests."""

    runs: tuple[DetectorRun, ...]
    seconds: float  # of its process
    files: tuple[str, ...] | None  # of the packages, that it asked for; None: it died untold
    entered: tuple[str, ...] | None = None  # names of functions in them; None: not known

    @property
    def parts(self) -> tuple[str, ...] | None:
        """Names of files, or of parts of them, on which the outcome depends; None: on all.

        A crash tells its line, which everything above it moves.
        """
        if self.files is None or self.entered is None:
            return self.files
        if any(isinstance(run.outcome, Crashed) for run in self.runs):
            return self.files
        return (*map(source_parts.part, self.files), *self.entered)


Runner = Callable[[Batch], Iterator[tuple[int, CaseRun]]]  # yields cases as they end


class RunnerDied(EnvironmentProblem):
    """The process that runs the cases ended by itself."""


def run_cases(
    root: Path,
    packages: Sequence[str],
    cases: Sequence[Case],
    *,
    timeout: float = 30.0,
    jobs: int = 1,
) -> tuple[DetectorRun, ...]:
    """Run the cases against the tree at ``root``; return all runs, in the order of the cases.

    Args:
        root: the folder that holds the packages.
        packages: names of the packages under hunt; they are imported from ``root`` or not at all.
        cases: what to run; each in a process of its own.
        timeout: seconds for each detector, after which its case is killed.
        jobs: how many cases run at a time.

    Raises:
        RunnerDied: when the process that runs the cases could not go on.

    """
    batch = Batch(
        root=root, packages=tuple(packages), cases=tuple(cases), timeout=timeout, jobs=jobs
    )
    with open_runner() as run:
        return run_batch(batch, run)


def run_batch(batch: Batch, run: Runner) -> tuple[DetectorRun, ...]:
    """Return all runs of a batch, in the order of its cases."""
    ended = dict(run(batch))
    return tuple(it for index in range(len(batch.cases)) for it in ended[index].runs)


@contextlib.contextmanager
def open_runner() -> Iterator[Runner]:
    """Give a function for any number of batches, which yields as ``DetectorServer.run`` does."""
    if not CAN_FORK:
        yield run_in_fresh_processes
        return
    with DetectorServer() as server:
        yield server.run


class DetectorServer:
    """A fork server for any number of batches: what it has imported, later ones need not."""

    def __init__(self, hash_seed: int = 0) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by ``close``
        self._process = _start_runner("main", self._errors, hash_seed)

    def __enter__(self) -> DetectorServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, batch: Batch) -> Iterator[tuple[int, CaseRun]]:
        """Yield the index and the runs of each case as it ends; after ``cancel``, of no more.

        Raises:
            RunnerDied: when the server ends before the last case has.

        """
        requests, replies = self._process.stdin, self._process.stdout
        assert requests is not None
        assert replies is not None
        batch = _absolute(batch)
        with contextlib.suppress(BrokenPipeError):  # the missing reply says the same
            requests.write(outcome.encode(batch))
            requests.flush()
        while (content := outcome.read_frame(replies)) != outcome.NOTHING:
            if content is None:
                raise RunnerDied(self._last_words())
            report = outcome.decode_report(content)
            yield report.index, _case_run(batch, report)

    def cancel(self) -> None:
        """Kill the cases of the batch that runs, if any; another thread waits for them."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # who waits will hear of it
            self._process.stdin.write(outcome.frame(outcome.NOTHING))
            self._process.stdin.flush()

    def close(self) -> None:
        """End the server and every case that still runs."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            _kill_group(self._process)
        self._process.__exit__(None, None, None)
        self._errors.close()

    def _last_words(self) -> str:
        code = self._process.wait()
        self._errors.seek(0)
        text = self._errors.read().decode(errors="replace").strip()
        last = text.splitlines()[-1] if text else "it wrote nothing"
        return (
            f"detectors: the process that runs them ended with code {code}: {last}. "
            "Run 'bughunt doctor' to see what is missing."
        )


def run_in_fresh_processes(batch: Batch, *, hash_seed: int = 0) -> Iterator[tuple[int, CaseRun]]:
    """Yield what ``DetectorServer.run`` yields, with a new process for each case and no fork."""
    batch = _absolute(batch)
    with ThreadPoolExecutor(batch.jobs) as pool:
        indices = range(len(batch.cases))
        futures = [pool.submit(_run_alone, batch, index, hash_seed) for index in indices]
        for future in as_completed(futures):
            report = future.result()
            yield report.index, _case_run(batch, report)


def _run_alone(batch: Batch, index: int, hash_seed: int) -> CaseReport:
    """Run one case in a process that ends with it."""
    single = msgspec.structs.replace(batch, cases=(batch.cases[index],))
    limit = outcome.time_limit(batch, batch.cases[index])
    started = time.monotonic()
    with _start_runner("main_one", subprocess.PIPE, hash_seed) as process:
        assert process.stdin is not None
        answer, printed = _Tail(process.stdout), _Tail(process.stderr)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(outcome.encode(single))
            process.stdin.flush()
        death: Outcome
        try:
            death = runner.ended_without_answer(process.wait(limit))
        except subprocess.TimeoutExpired:
            death = TimedOut(limit)
        seconds = time.monotonic() - started
        _kill_group(process)
        content = outcome.unframe(answer.content())
        text = printed.content().decode(errors="replace")
    if content is not None:
        with contextlib.suppress(msgspec.MsgspecError):
            said = outcome.decode_answer(content)
            return CaseReport(index, said.judgements, seconds, text, said.files)
    deaths = (Judgement(death, seconds),) * outcome.parts(batch.cases[index])
    return CaseReport(index, deaths, seconds, text)


class _Tail:
    """The last bytes of a stream, which a thread empties so that its writer never waits."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        assert stream is not None
        self._stream = stream
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def content(self) -> bytes:
        """Return what is kept, once the stream has ended."""
        self._thread.join()
        return bytes(self._kept)

    def _drain(self) -> None:
        while received := self._stream.read1(65536):  # type: ignore[attr-defined]
            self._kept += received
            del self._kept[:-_OUTPUT_KEPT]


def _start_runner(entry: str, stderr: int | IO[bytes], hash_seed: int) -> subprocess.Popen[bytes]:
    """Start a fresh interpreter that knows bughunt and what is installed, and nothing else."""
    home = Path(__file__).resolve().parent.parent
    return subprocess.Popen(
        [sys.executable, "-c", runner.BOOTSTRAP, str(home), entry],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=child_environment(hash_seed),
        start_new_session=True,
    )


# The same case gives the same answer: one thread, no accelerator, and nothing of the user's own
# settings but what a process needs to find its programs and folders; and a run leaves no bytecode
# beside the files that it reads.
_REPRODUCIBLE = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
}
_INHERITED = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ"),
    *("TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("VIRTUAL_ENV", "CONDA_PREFIX", "SYSTEMROOT", "WINDIR", "USERPROFILE", "LOCALAPPDATA"),
)


def child_environment(hash_seed: int = 0) -> dict[str, str]:
    """Return the variables for a process that is to give the same answer every time.

    Args:
        hash_seed: decides the order of sets, which no answer may depend on.

    """
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | _REPRODUCIBLE | {"PYTHONHASHSEED": str(hash_seed)}


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and, where there are groups, all that it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _absolute(batch: Batch) -> Batch:
    """Return the batch with paths that do not depend on the current folder; links stay links."""

    def absolute(path: Path) -> Path:
        return Path(os.path.normpath(path.absolute()))

    cases = [
        msgspec.structs.replace(
            it,
            detectors=tuple(map(absolute, it.detectors)),
            beside=tuple(map(absolute, it.beside)),
        )
        for it in batch.cases
    ]
    return msgspec.structs.replace(batch, root=absolute(batch.root), cases=tuple(cases))


def _case_run(batch: Batch, report: CaseReport) -> CaseRun:
    case = batch.cases[report.index]
    names = itertools.chain(map(_law, case.detectors), itertools.repeat(""))
    runs = (
        DetectorRun(
            judged.test or name, case.seed, judged.outcome, judged.seconds, report.output,
            judged.lines,
        )
        for name, judged in zip(names, report.judgements, strict=False)
    )  # fmt: skip
    return CaseRun(tuple(runs), report.seconds, report.files, report.entered)


def _law(detector: Path) -> str:
    return detector.stem.removeprefix("test_")
