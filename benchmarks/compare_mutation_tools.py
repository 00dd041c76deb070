"""How long a mutant takes, and what becomes of it, beside mutmut and cosmic-ray.

    python benchmarks/compare_mutation_tools.py --tool cosmic-ray --python ENV/bin/python
    python benchmarks/compare_mutation_tools.py --tool mutmut --python ENV/bin/python

ENV holds the tool, pytest and what the project needs. Both sides run the same mutants of the same
copy of the project against the same detectors, one at a time, one side after the other, and stop at
the first detector that notices. cosmic-ray is given the bugs of the bank through a plugin; mutmut
makes mutants of its own, which we take from it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bughunt.detector import CaseRun, DetectorServer, child_environment
from bughunt.grade import evidence
from bughunt.mutate import clean_tree, mutate, unified_diff
from bughunt.running.outcome import Batch, Case, Passed
from bughunt.spec import Bank, load_bank

HERE = Path(__file__).resolve().parent
DETECTORS = "tests/detectors"
MUTANTS = (
    "nanochat.schedule.x_learning_rate_multiplier__*",
    "nanochat.gpt.x_apply_rotary__*",
    "nanochat.gpt.x_norm__*",
)
SETTINGS = """\
[tool.pytest.ini_options]
addopts = "-p no:cacheprovider"
[tool.mutmut]
source_paths = ["nanochat"]
only_mutate = ["nanochat/schedule.py", "nanochat/gpt.py"]
pytest_add_cli_args_test_selection = ["tests/detectors"]
use_git_change_detection = false
"""
PLUGIN = "[cosmic_ray.operator_providers]\nbank = cosmic_ray_bugs:Bugs\n"
SESSION = """\
[cosmic-ray]
module-path = {modules}
timeout = 60.0
excluded-modules = []
test-command = {command}
[cosmic-ray.distributor]
name = "local"
[cosmic-ray.filters.operators-filter]
exclude-operators = ["core/.*"]
"""
VERSION = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
# What the exit code of a mutant's pytest means to mutmut.
MUTMUT_SAYS = {0: "survived", 1: "killed", 3: "killed", 5: "no tests", 33: "no tests"}
MUTMUT_SAYS |= {-24: "timeout", 36: "timeout", -11: "segfault", -9: "segfault"}


class Side(NamedTuple):
    """What one side needed for the mutants, and what it said of each."""

    startup: float  # seconds, once
    seconds: float  # for all mutants, after that
    processor: float  # seconds of it, for both
    verdicts: Mapping[str, str]  # "killed", or how else it ended
    details: Mapping[str, str] = {}  # what noticed, where that is known

    def figures(self) -> dict[str, float]:
        """Return the times that are compared, by their title."""
        return {
            "start-up, seconds": self.startup,
            "one mutant, milliseconds": 1000 * self.seconds / len(self.verdicts),
            "all of it, seconds": self.startup + self.seconds,
            "all of it, processor seconds": self.processor,
        }


class Round(NamedTuple):
    """The same mutants on both sides, right after each other."""

    theirs: Side
    ours: Side


class Project:
    """A copy of the packages and detectors, in which a tool may write."""

    def __init__(self, bank: Bank, folder: Path, python: Path) -> None:
        self.root = folder / "project"
        self.packages = bank.packages
        self._python = python
        ignored = shutil.ignore_patterns("__pycache__")
        for name in bank.packages:
            shutil.copytree(bank.root / name, self.root / name, ignore=ignored)
        shutil.copytree(bank.detectors, self.root / DETECTORS, ignore=ignored)
        (self.root / "pyproject.toml").write_text(SETTINGS, "utf-8")
        self._plugins = folder / "plugins"  # stands for what pip would install
        _write(self._plugins / "bank_bugs-1.dist-info" / "entry_points.txt", PLUGIN)
        _write(
            self._plugins / "bank_bugs-1.dist-info" / "METADATA", "Name: bank-bugs\nVersion: 1\n"
        )
        for source in (HERE / "cosmic_ray_bugs.py", HERE.parent / "rustbpe"):
            (self._plugins / source.name).symlink_to(source)
        self._environment = child_environment() | {
            "PYTHONPATH": str(self._plugins),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }

    def run(self, *command: str | Path, codes: Sequence[int] = (0,)) -> str:
        """Run a command in the project; return what it printed."""
        done = subprocess.run(
            command, cwd=self.root, env=self._environment, capture_output=True, check=False
        )
        text = done.stdout.decode(errors="replace")
        if done.returncode not in codes:
            end = (text + done.stderr.decode(errors="replace"))[-2000:]
            sys.exit(f"{' '.join(map(str, command[:4]))}: ended with {done.returncode}.\n{end}")
        return text

    def python(self, *arguments: str | Path) -> str:
        """Run the tool's Python."""
        return self.run(self._python, *arguments)

    def program(self, name: str, *arguments: str | Path) -> str:
        """Run a program that stands beside the tool's Python."""
        return self.run(self._python.parent / name, *arguments)

    def test_command(self, detectors: Sequence[str]) -> str:
        """Return the command that runs detectors until one fails."""
        files = (f"{DETECTORS}/test_{name}.py" for name in detectors)
        return " ".join([str(self._python), "-m", "pytest", "-x", "-q", *files])

    def case(self, detectors: Sequence[str], overlay: Mapping[str, str]) -> Case:
        """Return the same as a case of ours."""
        files = tuple(self.root / DETECTORS / f"test_{name}.py" for name in detectors)
        return Case(files, overlay=dict(overlay), until_caught=True)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def run_ours(project: Project, cases: Mapping[str, Case]) -> Side:
    """Run cases on a server that has run the clean code first, as a tool does before it starts."""
    started, used = time.perf_counter(), _processor()
    with DetectorServer() as server:
        clean = Case(next(iter(cases.values())).detectors)
        _ended(project, server, [clean, clean])
        ready = time.perf_counter()
        runs = _ended(project, server, list(cases.values()))
        seconds = time.perf_counter() - ready
    verdicts, details = {}, {}
    for name, ended in zip(cases, runs, strict=True):
        last = ended.runs[-1]
        verdicts[name] = _verdict(ended)
        details[name] = f"{last.detector}: {evidence(last.outcome)}"
    return Side(ready - started, seconds, _processor() - used, verdicts, details)


