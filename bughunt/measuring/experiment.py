"""An experiment of the notebook, run on one tree in a process of its own.

An experiment is a file of the bank with ``experiment(seed)``, which runs the code under hunt and
returns plain data, and ``picture(data)``, which draws them. Here both run on the clean code, or on
the code with some bugs laid over it, so that a bank can show that its pictures tell them apart.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from bughunt.errors import BankError
from bughunt.mutate import mutate
from bughunt.running.tree_import import TreeFinder
from bughunt.spec import Bank, Bug

_BOOTSTRAP = """
import sys
sys.path[0] = sys.argv[1]
from bughunt.measuring import experiment
del sys.path[0]
experiment.main()
"""
_DPI = 72


class _Request(msgspec.Struct, frozen=True, kw_only=True):
    root: str
    packages: tuple[str, ...]
    overlay: dict[str, str]
    file: str
    seed: int
    picture: str | None


def run(
    bank: Bank, detector: str, bugs: tuple[Bug, ...] = (), *, seed: int = 0, picture: Path | None
) -> dict[str, Any]:
    """Return the data of the experiment for a law, and draw them if a file is named.

    Raises:
        BankError: when the experiment fails.

    """
    assert bank.experiments is not None
    file = bank.experiments / f"{detector}.py"
    tree = mutate(bank, bugs)
    request = _Request(
        root=str(bank.root),
        packages=bank.packages,
        overlay={path: text for path, text in tree.mutated.items() if text != tree.clean[path]},
        file=str(file),
        seed=seed,
        picture=str(picture) if picture else None,
    )
    package = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", _BOOTSTRAP, package],
        input=msgspec.json.encode(request),
        capture_output=True,
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise BankError([f"{file}: failed: {' '.join(last)}. Run it in a notebook to see where."])
    data: dict[str, Any] = msgspec.json.decode(done.stdout)
    return data


def main() -> None:
    """Do what the standard input asks for; the data go to the standard output."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=_Request)
    sys.meta_path.insert(0, TreeFinder(Path(request.root), request.packages, request.overlay))
    sys.path.insert(0, str(Path(request.file).parent))
    module: Any = ModuleType(Path(request.file).stem)
    exec(compile(Path(request.file).read_bytes(), request.file, "exec"), module.__dict__)
    data = module.experiment(request.seed)
    if request.picture is not None:
        figure = module.picture(data)
        figure.savefig(request.picture, dpi=_DPI, metadata={"Software": None})
    sys.stdout.buffer.write(msgspec.json.encode(data))
