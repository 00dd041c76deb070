"""What a bug costs: the clean code and the code with the bug, run alike and measured alike.

The probe of the bank prepares once, on the clean code, and its pace there says how many steps fit
into the time. Then both sides do as many steps from the same seed, one after the other, each in a
fresh process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bughunt.detector import child_environment
from bughunt.errors import BankError, EnvironmentProblem, SelectionError
from bughunt.measuring import probing
from bughunt.measuring.probing import Crash, Ended, Plan, Point, Reply, Request
from bughunt.mutate import mutate
from bughunt.select import select_bugs
from bughunt.spec import Bank, Bug

NOTABLE = 0.1  # the difference, as a part of the larger value, from which on a measure tells
_TRIAL = 0.05  # the part of the time in which the pace is found out
_FEWEST_STEPS = 4
_PATIENCE = 5.0  # times as long as planned, before a side that does not end is given up
_GRACE = 60.0  # seconds on top of that, for a slow start


class Side(msgspec.Struct, frozen=True):
    """One run: what was measured, and what ended it before its time."""

    points: tuple[Point, ...]
    crash: Crash | None = None

    def curve(self, measure: str) -> list[tuple[int, float]]:
        """Return (step, value) wherever there is a finite value."""
        found = ((point.step, point.values.get(measure)) for point in self.points)
        return [(step, value) for step, value in found if value is not None]

    def final(self, measure: str) -> float | None:
        """Return the last value; None when it is no number, or the run did not get to its end."""
        return self.points[-1].values.get(measure) if self.points and not self.crash else None


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """The two runs, side by side."""

    bug: str
    symptom: str
    kind: str
    axis: str
    measures: dict[str, str]
    steps: int
    seed: int
    seconds: float
    clean: Side
    bugged: Side

    @property
    def telling(self) -> str:
        """The first measure whose final values differ notably; else the first of all."""
        return next(filter(self._differs, self.measures), next(iter(self.measures)))

    def ratio(self, measure: str) -> float | None:
        """Return the final value with the bug over that of the clean code, where there is one."""
        clean, bugged = self.clean.final(measure), self.bugged.final(measure)
        return bugged / clean if clean and bugged is not None else None

    def _differs(self, measure: str) -> bool:
        clean, bugged = self.clean.final(measure), self.bugged.final(measure)
        if clean is None or bugged is None:
            return clean is not bugged
        return abs(clean - bugged) > NOTABLE * max(abs(clean), abs(bugged))


def find_bug(bank: Bank, name: str) -> Bug:
    """Return the bug with this id, if the bank knows how to measure it.

    Raises:
        SelectionError: when it does not, or there is no such bug.

    """
    bug = select_bugs(bank, [name]).bugs[0]
    if bug.impact is None:
        text = f"no way to measure bug '{name}'. Add a kind of impact to 'impacts' that covers"
        raise SelectionError(f"{bank.label}: {text} {bug.edits[0].path}.")
    return bug


def measure(
    bank: Bank,
    bug: Bug,
    *,
    minutes: float = 1.0,
    steps: int | None = None,
    seed: int = 0,
    clean: Side | None = None,
) -> Impact:
    """Run both sides.

    Args:
        bank: that of the bug.
        bug: with an ``impact``.
        minutes: about how long all of it is to take.
        steps: of each side; None: as many as the minutes allow.
        seed: of data and weights, for both sides.
        clean: the clean side of another bug of the same kind, measured with the same ``steps`` and
            ``seed``; None: it is run.

    Raises:
        BankError: when the probe fails on the clean code.
        EnvironmentProblem: when a process ends without a word.

    """
    started, budget = time.monotonic(), 60 * minutes
    tree = mutate(bank, [bug])
    overlay = {path: text for path, text in tree.mutated.items() if text != tree.clean[path]}
    assert bug.impact is not None
    with tempfile.TemporaryDirectory(prefix="bughunt-impact-") as folder:
        request = Request(
            root=bank.root,
            packages=bank.packages,
            overlay={},
            probe=bank.impacts[bug.impact].probe,
            folder=Path(folder).resolve(),
            replies=Path(folder).resolve() / "replies.jsonl",
            seed=seed,
            trial_seconds=_TRIAL * budget,
        )
        plan = _plan(request, budget)
        spent = time.monotonic() - started
        share = (budget - spent) / 2 - (spent - plan.seconds)  # each side starts a process
        request = msgspec.structs.replace(request, steps=steps or _steps(plan, share))

        if clean is None:
            clean = _side(request, share)
            _check_clean(request, clean.crash)
        bugged = _side(msgspec.structs.replace(request, overlay=overlay), share)
    return Impact(
        bug=bug.id,
        symptom=bug.symptom.strip(),
        kind=bug.impact,
        axis=plan.axis,
        measures=plan.measures,
        steps=request.steps,
        seed=seed,
        seconds=time.monotonic() - started,
        clean=clean,
        bugged=bugged,
    )


def _steps(plan: Plan, seconds: float) -> int:
    """Return how many steps a side can do, measuring included."""
    left = seconds - (plan.points + 1) * plan.measure_seconds
    return min(plan.most_steps, max(_FEWEST_STEPS, int(left / plan.step_seconds)))


def _plan(request: Request, budget: float) -> Plan:
    plan = None
    for reply in _replies(request, budget):
        if isinstance(reply, Crash):
            _check_clean(request, reply)
        if isinstance(reply, Plan):
            plan = reply
    assert plan is not None
    return plan


def _side(request: Request, seconds: float) -> Side:
    points: list[Point] = []
    crash = None
    for reply in _replies(request, seconds):
        if isinstance(reply, Point):
            points.append(reply)
        elif isinstance(reply, Crash):
            crash = reply
    return Side(tuple(points), crash)


def _check_clean(request: Request, crash: Crash | None) -> None:
    if crash is not None:
        what = f"{crash.exception} at step {crash.step}: {crash.message}"
        text = f"the clean code crashes under this probe: {what}. Repair it, or the probe, first."
        raise BankError([f"{request.probe}: {text}"])


def _replies(request: Request, seconds: float) -> Iterator[Reply]:
    """Run a process on the request and yield what it told; the last reply says how it ended."""
    home = Path(__file__).resolve().parents[2]
    request.replies.unlink(missing_ok=True)
    limit = _GRACE + _PATIENCE * max(0.0, seconds)
    timed_out = False
    with tempfile.TemporaryFile() as printed:
        try:
            code = subprocess.run(
                [sys.executable, "-c", probing.BOOTSTRAP, str(home)],
                input=msgspec.json.encode(request, enc_hook=str),
                stdout=printed,
                stderr=printed,
                timeout=limit,
                env=child_environment(),
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            timed_out, code = True, 0
        printed.seek(0)
        last_words = printed.read().decode(errors="replace").strip().splitlines()[-1:]

    step, complete = 0, False
    for reply in _told(request.replies):
        step = reply.step if isinstance(reply, Point) else step
        complete = isinstance(reply, Ended | Crash)
        yield reply
    if timed_out:
        yield Crash("TimedOut", f"it did not end within {limit:.0f} seconds", step)
    elif code < 0:
        yield Crash("Killed", f"signal {-code} ended the process", step)
    elif not complete:
        words = "".join(last_words) or "it wrote nothing"
        text = f"the process of the probe ended with code {code}: {words}."
        raise EnvironmentProblem(f"{request.probe}: {text} Run 'bughunt doctor'.")


def _told(file: Path) -> Iterator[Reply]:
    lines = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
    for line in lines:
        yield msgspec.json.decode(line, type=Reply)
