"""How long a hunter waits after a save, in a watch that runs in a real terminal.

    python benchmarks/bench_watch.py [--saves 20] [--level hard]

A watch is started in a pseudo-terminal of 80 columns and 24 rows. Each save adds a line to a file
of the packages; the clock runs from before the write until the screen shows the first verdict that
is new, and until it shows all of them. Half of the saves are of the file that most detectors
depend on, half of the one that the fewest do. Every fourth save, ``bughunt check`` runs beside the
idle watch.
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import fcntl
import os
import platform
import pty
import re
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections import Counter
from pathlib import Path

from bughunt.detector import Batch, DetectorServer
from bughunt.grade import cases
from bughunt.select import select_level
from bughunt.spec import load_bank
from bughunt.workspace import Workspace, materialize

PATIENCE = 120.0
COLUMNS, ROWS = 80, 24
_PENDING = re.compile(r"(?:open|fixed|stuck)\?")


class Watched:
    """A watch in a terminal of its own, and what it shows."""

    def __init__(self, folder: Path) -> None:
        self._end, program = pty.openpty()
        fcntl.ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bughunt", "watch"],
            cwd=folder,
            stdin=program,
            stdout=program,
            env=os.environ | {"TERM": "xterm", "NO_COLOR": "1"},
        )
        os.close(program)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._received = ""

    def next_screen(self) -> str:
        """Return the next screen that is drawn to its end."""
        end = time.perf_counter() + PATIENCE
        while "\x1b[J" not in self._received:
            if not select.select([self._end], [], [], end - time.perf_counter())[0]:
                raise TimeoutError("the watch shows nothing new")
            self._received += self._decode(os.read(self._end, 65536))
        screen, _, self._received = self._received.partition("\x1b[J")
        return screen

    def wait_for(self, text: str) -> str:
        """Return the first screen that holds the text."""
        while text not in (screen := self.next_screen()):
            pass
        return screen

    def quit(self) -> None:
        """Press q, and take what the watch still says."""
        os.write(self._end, b"q")
        with contextlib.suppress(OSError):  # the other end is closed
            while os.read(self._end, 65536):
                pass
        self._process.wait()
        os.close(self._end)


def dependants(workspace: Workspace) -> list[tuple[str, int]]:
    """Return files of the packages and how many detectors ask for each: the most first.

    Of several with as many, the longest comes first.
    """
    asked = cases(workspace.root, workspace.manifest.symptoms)
    batch = Batch(root=workspace.root, packages=workspace.manifest.packages, cases=asked, jobs=2)
    with DetectorServer() as server:
        counts = Counter(file for _, run in server.run(batch) for file in run.files or ())
    sizes = {file: (workspace.root / file).stat().st_size for file in counts}
    return sorted(counts.items(), key=lambda item: (-item[1], -sizes[item[0]]))


def answer_time(watched: Watched, file: Path) -> tuple[float, float]:
    """Save a file; return the seconds to the first new verdict, and to the last."""
    started = time.perf_counter()
    with file.open("a", encoding="utf-8") as stream:
        stream.write("# saved\n")
    pending = len(_PENDING.findall(watched.wait_for("saved: checking")))
    first = None
    while True:
        screen = watched.next_screen()
        seconds = time.perf_counter() - started
        if first is None and len(_PENDING.findall(screen)) < pending:
            first = seconds
        if "saved: nothing new" in screen:
            return first or seconds, seconds


def check_time(folder: Path) -> float:
    """Return the seconds that ``bughunt check`` takes, which starts from nothing."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "bughunt", "check"]
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def report(name: str, seconds: list[float]) -> None:
    """Print the median and the worst."""
    print(f"{name:44}{statistics.median(seconds):8.2f} s {max(seconds):8.2f} s")


def main() -> None:
    """Read the options, measure, and print."""
    parser = argparse.ArgumentParser(description="Measure the time from a save to its answer.")
    parser.add_argument("--saves", type=int, default=20)
    parser.add_argument("--level", default="hard")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bughunt-benchmark-"))
    try:
        bank = load_bank()
        workspace = materialize(bank, select_level(bank, options.level), folder / "hunt")
        (most, many), *_, (fewest, few) = dependants(workspace)
        load = os.getloadavg()[0]
        started = time.perf_counter()
        watched = Watched(workspace.root)
        watched.wait_for("are open")
        start = time.perf_counter() - started
        times = {
            (most, many): [answer_time(watched, workspace.root / most)],
            (fewest, few): [answer_time(watched, workspace.root / fewest)],
        }
        checks = [check_time(workspace.root)]
        while sum(map(len, times.values())) < options.saves:
            for (file, _), measured in times.items():
                measured.append(answer_time(watched, workspace.root / file))
            if len(measured) % 2 == 0:
                checks.append(check_time(workspace.root))
        watched.quit()
    finally:
        shutil.rmtree(folder)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} before")
    print(f"and {os.getloadavg()[0]:.1f} after; first answer of all: {start:.1f} s")
    print(f"{'':44}{'median':>10} {'worst':>10}")
    for (file, number), measured in times.items():
        report(f"{file}, {number} detectors: first", [first for first, _ in measured])
        report(f"{file}, {number} detectors: all", [last for _, last in measured])
    together = [last for measured in times.values() for _, last in measured]
    report(f"{len(together)} saves together: all", together)
    report(f"bughunt check, {len(checks)} times", checks)


if __name__ == "__main__":
    main()
