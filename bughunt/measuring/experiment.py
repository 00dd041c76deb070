"""Experiments of the notebook, run one after the other in a process of their own.

An experiment is a file of the bank with ``experiment(seed)``, which runs the code under hunt and
returns plain data, and ``picture(data)``, which draws them. Here both run on the clean code, or on
the code with some bugs laid over it, so that a bank can show that its pictures tell them apart. As
in a notebook, the packages are loaded anew for each run and everything else once.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from bughunt.errors import BankError
from bughunt.mutate import mutate
from bughunt.running.tree_import import TreeFinder, loaded
from bughunt.spec import Bank, Bug

_BOOTSTRAP = """
import sys
sys.path[0] = sys.argv[1]
from bughunt.measuring import experiment
del sys.path[0]
experiment.main()
"""
_DPI = 72


class Run(msgspec.Struct, frozen=True):
    """The experiment for a law, on the clean code or with bugs; drawn if a file is named."""

    detector: str
    bugs: tuple[Bug, ...] = ()
    picture: Path | None = None


class _Request(msgspec.Struct, frozen=True, kw_only=True):
    root: str
    packages: tuple[str, ...]
    overlay: dict[str, str]
    file: str
    seed: int
    picture: str | None


def run_all(bank: Bank, runs: Sequence[Run], *, seed: int = 0) -> list[dict[str, Any]]:
    """Return the data of each experiment, in the order of the runs.

    Raises:
        BankError: when an experiment fails; those after it are not run.

    """
    requests = [_request(bank, run, seed) for run in runs]
    package = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", _BOOTSTRAP, package],
        input=msgspec.json.encode(requests),
        capture_output=True,
    )
    answers = done.stdout.splitlines()
    if done.returncode:
        file = requests[len(answers)].file
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise BankError([f"{file}: failed: {' '.join(last)}. Run it in a notebook to see where."])
    return [msgspec.json.decode(answer) for answer in answers]


def _request(bank: Bank, run: Run, seed: int) -> _Request:
    assert bank.experiments is not None
    tree = mutate(bank, run.bugs)
    return _Request(
        root=str(bank.root),
        packages=bank.packages,
        overlay={path: text for path, text in tree.mutated.items() if text != tree.clean[path]},
        file=str(bank.experiments / f"{run.detector}.py"),
        seed=seed,
        picture=str(run.picture) if run.picture else None,
    )


def main() -> None:
    """Do what the standard input asks for; the data go to the standard output, a line for each."""
    requests = msgspec.json.decode(sys.stdin.buffer.read(), type=list[_Request])
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    for request in requests:
        answers.write(msgspec.json.encode(_data(request)) + b"\n")
        answers.flush()


def _data(request: _Request) -> dict[str, Any]:
    """Run one experiment, and draw it if that is asked for; return its data."""
    for name, _ in loaded(request.packages):
        del sys.modules[name]
    finder = TreeFinder(Path(request.root), request.packages, request.overlay)
    sys.meta_path.insert(0, finder)
    folder = str(Path(request.file).parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    module: Any = ModuleType(Path(request.file).stem)
    exec(compile(Path(request.file).read_bytes(), request.file, "exec"), module.__dict__)
    data: dict[str, Any] = module.experiment(request.seed)
    if request.picture is not None:
        figure = module.picture(data)
        figure.savefig(request.picture, dpi=_DPI, metadata={"Software": None})
    sys.meta_path.remove(finder)
    return data
