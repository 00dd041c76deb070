"""A terminal in the hands of one program: single keys in, whole screens out, and as it was after.

Whatever ends the program, the terminal gets its mode, its cursor and what it showed before back;
a program that is suspended gives it back meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, TextIO

import msgspec

from bughunt.desk.screen import Row
from bughunt.errors import BughuntError, EnvironmentProblem

try:
    import termios
    import tty
except ImportError:  # Windows has another way
    termios = None  # type: ignore[assignment]

_ENTER = "\x1b[?1049h\x1b[?25l"  # another screen, no cursor
_LEAVE = "\x1b[?25h\x1b[?1049l"
_COLOURS = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}
_FALLBACK = (80, 24)
_KEYS_READ = 1024


class Key(msgspec.Struct, frozen=True):
    """A character that was typed; Escape stands for every key that sends more than one."""

    character: str


class Resized(msgspec.Struct, frozen=True):
    """What is shown must be drawn again."""


ESCAPE = "\x1b"


def check_terminal() -> None:
    """Insist on a terminal at both ends.

    Raises:
        BughuntError: when standard input or output is none.
        EnvironmentProblem: when the system has no single keys to give.

    """
    for name, stream in (("input", sys.stdin), ("output", sys.stdout)):
        if stream is None or stream.closed or not stream.isatty():
            text = f"standard {name}: is no terminal, and the watch needs one."
            raise BughuntError(f"{text} Use 'bughunt check'.")
    if termios is None:
        text = "the watch needs termios, which this system does not have. Use 'bughunt check'."
        raise EnvironmentProblem(text)


class Terminal:
    """The terminal while the program has it; other threads ``post`` to who ``wait``s."""

    def __init__(self, keys: TextIO, screen: TextIO) -> None:
        self._keys = keys
        self._screen = screen
        self._is_plain = os.environ.get("TERM", "dumb") == "dumb"
        self._has_colours = not (self._is_plain or os.environ.get("NO_COLOR"))
        self._shown = ""
        self._posted: deque[object] = deque()
        self._mode: list[Any] | None = None
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> Terminal:
        with contextlib.ExitStack() as undo:
            self._bell, self._ring = os.pipe()
            undo.callback(os.close, self._bell)
            undo.callback(os.close, self._ring)
            os.set_blocking(self._bell, False)
            os.set_blocking(self._ring, False)
            self._selector = undo.enter_context(selectors.DefaultSelector())
            for descriptor in (self._keys.fileno(), self._bell):
                self._selector.register(descriptor, selectors.EVENT_READ)
            for number, handler in self._handlers().items():
                undo.callback(signal.signal, number, signal.signal(number, handler))
            undo.callback(self._give_back)
            self._take()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        with contextlib.suppress(OSError):
            size = os.get_terminal_size(self._screen.fileno())
            if size.columns and size.lines:  # some say that they have none
                return size.columns, size.lines
        return _FALLBACK

    def post(self, event: object) -> None:
        """Hand over an event from any thread, or from a handler of signals."""
        self._posted.append(event)
        with contextlib.suppress(OSError):  # full: then it rings already; closed: nobody waits
            os.write(self._ring, b"!")

    def wait(self) -> list[object]:
        """Wait for keys and for what others post; return all there is.

        Raises:
            EOFError: when the terminal is gone.

        """
        events: list[object] = []
        for ready, _ in self._selector.select():
            if ready.fd == self._bell:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._bell, _KEYS_READ)
            else:
                events += self._typed()
        while self._posted:
            events.append(self._posted.popleft())
        return events

    def show(self, rows: Sequence[Row]) -> None:
        """Show the rows, and nothing else."""
        lines = ["".join(self._styled(it.text, it.style) for it in row).rstrip() for row in rows]
        if self._is_plain:
            content = "\n".join(["", *lines, ""])
        else:
            content = "\x1b[H" + "\x1b[K\n".join(lines) + "\x1b[K\x1b[J"
        if content != self._shown:
            self._shown = content
            self._write(content)

    def _styled(self, text: str, style: str) -> str:
        if not (self._has_colours and style and text):
            return text
        return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m"

    def _typed(self) -> list[Key]:
        try:
            received = os.read(self._keys.fileno(), _KEYS_READ)
        except OSError:
            received = b""
        if not received:
            raise EOFError
        if received[0] == ord(ESCAPE):
            return [Key(ESCAPE)]
        return [Key(character) for character in received.decode(errors="ignore")]

    def _write(self, text: str) -> None:
        """Write past the stream, so that nothing is left in it when the terminal goes away."""
        content = text.encode(self._screen.encoding or "ascii", "replace")
        while content:
            content = content[os.write(self._screen.fileno(), content) :]

    def _take(self) -> None:
        self._mode = termios.tcgetattr(self._keys.fileno())
        tty.setcbreak(self._keys.fileno())
        if not self._is_plain:
            self._write(_ENTER)
        self._shown = ""

    def _give_back(self) -> None:
        if self._mode is None:
            return
        with contextlib.suppress(OSError, ValueError):  # the terminal may be gone
            if not self._is_plain:
                self._write(_LEAVE)
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(self._keys.fileno(), termios.TCSADRAIN, self._mode)
        self._mode = None

    def _handlers(self) -> dict[signal.Signals, Callable[[int, FrameType | None], None]]:
        return {
            signal.SIGWINCH: self._resize,
            signal.SIGTSTP: self._suspend,
            signal.SIGTERM: _leave,
            signal.SIGHUP: _leave,
            signal.SIGQUIT: _leave,
        }

    def _resize(self, *_: object) -> None:
        self._shown = ""  # the terminal has moved what it showed
        self.post(Resized())

    def _suspend(self, number: int, _: FrameType | None) -> None:
        """Give the terminal back, stop, and go on here when the shell continues us."""
        self._give_back()
        ours = signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, ours)
        self._take()
        self.post(Resized())


def _leave(number: int, _: FrameType | None) -> None:
    """End the program as the signal would have, but by way of every ``finally``."""
    sys.exit(128 + number)
