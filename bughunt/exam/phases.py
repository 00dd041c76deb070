"""What a long command is at: a bar for each part on a terminal, elsewhere a line."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TextIO

from bughunt import report


class Phases:
    """The parts of a command, one after the other.

    Args:
        stream: where they are told; None: nowhere.

    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._shown = contextlib.ExitStack()
        self._tick: Callable[[int, int], None] | None = None

    def __enter__(self) -> Phases:
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.close()

    def begin(self, text: str) -> None:
        """End the part before, and begin another."""
        self._shown.close()
        if self._stream is None:
            return
        if not self._stream.isatty():
            print(text, file=self._stream, flush=True)
        self._tick = self._shown.enter_context(report.progress(text, self._stream))

    def tick(self, done: int, more: int) -> None:
        """Tell how much of this part was just done, and how much more there is to do."""
        if self._tick is not None:
            self._tick(done, more)
