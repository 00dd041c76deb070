"""The terminal: keys come singly, screens go out, and it is left as it was found."""

import io
import os
import pty
import select
import signal
import sys
import termios
import threading

import pytest

from bughunt.desk.screen import Span
from bughunt.desk.terminal import ESCAPE, Key, Resized, Terminal, check_terminal
from bughunt.errors import BughuntError

PATIENCE = 20  # seconds
ROWS = ((Span("a title", "bold"),), (Span("plain, "), Span("green", "green")))


class Ends:
    """The two ends of a terminal: what a person sees and types, and what a program has."""

    def __init__(self):
        self.person, program = pty.openpty()
        self.keys = os.fdopen(program, encoding="utf-8")
        self.screen = os.fdopen(os.dup(program), "w", encoding="ascii", errors="replace")

    @property
    def mode(self):
        """How the terminal treats keys."""
        return termios.tcgetattr(self.keys)

    def type(self, keys):
        """Press keys."""
        os.write(self.person, keys)

    def seen(self, text):
        """Return what arrives at the person's end, up to this text, which comes in pieces."""
        received = ""
        while text not in received:
            assert select.select([self.person], [], [], PATIENCE)[0], received
            received += os.read(self.person, 65536).decode()
        return received


@pytest.fixture
def ends(monkeypatch):
    """Return a terminal with colours."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    made = Ends()
    yield made
    made.keys.close()
    made.screen.close()
    os.close(made.person)


def test_keys_come_one_by_one_without_enter(ends):
    """Keys that send several characters are Escape."""
    with Terminal(ends.keys, ends.screen) as terminal:
        ends.type("h\u00e9".encode())
        assert terminal.wait() == [Key("h"), Key("\u00e9")]
        ends.type(b"\x1b[A")
        assert terminal.wait() == [Key(ESCAPE)]


def test_posts_of_other_threads_wake_who_waits(ends):
    """In their order."""
    with Terminal(ends.keys, ends.screen) as terminal:
        thread = threading.Thread(target=lambda: [terminal.post(n) for n in range(3)])
        thread.start()
        events = []
        while len(events) < 3:
            events += terminal.wait()
        thread.join()
        assert events == [0, 1, 2]


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError], ids=["ctrl-c", "a bug"])
def test_the_terminal_is_left_as_it_was(ends, end):
    """Its mode, its cursor, what it showed, and who hears of signals."""
    before, handler = ends.mode, signal.getsignal(signal.SIGWINCH)
    with pytest.raises(end), Terminal(ends.keys, ends.screen):  # noqa: PT012
        assert ends.mode != before
        raise end
    shown = ends.seen("\x1b[?1049l")

    assert ends.mode == before
    assert shown.startswith("\x1b[?1049h\x1b[?25l")
    assert "\x1b[?25h" in shown
    assert signal.getsignal(signal.SIGWINCH) is handler


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=str)
def test_a_signal_that_ends_the_program_gives_the_terminal_back(ends, number):
    """The exit code is that of a shell."""
    before = ends.mode
    with pytest.raises(SystemExit, match=str(128 + number)), Terminal(ends.keys, ends.screen):
        signal.raise_signal(number)
    assert ends.mode == before


def test_colours_are_shown_unless_they_are_not_wanted(ends, monkeypatch):
    """NO_COLOR takes every style away, and no word."""
    with Terminal(ends.keys, ends.screen) as terminal:
        terminal.show(ROWS)
        ends.seen("\x1b[1ma title\x1b[0m")
    monkeypatch.setenv("NO_COLOR", "1")
    with Terminal(ends.keys, ends.screen) as terminal:
        terminal.show(ROWS)
        ends.seen("\x1b[Ha title\x1b[K\r\nplain, green\x1b[K\x1b[J")


def test_a_terminal_that_can_do_nothing_gets_plain_lines(ends, monkeypatch):
    """And those once, as long as nothing changes."""
    monkeypatch.setenv("TERM", "dumb")
    with Terminal(ends.keys, ends.screen) as terminal:
        for rows in (ROWS, ROWS, ROWS[:1]):
            terminal.show(rows)
        plain = "\r\na title\r\nplain, green\r\n\r\na title\r\n"
        assert ends.seen(plain) == plain


def test_a_terminal_without_unicode_gets_question_marks(ends):
    """The screen of the fixture knows ASCII only."""
    with Terminal(ends.keys, ends.screen) as terminal:
        terminal.show(((Span("caf\u00e9"),),))
        ends.seen("caf?")


def test_a_terminal_of_another_size_is_told_and_drawn_again(ends):
    """Even if what is to be seen did not change."""
    with Terminal(ends.keys, ends.screen) as terminal:
        terminal.show(ROWS)
        ends.seen("a title")
        signal.raise_signal(signal.SIGWINCH)
        assert terminal.wait() == [Resized()]
        terminal.show(ROWS)
        ends.seen("a title")


def test_a_terminal_that_goes_away_is_the_end_of_waiting(ends):
    """As when a connection breaks."""
    with Terminal(ends.keys, ends.screen) as terminal:
        os.close(ends.person)
        with pytest.raises(EOFError):
            terminal.wait()
    ends.person = os.open(os.devnull, os.O_RDONLY)


@pytest.mark.parametrize("name", ["stdin", "stdout"])
def test_what_is_no_terminal_is_refused(monkeypatch, ends, name):
    """With the command that needs none; a stream may also be closed."""
    monkeypatch.setattr(sys, "stdin", ends.keys)
    monkeypatch.setattr(sys, "stdout", ends.screen)
    check_terminal()
    for stream in (io.StringIO(), None):
        monkeypatch.setattr(sys, name, stream)
        with pytest.raises(BughuntError, match=rf"{name[3:]}put: is no terminal.*'bughunt check'"):
            check_terminal()
