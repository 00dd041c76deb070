"""Which detector and which test executes which lines of the clean code."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from bughunt.detector import CaseRun, DetectorRun, DetectorServer
from bughunt.running.outcome import Batch, Case, Crashed, Failed, Passed, TimedOut
from bughunt.survey.mutants import Mutant
from bughunt.survey.tree_copy import DETECTORS

_LONGEST = 600.0  # seconds for one detector, or for the tests of one file


class Checker(msgspec.Struct, frozen=True):
    """A detector or a test function that accepts the clean code."""

    name: str  # the law, or "file::function"
    file: str  # relative to the root
    seconds: float
    lines: dict[str, frozenset[int]]  # that it executes, by file
    imports: dict[str, frozenset[int]]  # lines that were executed before the first test of its file


class FileCoverage(msgspec.Struct, frozen=True):
    """What the checkers of one file execute, and which of them are of no use."""

    checkers: tuple[Checker, ...]
    left_out: tuple[str, ...]  # one sentence for each that does not accept the clean code


class Coverage(msgspec.Struct, frozen=True):
    """What the detectors and the tests execute, and which of them are of no use."""

    detectors: tuple[Checker, ...]
    tests: tuple[Checker, ...]
    left_out: tuple[str, ...]


def measure(
    server: DetectorServer,
    root: Path,
    packages: Sequence[str],
    files: Sequence[str],
    *,
    jobs: int,
) -> dict[str, FileCoverage]:
    """Run each detector and each file of tests once against the clean code, traced.

    Raises:
        RunnerDied: when the process that runs them could not go on.

    """
    cases = [
        Case((root / file,), traced=True, seconds=_LONGEST)
        if file.startswith(DETECTORS)
        else Case((), tests=(file,), traced=True, seconds=_LONGEST)
        for file in files
    ]
    batch = Batch(root=root, packages=tuple(packages), cases=tuple(cases), jobs=jobs)
    return {files[index]: _of_file(files[index], ended) for index, ended in server.run(batch)}


def joined(files: Mapping[str, FileCoverage]) -> Coverage:
    """Return the coverage of all files together."""
    detectors = [it for file in files if file.startswith(DETECTORS) for it in files[file].checkers]
    tests = [it for file in files if not file.startswith(DETECTORS) for it in files[file].checkers]
    left_out = tuple(text for found in files.values() for text in found.left_out)
    return Coverage(tuple(detectors), tuple(tests), left_out)


def _of_file(file: str, ended: CaseRun) -> FileCoverage:
    imports = next((_lines(run) for run in ended.runs if run.detector == file), {})
    found, left_out = [], []
    for run in ended.runs:
        if not isinstance(run.outcome, Passed):
            left_out.append(f"{run.detector or file}: {_reason(run)}")
        elif run.detector != file:
            found.append(Checker(run.detector, file, run.seconds, _lines(run), imports))
    return FileCoverage(tuple(found), tuple(left_out))


def _lines(run: DetectorRun) -> dict[str, frozenset[int]]:
    return {path: frozenset(numbers) for path, numbers in run.lines.items()}


def _reason(run: DetectorRun) -> str:
    match run.outcome:
        case Failed(message):
            said = f"rejects the clean code: {message}"
        case Crashed(exception, message):
            said = f"crashes on the clean code with {exception}: {message}"
        case TimedOut(seconds):
            said = f"takes more than {seconds:g} seconds"
    return (said.splitlines() or [""])[0][:200]


class Reach:
    """Finds the checkers that execute a mutant, the fastest first."""

    def __init__(self, coverage: Coverage, texts: Mapping[str, str], root: Path) -> None:
        self._coverage = coverage
        self._imported = {path: _imported_files(text) for path, text in texts.items()}
        files = {checker.file for checker in coverage.tests}
        self._imported |= {file: _imported_files((root / file).read_text()) for file in files}

    def detectors(self, mutant: Mutant) -> list[Checker]:
        """Return the detectors that execute the mutant."""
        covering = (it for it in self._coverage.detectors if _executes(it.lines, mutant))
        return sorted(covering, key=lambda it: it.seconds)

    def tests(self, mutant: Mutant) -> list[Checker]:
        """Return the tests that execute the mutant, those of one file together.

        What runs when the module is imported runs for every test that imports it, often through a
        fixture that most tests make no use of; it counts for those that also execute a function
        of the module or of one that imports it, and for the files of tests that import it.
        """
        near = [path for path, files in self._imported.items() if mutant.path in files]
        near.append(mutant.path)

        def covers(test: Checker) -> bool:
            if _executes(test.lines, mutant):
                return True
            is_near = test.file in near or any(path in test.lines for path in near)
            return mutant.runs_at_import and is_near and _executes(test.imports, mutant)

        covering = [it for it in self._coverage.tests if covers(it)]
        total: dict[str, float] = {}
        for test in covering:
            total[test.file] = total.get(test.file, 0.0) + test.seconds
        return sorted(covering, key=lambda it: (total[it.file], it.file, it.seconds))


def _executes(lines: Mapping[str, Iterable[int]], mutant: Mutant) -> bool:
    first, last = mutant.lines
    return any(first <= line <= last for line in lines.get(mutant.path, ()))


def _imported_files(text: str) -> set[str]:
    """Return the files that a module may import, as paths from the root."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    stems = {name.replace(".", "/") for name in names}
    return {f"{stem}{ending}" for stem in stems for ending in (".py", "/__init__.py")}