def _processor() -> float:
    """Return the processor seconds of all processes that we started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _verdict(ended: CaseRun) -> str:
    quiet = all(isinstance(run.outcome, Passed) for run in ended.runs)
    return "survived" if quiet else "killed"


def _ended(project: Project, server: DetectorServer, cases: Sequence[Case]) -> list[CaseRun]:
    batch = Batch(root=project.root, packages=project.packages, cases=tuple(cases))
    ended = dict(server.run(batch))
    return [ended[index] for index in range(len(cases))]


class CosmicRay:
    """The bugs of the bank, made by cosmic-ray on disk, with a pytest process for each."""

    def __init__(self, project: Project, bank: Bank) -> None:
        self._project = project
        self._clean = clean_tree(bank)
        self._detectors = tuple(bug.detector for bug in bank.bugs.values())
        self._texts = {name: _changed(bank, name) for name in bank.bugs}
        harmless = min(self._clean)
        self._texts["comment_added"] = (harmless, f"{self._clean[harmless]}# The end.\n")
        self._folder = project.root / ".cosmic-ray"
        self._settings = self._folder / "settings.toml"
        self._session = self._folder / "new.sqlite"
        self._prepare()

    def _prepare(self) -> None:
        """Write the session that has the bugs to do, and leave out cosmic-ray's own mutants."""
        command = self._project.test_command(self._detectors)
        modules = sorted({path for path, _ in self._texts.values()})
        settings = SESSION.format(modules=json.dumps(modules), command=json.dumps(command))
        for name, (path, text) in self._texts.items():
            file = self._folder / f"{name}.json"
            _write(file, json.dumps({"before": self._clean[path], "after": text}))
            settings += f'[[cosmic-ray.operators."bank/text-replaced"]]\nfile = "{file}"\n'
        _write(self._settings, settings)
        self._project.program("cosmic-ray", "init", self._settings, self._session)
        self._project.program("cr-filter-operators", self._session, self._settings)
        self._project.run(*command.split())  # the clean code passes; bytecode is read from disk

    def round(self) -> Round:
        """Execute a copy of the session, then the same bugs on our side."""
        session = self._folder / "session.sqlite"
        shutil.copyfile(self._session, session)
        started, used = time.perf_counter(), _processor()
        self._project.program("cosmic-ray", "exec", self._settings, session)
        ended, used = time.perf_counter(), _processor() - used
        self._project.program("cosmic-ray", "exec", self._settings, session)  # nothing left to do
        startup = time.perf_counter() - ended
        theirs = Side(startup, ended - started - startup, used, dict(self._results(session)))
        cases = {
            name: self._project.case(self._detectors, {path: text})
            for name, (path, text) in self._texts.items()
        }
        return Round(theirs, run_ours(self._project, cases))

    def _results(self, session: Path) -> Iterator[tuple[str, str]]:
        """Yield each mutant and what became of it, once the diff has shown that it is the same."""
        for line in self._project.program("cosmic-ray", "dump", session).splitlines():
            item, result = json.loads(line)
            (mutation,) = item["mutations"]
            if mutation["operator_name"] == "bank/text-replaced":
                name = Path(mutation["operator_args"]["file"]).stem
                path, text = self._texts[name]
                diff = unified_diff({path: self._clean[path]}, {path: text})
                assert _edits(result["diff"]) == _edits(diff), name
                yield name, result["test_outcome"]


def _changed(bank: Bank, bug: str) -> tuple[str, str]:
    """Return path and text of the one file that has the bug."""
    tree = mutate(bank, (bank.bugs[bug],))
    ((path, text),) = ((it, text) for it, text in tree.mutated.items() if text != tree.clean[it])
    return path, text


def _edits(diff: str) -> list[str]:
    """Return the lines that a diff takes away or adds."""
    lines = (line for line in diff.splitlines() if not line.startswith(("---", "+++")))
    return [line for line in lines if line.startswith(("-", "+"))]


