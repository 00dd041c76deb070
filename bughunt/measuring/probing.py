"""The side of an impact that runs the code: a probe of the bank, in a process of its own.

A probe is a file that measures one kind of impact. It defines ``AXIS`` (what its steps are called),
``MEASURES`` (name -> meaning, the most telling first), ``MOST_STEPS``, ``POINTS`` (how often to
measure), ``prepare(folder, seed)`` and ``Probe(folder, seed, steps)`` with ``step()`` and
``measured()``, which returns numbers by name. What ``prepare`` writes, both sides use. A probe may
import modules beside it.

``main`` reads a ``Request`` from its standard input and appends replies to a file, one to a line,
so that whoever asked knows how far it came, however it ended.
"""

from __future__ import annotations

import math
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Union

import msgspec

from bughunt.running.tree_import import TreeFinder

BOOTSTRAP = """
import sys
sys.path[0] = sys.argv[1]
from bughunt.measuring import probing
del sys.path[0]
probing.main()
"""

_TRIAL_STEPS = 2  # the least that a pace is measured with
_LONGEST_MESSAGE = 300


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One task for one process."""

    root: Path
    packages: tuple[str, ...]
    overlay: dict[str, str]  # texts by relative path, laid over the tree
    probe: Path
    folder: Path  # of what the sides share
    replies: Path
    seed: int
    steps: int = 0  # 0: prepare, and find out how fast a step is
    trial_seconds: float = 1.0  # about how long to try for that


class Plan(msgspec.Struct, frozen=True, tag=True):
    """What the probe measures, and its pace on the clean code."""

    axis: str
    measures: dict[str, str]
    points: int
    most_steps: int
    step_seconds: float
    measure_seconds: float
    seconds: float  # of all of it, without the start of the process


class Point(msgspec.Struct, frozen=True, tag=True):
    """What was measured after so many steps; None stands for what is no finite number."""

    step: int
    values: dict[str, float | None]


class Crash(msgspec.Struct, frozen=True, tag=True):
    """The exception that ended the task, and how many steps were done."""

    exception: str
    message: str
    step: int


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The task is complete."""


Reply = Union[Plan, Point, Crash, Ended]  # noqa: UP007  msgspec wants it at run time, on 3.10 too


def decode_request(content: bytes) -> Request:
    """Return the request that came as JSON, with paths as texts."""
    return msgspec.json.decode(content, type=Request, dec_hook=lambda kind, value: kind(value))


def main() -> None:
    """Do what the standard input asks for."""
    task = _Task(decode_request(sys.stdin.buffer.read()))
    try:
        task.run()
        task.tell(Ended())
    except BaseException as error:  # the code under hunt may raise anything
        message = " ".join(str(error).split())[:_LONGEST_MESSAGE]
        task.tell(Crash(type(error).__name__, message, task.step))


class _Task:
    """A request on its way."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.step = 0

    def run(self) -> None:
        """Prepare, or run one side."""
        request = self.request
        os.chdir(request.folder)
        sys.meta_path.insert(0, TreeFinder(request.root, request.packages, request.overlay))
        module = _load(request.probe)
        if request.steps:
            self._measure(module)
        else:
            self._prepare(module)

    def tell(self, reply: Reply) -> None:
        """Append a reply, which stays even if the process is killed."""
        with self.request.replies.open("ab") as file:
            file.write(msgspec.json.encode(reply) + b"\n")

    def _prepare(self, module: ModuleType) -> None:
        request, started = self.request, time.monotonic()
        module.prepare(request.folder, request.seed)
        probe = module.Probe(request.folder, request.seed, module.MOST_STEPS)
        probe.measured()  # first calls are slow
        probe.step()

        begun, steps = time.monotonic(), 0
        while steps < _TRIAL_STEPS or time.monotonic() - begun < request.trial_seconds:
            probe.step()
            steps += 1
        stepped = time.monotonic()
        probe.measured()
        self.tell(
            Plan(
                axis=module.AXIS,
                measures=module.MEASURES,
                points=module.POINTS,
                most_steps=module.MOST_STEPS,
                step_seconds=(stepped - begun) / steps,
                measure_seconds=time.monotonic() - stepped,
                seconds=time.monotonic() - started,
            )
        )

    def _measure(self, module: ModuleType) -> None:
        request, points = self.request, module.POINTS
        due = {round(index * request.steps / points) for index in range(points + 1)}
        probe = module.Probe(request.folder, request.seed, request.steps)
        self._tell_values(probe)
        for step in range(request.steps):
            probe.step()
            self.step = step + 1
            if self.step in due:
                self._tell_values(probe)

    def _tell_values(self, probe: Any) -> None:
        values = {name: float(value) for name, value in probe.measured().items()}
        finite = {name: value if math.isfinite(value) else None for name, value in values.items()}
        self.tell(Point(self.step, finite))


def _load(file: Path) -> ModuleType:
    """Run a probe's file as a module."""
    sys.path.insert(0, str(file.parent))
    module = ModuleType(file.stem)
    module.__file__ = str(file)
    exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)
    return module
