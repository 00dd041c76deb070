"""How many cases a jail observes in a second, beside the fork server without walls.

    python benchmarks/bench_jail.py [--rounds 3] [--detectors 20]

Each round runs the same detectors once on every side, one after the other, so that other work on
the machine meets all sides alike. What is imported once is imported before the clock runs. The
fork server also judges.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from bughunt.detector import Batch, Case, DetectorServer
from bughunt.jail.keeper import Jail
from bughunt.jail.observing_half import observing_half
from bughunt.jail.outside_modules import outside_modules
from bughunt.jail.request import Request
from bughunt.jail.strength import weakness_of
from bughunt.jail.tiers import TIERS
from bughunt.mutate import clean_tree
from bughunt.spec import Bank, load_bank

NOTHING = "def observe(seed):\n    return seed\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--detectors", type=int, default=20)
    options = parser.parse_args()
    bank = load_bank(None)
    files = sorted(bank.detectors.glob("test_*.py"))
    files = files[:: max(1, len(files) // options.detectors)][: options.detectors]
    print(f"Python {platform.python_version()}, {len(files)} detectors, {options.rounds} rounds")

    with ExitStack() as stack:
        sides = {"no jail": _server(bank, files, stack)}
        for tier in TIERS:
            if not weakness_of(tier):
                sides |= _jailed(bank, files, stack.enter_context(Jail(tier, _preload(bank))))
        for side in sides.values():
            side()
        seconds: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(options.rounds):
            for name, side in sides.items():
                started = time.perf_counter()
                side()
                seconds[name].append((time.perf_counter() - started) / len(files))
    base = statistics.median(seconds["no jail"])
    for name, taken in seconds.items():
        middle = statistics.median(taken)
        print(f"{name:28} {1000 * middle:7.1f} ms a case {1 / middle:6.1f}/s {middle / base:5.2f}x")
    _print_starts(options.rounds)


def _print_starts(rounds: int) -> None:
    """Print how long each tier takes to start, observe nothing once, and end."""
    tiers = [tier for tier in TIERS if not weakness_of(tier)]
    seconds: dict[str, list[float]] = {tier.name: [] for tier in tiers}
    for _ in range(rounds):
        for tier in tiers:
            started = time.perf_counter()
            with Jail(tier) as jail:
                jail.run(Request(packages=(), tree={}, observing=NOTHING))
            seconds[tier.name].append(time.perf_counter() - started)
    for name, taken in seconds.items():
        print(f"{name:28} {1000 * statistics.median(taken):7.1f} ms to start and end")


def _server(bank: Bank, files: Sequence[Path], stack: ExitStack) -> Callable[[], None]:
    server = stack.enter_context(DetectorServer())
    cases = tuple(Case(detectors=(file,)) for file in files)
    batch = Batch(root=bank.root, packages=tuple(bank.packages), cases=cases)

    def run() -> None:
        for _ in server.run(batch):
            pass

    return run


def _jailed(bank: Bank, files: Sequence[Path], jail: Jail) -> dict[str, Callable[[], None]]:
    tree, beside = clean_tree(bank), _beside(bank)
    halves = [observing_half(file.name, file.read_text(), beside) for file in files]
    requests = [
        Request(
            packages=tuple(bank.packages),
            tree=tree,
            observing=half.observing,
            support=half.support,
        )
        for half in halves
    ]
    empty = [Request(packages=(), tree={}, observing=NOTHING)] * len(files)

    def run(which: Sequence[Request]) -> None:
        for request in which:
            jail.run(request, is_trusted=True)

    name = jail.tier.name
    return {name: lambda: run(requests), f"{name}, nothing to do": lambda: run(empty)}


def _beside(bank: Bank) -> dict[str, str]:
    files = (it for it in bank.detectors.glob("*.py") if not it.name.startswith("test_"))
    return {file.stem: file.read_text() for file in files}


def _preload(bank: Bank) -> tuple[str, ...]:
    beside = _beside(bank)
    texts = [file.read_text() for file in bank.detectors.glob("*.py")]
    return outside_modules([*clean_tree(bank).values(), *texts], {*bank.packages, *beside})


if __name__ == "__main__":
    main()