class Mutmut:
    """The mutants that mutmut makes of a few functions, run by it in forks of its own process."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._folder = project.root / "mutants"
        self._tests: dict[str, list[str]] = {}  # that mutmut ran, by mutant
        self._texts: dict[str, tuple[str, str]] = {}  # path and text, by mutant

    def round(self) -> Round:
        """Let mutmut begin anew, then run its mutants on our side."""
        shutil.rmtree(self._folder, ignore_errors=True)
        started, used = time.perf_counter(), _processor()
        self._project.program("mutmut", "run", "--max-children", "1", *MUTANTS)
        whole, used = time.perf_counter() - started, _processor() - used
        verdicts, seconds = self._read_results()
        if not self._texts:
            file = HERE / "mutmut_texts.py"
            self._texts = json.loads(self._project.python(file, *verdicts))
        return Round(
            Side(whole - seconds, seconds, used, verdicts),
            run_ours(self._project, self._cases()),
        )

    def _read_results(self) -> tuple[dict[str, str], float]:
        """Return what mutmut says of the mutants that it ran, and its seconds for all of them."""
        stats = json.loads((self._folder / "mutmut-stats.json").read_bytes())
        durations = stats["duration_by_test"]
        verdicts, seconds = {}, 0.0
        for file in sorted(self._folder.rglob("*.meta")):
            meta = json.loads(file.read_bytes())
            seconds += sum(meta["durations_by_key"].values())
            for name, code in meta["exit_code_by_key"].items():
                if code is not None:
                    verdicts[name] = MUTMUT_SAYS.get(code, "suspicious")
                    tests = stats["tests_by_mangled_function_name"][name.partition("__mutmut_")[0]]
                    self._tests[name] = sorted(tests, key=durations.__getitem__)
        return verdicts, seconds

    def _cases(self) -> Mapping[str, Case]:
        """Return a case for each mutant, with the detectors that mutmut chose, in its order."""
        cases = {}
        for name, (path, text) in self._texts.items():
            files = dict.fromkeys(test.partition("::")[0] for test in self._tests[name])
            laws = [Path(file).stem.removeprefix("test_") for file in files]
            cases[name] = self._project.case(laws, {path: text})
        return cases

    def explain(self, name: str) -> str:
        """Say whether the very tests that mutmut ran give its verdict on our side, too."""
        path, text = self._texts[name]
        tests = tuple(self._tests[name])
        case = Case((), overlay={path: text}, tests=tests, until_caught=True)
        with DetectorServer() as server:
            (ended,) = _ended(self._project, server, [case])
        return f"with the {len(tests)} tests that mutmut ran we say: {_verdict(ended)}"


def report(tool: CosmicRay | Mutmut, name: str, rounds: Sequence[Round]) -> None:
    """Print times, verdicts, and every difference."""
    theirs, ours = rounds[-1]
    number = len(theirs.verdicts)
    assert ours.verdicts.keys() == theirs.verdicts.keys()
    print(f"{number} mutants, {len(rounds)} rounds, one at a time; medians\n")
    print(f"{'':34}{name:>12}{'ours':>12}{'ratio':>10}")
    for title in theirs.figures():
        pairs = [(it.theirs.figures()[title], it.ours.figures()[title]) for it in rounds]
        left, right = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(left / right for left, right in pairs)
        print(f"{title:34}{left:12.1f}{right:12.1f}{ratio:8.1f} x")
    for word in sorted({*theirs.verdicts.values(), *ours.verdicts.values()}):
        counts = (list(side.verdicts.values()).count(word) for side in (theirs, ours))
        print(f"{word:34}" + "".join(f"{count:12}" for count in counts))
    different = [it for it in theirs.verdicts if theirs.verdicts[it] != ours.verdicts[it]]
    print(f"\nsame verdict: {number - len(different)} of {number}")
    for mutant in different:
        print(f"{mutant}: {name} {theirs.verdicts[mutant]}, ours {ours.verdicts[mutant]}")
        print(f"    {ours.details[mutant]}")
        if isinstance(tool, Mutmut):
            print(f"    {tool.explain(mutant)}")


def main() -> None:
    """Read the options and compare."""
    parser = argparse.ArgumentParser(description="Measure beside another mutation tool.")
    parser.add_argument("--tool", choices=("cosmic-ray", "mutmut"), required=True)
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="that has it")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    if not (options.python.parent / options.tool).exists():
        text = f"--python {options.python}: there is no {options.tool} beside it."
        parser.error(f"{text} Install it with '{options.python} -m pip install {options.tool}'.")
    bank = load_bank()
    with tempfile.TemporaryDirectory(prefix="bughunt-benchmark-") as folder:
        project = Project(bank, Path(folder).resolve(), options.python.absolute())
        tool = CosmicRay(project, bank) if options.tool == "cosmic-ray" else Mutmut(project)
        rounds = [tool.round() for _ in range(options.rounds)]
        load = os.getloadavg()[0]
        print(
            f"{options.tool} {project.python('-c', VERSION, options.tool).strip()}, load {load:.1f}"
        )
        report(tool, options.tool, rounds)


if __name__ == "__main__":
    main()
