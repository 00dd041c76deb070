"""Tests of pytest as a part of a case: in this process, with nothing kept from one to the next."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bughunt.running.line_trace import LineTrace
from bughunt.running.outcome import Case, Crashed, Failed, Judgement, Outcome, Passed

_LONGEST_MESSAGE = 400
_EXAMPLES = 25  # of a property that does not say how many it needs
_NORMAL_ENDS = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


def run_tests(root: Path, case: Case, trace: LineTrace | None) -> Iterator[Judgement]:
    """Yield how each test function ended, its parameters taken together."""
    _make_properties_reproducible()
    judge = _Judge(case, trace)
    temporary = root / f".pytest-{os.getpid()}"
    files = dict.fromkeys(str(root / test.partition("::")[0]) for test in case.tests)
    options = ["-q", "--tb=line", "-p", "no:cacheprovider", "-m", "not slow", "-o", "addopts="]
    options += ["--rootdir", str(root), "--basetemp", str(temporary)]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # plugins were loaded before
    if case.until_caught:
        options.append("-x")
    try:
        code = pytest.main([*options, *files], plugins=[judge])
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    judgements = list(judge.judgements())
    if code not in _NORMAL_ENDS and all(isinstance(it.outcome, Passed) for it in judgements):
        text = f"pytest ended with exit code {int(code)} and no verdict"
        judgements.append(Judgement(Crashed("pytest", text), 0.0, case.tests[0]))
    yield from judgements


class _Judge:
    """A plugin that keeps to the chosen test functions and notes how they end."""

    def __init__(self, case: Case, trace: LineTrace | None) -> None:
        self._chosen = {test: position for position, test in enumerate(case.tests)}
        self._trace = trace
        self._outcomes: dict[str, Outcome] = {}
        self._seconds: dict[str, float] = {}
        self._lines: dict[str, dict[str, set[int]]] = {}
        self._import_lines: dict[str, set[int]] = {}

    def judgements(self) -> Iterator[Judgement]:
        """Yield what was noted, in the order in which the tests ran.

        What importing the files executes stands under the name of the first of them.
        """
        if self._trace is not None:
            yield Judgement(Passed(), 0.0, next(iter(self._chosen)), _sorted(self._import_lines))
        for test, outcome in self._outcomes.items():
            lines = _sorted(self._lines.get(test, {}))
            yield Judgement(outcome, self._seconds.get(test, 0.0), test, lines)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the chosen tests, in the order in which they were named."""
        last = len(self._chosen)
        places = {item: self._place(item.nodeid) for item in items}
        items[:] = sorted((it for it in items if places[it] < last), key=places.__getitem__)

    def pytest_collection_finish(self) -> None:
        """Keep apart what was executed before the first test."""
        self._take(self._import_lines)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot be imported."""
        if report.failed:
            text = str(report.longrepr)[-_LONGEST_MESSAGE:]
            self._outcomes[report.nodeid] = Crashed("CollectError", text)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how one phase of a test ended: its set-up, its call or its clean-up."""
        test = _function(report.nodeid)
        self._seconds[test] = self._seconds.get(test, 0.0) + report.duration
        self._take(self._lines.setdefault(test, {}))
        so_far = self._outcomes.setdefault(test, Passed())
        if report.failed and isinstance(so_far, Passed):
            self._outcomes[test] = Failed(_message(report))

    def _take(self, into: dict[str, set[int]]) -> None:
        if self._trace is not None:
            for path, numbers in self._trace.take().items():
                into.setdefault(path, set()).update(numbers)

    def _place(self, nodeid: str) -> int:
        """Return the place of a test among the chosen ones, or what follows the last."""
        names = (_function(nodeid), nodeid.partition("::")[0])
        return min(self._chosen.get(name, len(self._chosen)) for name in names)


def _function(nodeid: str) -> str:
    """Return the test function without its parameters, which the code under hunt may decide."""
    return nodeid.partition("[")[0]


def _sorted(lines: dict[str, set[int]]) -> dict[str, tuple[int, ...]]:
    return {path: tuple(sorted(numbers)) for path, numbers in lines.items()}


def _message(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = getattr(crash, "message", None) or str(report.longrepr)
    return text[:_LONGEST_MESSAGE].encode(errors="replace").decode()


def _make_properties_reproducible() -> None:
    """Let hypothesis, where it is installed, draw the same few examples every time."""
    try:
        from hypothesis import HealthCheck, Phase, settings
    except ImportError:
        return
    settings.register_profile(
        "case",
        derandomize=True,
        deadline=None,
        database=None,
        max_examples=_EXAMPLES,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("case")
