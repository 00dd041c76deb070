"""How long a workspace takes, beside what it cannot do without and what it replaces.

    python benchmarks/bench_materialize.py [--rounds 15] [--bank levels.yaml]

Two comparisons, each with both sides in turn in one run, so that a busy machine slows both:

- the whole process ``bughunt materialize --level L`` beside ``python -c "import libcst"``;
- one workspace among many in one process beside ``git worktree add`` of a commit with its files.

Bytecode is compiled before the first round, for both sides, in a folder of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bughunt.select import select_level, select_random
from bughunt.spec import Bank, load_bank
from bughunt.workspace import materialize


def milliseconds(action: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def process(*command: str, environment: dict[str, str]) -> Callable[[], object]:
    """Return an action that runs a command to its end."""
    return lambda: subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def compare(name: str, peer: str, rounds: list[tuple[float, float]]) -> None:
    """Print the medians of both sides and of their ratio."""
    ours, theirs = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    best = min(ours for ours, _ in rounds) / min(theirs for _, theirs in rounds)
    print(f"{name:34}{ours:8.1f} ms")
    print(f"{peer:34}{theirs:8.1f} ms")
    print(f"{'ratio: median, of the best':34}{ratio:8.2f} x {best:8.2f} x\n")


def whole_process(level: str, bank: Path | None, rounds: int, folder: Path) -> None:
    """Compare the command with the import of libcst."""
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "bughunt", "materialize", str(folder / "whole"), "--force"]
    command += ["--level", level, *(["--bank", str(bank)] if bank else [])]
    ours = process(*command, environment=environment)
    theirs = process(sys.executable, "-c", "import libcst", environment=environment)
    ours()
    theirs()
    pairs = [(milliseconds(ours), milliseconds(theirs)) for _ in range(rounds)]
    compare("bughunt materialize", "import libcst", pairs)


def among_many(bank: Bank, level: str, rounds: int, folder: Path) -> None:
    """Compare different workspaces written by one process with worktrees of one repository."""
    origin = materialize(bank, select_level(bank, level), folder / "origin").root
    number = max(1, len(bank.levels[level].bugs) - 2)
    pairs = []
    for seed in range(rounds):
        selection = select_random(bank, number, seed)
        hunt, tree = folder / f"hunt-{seed}", folder / f"tree-{seed}"
        git = [
            "git",
            "-C",
            str(origin),
            "worktree",
            "add",
            "--quiet",
            "--detach",
            str(tree),
            "main",
        ]
        ours = milliseconds(lambda hunt=hunt, choice=selection: materialize(bank, choice, hunt))
        theirs = milliseconds(process(*git, environment=dict(os.environ)))
        pairs.append((ours, theirs))
    compare("one workspace among many", "git worktree add", pairs)


def main() -> None:
    """Read the options and run both comparisons."""
    parser = argparse.ArgumentParser(description="Measure materialize beside its peers.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--level", default="hard")
    parser.add_argument("--bank", type=Path, help="another levels.yaml")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bughunt-benchmark-"))
    try:
        whole_process(options.level, options.bank, options.rounds, folder)
        among_many(load_bank(options.bank), options.level, 4 * options.rounds, folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
