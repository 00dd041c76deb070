"""One case, in the process that may be lost: load its detectors, observe, judge; then its tests.

Whatever the code under hunt or the detector does inside Python becomes an ``Outcome`` here; what
ends the process (a signal, an exit, a hang) is for the runner, outside, to see.
"""

from __future__ import annotations

import inspect
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from bughunt.running import assertion, observation
from bughunt.running.line_trace import LineTrace
from bughunt.running.outcome import (
    Answer,
    Batch,
    Case,
    Crashed,
    Failed,
    Judgement,
    Outcome,
    Passed,
    parts,
)
from bughunt.running.tree_import import (
    TreeFinder,
    WrongTree,
    check_origins,
    is_inside,
    late_imports,
    loaded,
)

_LONGEST_MESSAGE = 4000
_STARTS = {"os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"}


class NotCollected(Exception):
    """No detector file, or one without ``observe``, a test, or with a test of other parameters."""


def run_case(batch: Batch, case: Case) -> Answer:
    """Run detectors against the tree, in this process, which is of no use afterwards."""
    before = set(sys.modules)
    entered: set[str] = set()
    finder = TreeFinder(batch.root, batch.packages, case.overlay, entered)
    others = _other_processes()
    try:
        _prepare(batch, case, finder)
    except BaseException as error:  # torch may be missing, or the tree gone
        crash = Judgement(crashed(error, batch.root, ()), 0.0)
        judgements = (crash,) * parts(case)
    else:
        judgements = tuple(_judgements(batch, case))
    return Answer(
        judgements,
        files=tuple(sorted(finder.served)),
        entered=None if others or _has_spawned(before) else tuple(sorted(entered)),
        imported=late_imports(before),
    )


def _other_processes() -> list[str]:
    """Return a list that fills with what starts a process from now on, which enters unseen."""
    found: list[str] = []
    sys.addaudithook(lambda event, _: found.append(event) if event in _STARTS else None)
    return found


def _has_spawned(before: set[str]) -> bool:
    """Return whether multiprocessing has started a process, which it does without a word."""
    return any(name.startswith("multiprocessing.popen_") for name in sys.modules.keys() - before)


def _judgements(batch: Batch, case: Case) -> Iterator[Judgement]:
    """Yield what the detectors say, and then the tests."""
    trace = LineTrace(batch.root, batch.packages) if case.traced else None
    for detector in case.detectors:
        started = time.perf_counter()
        outcome = _run_detector(batch, detector, case.seed)
        seconds = time.perf_counter() - started
        yield Judgement(outcome, seconds, lines=trace.take() if trace else {})
        if case.until_caught and not isinstance(outcome, Passed):
            return
    if case.tests:
        from bughunt.running import pytest_case

        yield from pytest_case.run_tests(batch.root, case, trace)


def _run_detector(batch: Batch, detector: Path, seed: int) -> Outcome:
    """Load the detector, observe the tree, judge what was observed."""
    places = (*(batch.root / package for package in batch.packages), detector.parent)
    try:
        observe, tests = _load_detector(detector)
        observed = observation.encode(observe(seed))
        check_origins(batch.root, batch.packages)
    except BaseException as error:  # the code under hunt may raise anything
        return crashed(error, batch.root, places)

    try:
        for test in tests:
            test(observation.decode(observed))
    except AssertionError as error:
        return Failed(_bounded(_judged(error)))
    except BaseException as error:  # a test that skips or exits has not judged either
        return crashed(error, batch.root, places)
    return Passed()


def _prepare(batch: Batch, case: Case, finder: TreeFinder) -> None:
    """Make the tree, with the overlay, the only place that the packages come from."""
    early = [name for name, _ in loaded(batch.packages)]
    if early:
        raise WrongTree(f"{early[0]} was imported before the tree was known.")
    os.chdir(batch.root)
    parents = (detector.parent for detector in case.detectors)
    folders = dict.fromkeys(str(folder) for folder in (*parents, *case.beside))
    sys.path[:0] = [str(batch.root), *folders]
    sys.meta_path.insert(0, finder)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(case.threads)
    if "numpy.random" in sys.modules:  # else every fork would draw what the server would have
        sys.modules["numpy.random"].seed()


def _load_detector(file: Path) -> tuple[Callable[[int], Any], list[Callable[[Any], None]]]:
    """Run the detector's module; return its ``observe`` and its tests.

    Raises:
        NotCollected: when pytest and we would not run the same tests, or none.

    """
    if not file.exists():
        raise NotCollected(f"{file.name} is missing. 'git checkout -- :/tests' restores it.")
    module = ModuleType(file.stem, None)
    module.__file__ = str(file)
    sys.modules[file.stem] = module
    try:
        exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)
    except BaseException as error:
        text = f"{file.name} cannot be imported: {type(error).__name__}: {_message(error)}."
        raise NotCollected(f"{text} Correct what stands at its top level.") from error

    named = (value for name, value in vars(module).items() if name.startswith("test_"))
    tests = [value for value in named if callable(value)]  # what pytest would call, too
    if not callable(getattr(module, "observe", None)):
        raise NotCollected(f"{file.name}: there is no function 'observe'. Write observe(seed).")
    if not tests:
        raise NotCollected(f"{file.name}: there is no test. Write test_<law>(observed).")
    for test in tests:
        if list(inspect.signature(test).parameters) != ["observed"]:
            raise NotCollected(
                f"{file.name}: {test.__name__}{inspect.signature(test)} must take 'observed' and "
                "nothing else, since it runs without pytest too."
            )
    return module.observe, tests


def crashed(error: BaseException, root: Path, places: tuple[Path, ...]) -> Crashed:
    """Return the outcome that an exception is, with its innermost line in one of the places."""
    where, message = _innermost(error.__traceback__, places), _message(error)
    if isinstance(error, SyntaxError) and error.filename and is_inside(error.filename, places):
        where = (error.filename, error.lineno or 1)
        message = f"{error.msg}: {(error.text or '').strip()}"
    shown = f"{_relative(where[0], root)}:{where[1]}" if where else ""
    return Crashed(type(error).__name__, _bounded(message), shown)


def _innermost(trace: TracebackType | None, places: tuple[Path, ...]) -> tuple[str, int] | None:
    """Return file and line of the innermost frame in the packages or beside the detector."""
    frames = ((frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace))
    inside = [(file, line) for file, line in frames if is_inside(file, places)]
    return inside[-1] if inside else None


def _relative(file: str, root: Path) -> str:
    path = Path(file)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _message(error: BaseException) -> str:
    """Return the error's text; for a bare assert, the assertion itself."""
    text = _text(error)
    return text or (assertion.source_of(error) if isinstance(error, AssertionError) else "")


def _judged(error: AssertionError) -> str:
    """Return what a law says: its message; for a bare assert, the values that it compared."""
    return _text(error) or assertion.values_of(error) or assertion.source_of(error)


def _text(error: BaseException) -> str:
    try:
        return str(error).strip()
    except BaseException:  # a class of the code under hunt
        return "its __str__ fails"


def _bounded(text: str) -> str:
    """Return text that can travel: of bounded length, without lone surrogates."""
    return text[:_LONGEST_MESSAGE].encode(errors="replace").decode()
