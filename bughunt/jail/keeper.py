"""The side outside: starts a server in its tier, hands out requests and takes answers."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable

import msgspec

from bughunt.errors import EnvironmentProblem
from bughunt.jail import answer, container, protocol
from bughunt.jail.answer import Answer, Died, Ending, Exceeded, Malformed
from bughunt.jail.descendants import descendants
from bughunt.jail.folder import Folder
from bughunt.jail.protocol import Ended, Kill, Learn, Ready, Spawn, Start
from bughunt.jail.request import Limits, Request
from bughunt.jail.tiers import Tier

_READ_SIZE = 1 << 16
_GRACE = 20.0  # seconds for the server to kill a child and clean up, beyond the child's own
_START = 120.0  # seconds to import what observations need
_OUTPUT_KEPT = 4096


class JailBroke(EnvironmentProblem):
    """The server inside the jail did not start, ended by itself, or left a door open."""


class Jail:
    """One server and its children, one at a time; what it has imported, later ones need not.

    Args:
        tier: how strong the walls are.
        preload: names of modules that observations import. They are imported outside the walls of
            the children, so they come from trusted texts and never from a submission.
        hidden: names of installed top-level modules whose files no child may read.

    """

    def __init__(self, tier: Tier, preload: Iterable[str] = (), hidden: Iterable[str] = ()) -> None:
        self.tier = tier
        self._preload = dict.fromkeys(preload)
        self._hidden = tuple(hidden)
        self._server: _Server | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Jail:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, request: Request, *, is_trusted: bool = False) -> Answer:
        """Observe in a child of its own; return how that ended.

        Args:
            request: what is observed.
            is_trusted: whether all texts are our own: what they import, later children need not.

        Raises:
            BadRequest: when the request could not be told from something else.
            JailBroke: when the server could not go on; the next request starts another.

        """
        request.check()
        with self._lock:
            started = time.monotonic()
            if self._server is None:
                self._server = _Server(self.tier, tuple(self._preload), self._hidden)
            try:
                ending, output, imported = self._server.run(request)
                if is_trusted and imported:
                    self._preload |= dict.fromkeys(imported)
                    self._server.learn(imported)
            except BaseException:
                self._close()
                raise
            return Answer(ending, self.tier.name, time.monotonic() - started, output)

    def interrupt(self) -> None:
        """Hang up from another thread; who waits for an answer is told that the server ended."""
        if (server := self._server) is not None:
            server.hang_up()

    def close(self) -> None:
        """End the server, its child and its folder."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


