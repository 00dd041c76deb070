"""How long a bank takes to be proved, beside one pytest process for each case.

    python benchmarks/bench_verify.py [--seeds 20] [--jobs 1] [--peers 12]

Both sides run the real bank: ``bank verify`` with nothing known from before; and before and after
it, processes ``python -m pytest`` on one detector in a workspace that has one bug, one at a time.
At the end the same proof again, now that all is known.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bughunt.detector import child_environment
from bughunt.proving.answer_store import Store
from bughunt.proving.evidence import Evidence
from bughunt.proving.verify import prove
from bughunt.select import select_bugs
from bughunt.spec import Bank, load_bank
from bughunt.workspace import materialize


class Peer:
    """One pytest process for each case, on the bugs in turn."""

    def __init__(self, bank: Bank, folder: Path) -> None:
        self._workspaces = [
            (materialize(bank, select_bugs(bank, [name]), folder / name).root, bug.detector)
            for name, bug in bank.bugs.items()
        ]
        self.seconds: list[float] = []

    def run(self) -> None:
        """Run the next case."""
        root, detector = self._workspaces[len(self.seconds) % len(self._workspaces)]
        command = [sys.executable, "-m", "pytest", "-q", f"tests/test_{detector}.py"]
        start = time.perf_counter()
        done = subprocess.run(
            command, cwd=root, env=child_environment(), capture_output=True, check=False
        )
        self.seconds.append(time.perf_counter() - start)
        assert done.returncode == 1, done.stdout  # the bug is caught


def proved(bank: Bank, store: Store, seeds: int, jobs: int) -> float:
    """Put the bank to the proof; return the seconds that one case took of one core."""
    start = time.perf_counter()
    with Evidence(bank, store, jobs=jobs) as evidence:
        proof = prove(bank, evidence, seeds=seeds)
    seconds = time.perf_counter() - start
    print(
        f"{len(bank.bugs)} bugs, {len(proof.detectors)} detectors, {len(proof.sets)} sets: "
        f"{proof.cases} verdicts, {proof.ran} cases run in {seconds:.1f} s with {jobs} jobs; "
        f"{len(proof.findings)} findings"
    )
    return jobs * seconds / max(proof.ran, 1)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--peers", type=int, default=12, help="pytest processes, about")
    options = parser.parse_args()
    bank = load_bank()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        known = Path(folder) / "evidence.sqlite3"
        peer = Peer(bank, Path(folder))
        for _ in range(options.peers // 2):
            peer.run()
        case = proved(bank, Store(known), options.seeds, options.jobs)
        for _ in range(options.peers // 2):
            peer.run()
        theirs = statistics.median(peer.seconds)
        print(f"one case, of one core{1000 * case:21.1f} ms")
        print(f"one pytest process{1000 * theirs:24.1f} ms  ({len(peer.seconds)} of them)")
        print(f"ratio{theirs / case:37.1f} x")
        proved(bank, Store(known), options.seeds, options.jobs)


if __name__ == "__main__":
    main()
