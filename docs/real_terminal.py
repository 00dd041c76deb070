"""A shell in a real terminal: keys go in, and what a person would see is read back.

Recordings and tests share it. It needs tmux. Every wait is for something on the screen, never for a
time.
"""

import os
import shlex
import subprocess
import sys
import time

COLUMNS, ROWS = 80, 24
PATIENCE = 120  # seconds for the screen to be as expected: a busy machine imports torch slowly
GLANCE = 0.05  # seconds from one look at the screen to the next
PROMPT = "$"


class Shell:
    """A shell in a terminal of 80 columns and 24 rows, in which ``bughunt`` is this bughunt."""

    def __init__(self, home, folder, **variables):
        """Open a shell in a folder; ``home`` is a new folder with a short name, for what it needs.

        The variables are set in it, over those of this process.
        """
        home.mkdir(parents=True)
        self._socket = home / "socket"
        program = home / "bin" / "bughunt"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m bughunt "$@"\n')
        program.chmod(0o755)
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**os.environ, "PATH": path}  # tmux takes it from whoever calls
        options = [f"-e{name}={value}" for name, value in variables.items()]
        size = ("-x", str(COLUMNS), "-y", str(ROWS))
        self._tmux("-f", os.devnull, "new-session", "-d", *size, "-c", str(folder), *options, "sh")
        self.run(f"PS1='{PROMPT} '")

    def _tmux(self, *arguments):
        command = ["tmux", "-S", str(self._socket), *arguments]
        how = {"check": True, "capture_output": True, "text": True, "env": self._environment}
        return subprocess.run(command, **how).stdout

    def press(self, *keys):
        """Type keys, as tmux names them."""
        self._tmux("send-keys", *keys)

    def run(self, command):
        """Type a command and Enter."""
        self.press("-l", command)
        self.press("Enter")

    def clear(self):
        """Empty the screen, and forget what has scrolled away."""
        self.run("clear")
        self.wait_until(lambda screen: screen.strip() == PROMPT, "an empty screen")
        self._tmux("clear-history")

    def finish(self, command):
        """Run a command on an empty screen, and return as soon as the prompt is back."""
        self.clear()
        self.run(command)
        self.wait_until(_has_answered, f"the end of {command!r}")

    def screen(self):
        """Return what is seen."""
        return self._tmux("capture-pane", "-p")

    def picture(self):
        """Return what is seen and what has scrolled away, with the codes of its colours."""
        return self._tmux("capture-pane", "-e", "-p", "-S", "-").rstrip()

    def wait_for(self, text):
        """Return the screen as soon as it holds the text."""
        return self.wait_until(lambda screen: text in screen, repr(text))

    def wait_until(self, holds, what):
        """Return the screen as soon as ``holds`` is true of it."""
        end = time.monotonic() + PATIENCE
        while not holds(screen := self.screen()):
            assert time.monotonic() < end, f"{what} does not appear:\n{screen}"
            time.sleep(GLANCE)
        return screen

    def close(self):
        """End the terminal and what runs in it."""
        self._tmux("kill-server")


def _has_answered(screen):
    """Tell whether a prompt is the last thing on the screen, and not the only one."""
    lines = screen.split("\n")
    shown = [line for line in lines if line.strip()]
    return len(shown) > 1 and shown[-1].strip() == PROMPT