class _Server:
    """The process inside, and the socket to it."""

    def __init__(self, tier: Tier, preload: tuple[str, ...], hidden: tuple[str, ...]) -> None:
        self._folder = Folder()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by ``close``
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                launch = tier.launch(self._folder.path, hidden)
                self._process = subprocess.Popen(
                    launch.command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    env=launch.environment,
                    cwd=self._folder.path,
                    start_new_session=True,
                )
            start = Start(launch.own, hidden, tier.needs_landlock, preload)
            self._send(start)
            self._receive_ready(tier)
        except FileNotFoundError as error:
            self.close()
            raise JailBroke(f"jail: {error.filename} is not installed. Install it.") from None
        except BaseException:
            self.close()
            raise

    def run(self, request: Request) -> tuple[Ending, str, tuple[str, ...]]:
        """Return how the child ended, what it printed, and what it had to import."""
        content = os.memfd_create("request", os.MFD_CLOEXEC)
        answer_end, answer_start = os.pipe()
        output_end, output_start = os.pipe()
        given = [content, answer_start, output_start]
        try:
            with os.fdopen(os.dup(content), "wb") as file:
                file.write(msgspec.msgpack.encode(request))
            try:
                packet = protocol.encode(Spawn(request.limits))
                socket.send_fds(self._control, [packet], given)
            except OSError:
                raise JailBroke(self._last_words()) from None
            finally:
                for descriptor in given:
                    os.close(descriptor)
            streams = _Streams(answer_end, output_end, request.limits)
            ended = self._wait(streams, request.limits)
        finally:
            os.close(answer_end)
            os.close(output_end)
        if not ended.is_locked and not ended.exceeded:
            raise JailBroke(
                f"jail: a child could not lock its doors and read nothing: {streams.output()}. "
                "Run 'bughunt doctor --sandbox'."
            )
        ending, imported = _concluded(ended, streams, request.limits)
        return ending, streams.output(), imported

    def learn(self, names: tuple[str, ...]) -> None:
        """Let the server import what trusted texts had to."""
        self._send(Learn(names))
        self._receive_ready(None)

    def hang_up(self) -> None:
        """Let the server end its child and leave; nothing is waited for."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up, and kill what does not leave by itself."""
        self._control.close()
        if hasattr(self, "_process"):
            try:
                self._process.wait(2.0)
            except subprocess.TimeoutExpired:
                self._kill()
        if remains := container.remains(self._folder.path):
            subprocess.run(
                remains,
                env=container.environment(),
                capture_output=True,
                timeout=_GRACE,
                check=False,
            )
        self._errors.close()
        self._folder.remove()

    def _kill(self) -> None:
        """Kill the server first: what started it then clears away what it made."""
        for pid in descendants(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self, streams: _Streams, limits: Limits) -> Ended:
        """Take in what the child sends until the server says that it has ended."""
        until = time.monotonic() + limits.seconds + _GRACE
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            for descriptor in streams.open:
                selector.register(descriptor, selectors.EVENT_READ)
            was_killed = False
            while time.monotonic() < until:
                for key, _ in selector.select(until - time.monotonic()):
                    if key.fileobj is self._control:
                        streams.drain()
                        report = self._receive()
                        assert isinstance(report, Ended)
                        return report
                    if not streams.take(key.fd):
                        selector.unregister(key.fd)
                if streams.exceeded and not was_killed:
                    self._send(Kill())
                    was_killed = True
        raise JailBroke("jail: the server did not report a child's end. Run 'bughunt doctor'.")

    def _send(self, order: protocol.Order) -> None:
        try:
            self._control.send(protocol.encode(order))
        except OSError:
            raise JailBroke(self._last_words()) from None

    def _receive(self) -> protocol.Report:
        try:
            content = self._control.recv(protocol.LONGEST_PACKET)
        except OSError:
            content = b""
        if not content:
            raise JailBroke(self._last_words())
        return protocol.decode_report(content)

    def _receive_ready(self, tier: Tier | None) -> None:
        self._control.settimeout(_START)
        report = self._receive()
        self._control.settimeout(None)
        assert isinstance(report, Ready)
        if tier and tier.needs_landlock and not report.landlock:
            raise JailBroke("jail: the server runs without Landlock. Take a stronger tier.")

    def _last_words(self) -> str:
        self._errors.seek(0)
        text = self._errors.read().decode(errors="replace").strip()
        last = answer.clean(text.splitlines()[-1]) if text else "it wrote nothing"
        return f"jail: the server inside ended: {last}. Run 'bughunt doctor --sandbox'."


class _Streams:
    """What comes through the two pipes from a child, as far as it may."""

    def __init__(self, answer_end: int, output_end: int, limits: Limits) -> None:
        self.open = [answer_end, output_end]
        self.frame = bytearray()
        self.exceeded: tuple[str, float] | None = None
        self._answer_end, self._limits = answer_end, limits
        self._printed = bytearray()
        self._printed_size = 0

    def take(self, descriptor: int) -> bool:
        """Take what has come through one pipe; return whether there may be more."""
        received = os.read(descriptor, _READ_SIZE)
        if descriptor == self._answer_end:
            self.frame += received[: self._limits.answer + 1 - len(self.frame)]
            if len(self.frame) > self._limits.answer:
                self.exceeded = "answer", self._limits.answer
        else:
            self._printed_size += len(received)
            self._printed = (self._printed + received)[-_OUTPUT_KEPT:]
            if self._printed_size > self._limits.output:
                self.exceeded = "output", self._limits.output
        return bool(received)

    def drain(self) -> None:
        """Take what is left, once nobody writes any more."""
        for descriptor in self.open:
            os.set_blocking(descriptor, False)
            with contextlib.suppress(BlockingIOError):
                while self.take(descriptor):
                    pass

    def output(self) -> str:
        """Return the end of what was printed, without control characters."""
        return answer.clean(self._printed.decode(errors="replace"), _OUTPUT_KEPT)


def _concluded(ended: Ended, streams: _Streams, limits: Limits) -> tuple[Ending, tuple[str, ...]]:
    """Return how the child ended, and what it had to import."""
    if streams.exceeded:
        return Exceeded(*streams.exceeded), ()
    if ended.exceeded:
        return Exceeded(ended.exceeded, ended.limit), ()
    if ended.how:
        return Died(ended.how), ()
    said, imported = answer.read(bytes(streams.frame))
    if isinstance(said, answer.Raised) and _lacked_memory(said):
        return Exceeded("memory", limits.memory), ()
    if isinstance(said, Malformed):
        return said, ()
    return said, imported


def _lacked_memory(raised: answer.Raised) -> bool:
    """Return whether an exception is what a limit on memory looks like, to Python or to torch."""
    return raised.exception == "MemoryError" or "can't allocate memory" in raised.message
