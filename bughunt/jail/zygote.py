"""The server inside the jail: it has imported what observations need, and forks a child for each.

It starts with a scrubbed environment and no descriptors but its own, and never sees a request or an
answer. One child runs at a time; when it has ended, everything that descends from this server is
dead, and the folder that children may write in is empty, before the next one starts.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bughunt.jail import landlock, limits, protocol, scratch
from bughunt.jail.cell import Ends, become
from bughunt.jail.places import readable
from bughunt.jail.protocol import Ended, Learn, Ready, Spawn, Start
from bughunt.jail.request import Limits

# This goes to ``python -c``, with the folder that holds bughunt and the descriptor of the keeper.
BOOTSTRAP = """
import sys
sys.path[0] = sys.argv[1]
from bughunt.jail import zygote
del sys.path[0]
zygote.main(int(sys.argv[2]))
"""
_GLANCE = 0.02  # seconds from one look at what a child uses to the next


def main(descriptor: int) -> None:
    """Serve the keeper at the other end of a socket until it goes.

    Args:
        descriptor: of the socket; 0 where it came as standard input.

    """
    control = socket.socket(fileno=os.dup(descriptor))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, descriptor)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    start = protocol.decode_order(control.recv(protocol.LONGEST_PACKET))
    assert isinstance(start, Start)
    limits.hide_memory()
    limits.adopt_orphans()
    _import(start.preload)
    server = _Server(control, start)
    server.report_ready()
    server.serve()


def _import(names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(Exception):  # whoever needs it will say what is wrong
            importlib.import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


class _Server:
    """Forks children and sees to their end."""

    def __init__(self, control: socket.socket, start: Start) -> None:
        self._control = control
        self._start = start
        self._rules: int | None = None
        if start.needs_landlock or landlock.version() >= landlock.OLDEST:
            self._rules = landlock.ruleset(readable(start.hidden), start.own)

    def serve(self) -> None:
        """Do what the keeper orders, until it goes."""
        while True:
            content, descriptors, _, _ = socket.recv_fds(
                self._control, protocol.LONGEST_PACKET, protocol.DESCRIPTORS
            )
            if not content:
                return
            order = protocol.decode_order(content)
            if isinstance(order, Spawn):
                self._control.send(protocol.encode(self._run(order.limits, descriptors)))
            elif isinstance(order, Learn):
                _import(order.names)
                self.report_ready()

    def report_ready(self) -> None:
        """Say that the next order may come."""
        version = landlock.version() if self._rules is not None else 0
        self._control.send(protocol.encode(Ready(version)))

    def _run(self, bounds: Limits, descriptors: list[int]) -> Ended:
        """Fork a child and wait for its end."""
        ready, said_ready = os.pipe()
        request, answer, output = descriptors
        ends = Ends(request, answer, output, said_ready, self._rules)
        os.chdir(self._start.own)
        pid = os.fork()
        if pid == 0:
            become(ends, bounds, self._start.own)
        for descriptor in (*descriptors, said_ready):
            os.close(descriptor)
        try:
            exceeded = _Watch(pid, bounds, self._start.own, self._control).until_end()
            how = _end(pid, bounds)
            is_locked = os.read(ready, 1) == b"+"
        finally:
            os.close(ready)
            scratch.empty(self._start.own)
        if not exceeded and how in ("SIGXCPU", "processor time"):
            return Ended(exceeded="processor time", limit=bounds.cpu_seconds)
        return Ended(how, *(exceeded or ("", 0.0)), is_locked=is_locked)


class _Watch:
    """Looks at a child until it has ended, or has taken too much of something."""

    def __init__(self, pid: int, bounds: Limits, own: Path, control: socket.socket) -> None:
        self._pid, self._bounds, self._own = pid, bounds, own
        self._until = time.monotonic() + bounds.seconds
        self._memory = limits.usage().memory + bounds.memory
        self._control = control.fileno()

    def until_end(self) -> tuple[str, float] | None:
        """Return what was exceeded, with its limit; None when the child ended by itself."""
        child = os.pidfd_open(self._pid)
        poll = select.poll()
        poll.register(child, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        try:
            while not (events := poll.poll(_GLANCE * 1000)):
                if exceeded := self._exceeded():
                    return exceeded
            if events[0][0] == self._control:  # the keeper went, or wants this child dead
                return "order", 0.0
        finally:
            os.close(child)
        return None

    def _exceeded(self) -> tuple[str, float] | None:
        if time.monotonic() > self._until:
            return "time", self._bounds.seconds
        used = limits.usage(self._pid)
        if used.memory > self._memory:
            return "memory", self._bounds.memory
        if used.threads > self._bounds.threads:
            return "threads", self._bounds.threads
        files, size = scratch.usage(self._own, self._bounds.files)
        if size > self._bounds.disk:
            return "disk", self._bounds.disk
        return ("files", self._bounds.files) if files > self._bounds.files else None


def _end(pid: int, bounds: Limits) -> str:
    """Kill the child and all that descends from this server; say how the child ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status, used = os.wait4(pid, 0)
    while descendants := _children():
        for other in descendants:
            with contextlib.suppress(ProcessLookupError):
                os.kill(other, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)
    if used.ru_utime + used.ru_stime >= bounds.cpu_seconds:
        return "processor time"
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exit code {code}" if code else ""
    return _signal_name(-code)


def _children() -> list[int]:
    tasks = Path("/proc/self/task").iterdir()
    texts = (Path(task, "children").read_text(encoding="ascii") for task in tasks)
    return [int(word) for text in texts for word in text.split()]


def _signal_name(number: int) -> str:
    known = {item.value: item.name for item in signal.Signals}
    return known.get(number, f"signal {number}")
