"""Which lines of the packages are executed, in this process and in those that it forks."""

from __future__ import annotations

import mmap
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any


class LineTrace:
    """Notes each line of the packages that is executed from now on, in every thread."""

    def __init__(self, root: Path, packages: Iterable[str]) -> None:
        files = [file for package in packages for file in sorted((root / package).rglob("*.py"))]
        self._names: dict[str, tuple[str, int, int]] = {}  # first byte and end of a file's lines
        stop = 0
        for file in files:
            start, stop = stop, stop + file.read_bytes().count(b"\n") + 2
            self._names[str(file)] = (file.relative_to(root).as_posix(), start, stop)
        self._size = stop
        self._seen = mmap.mmap(-1, stop or 1)  # a byte for each line; forks share it
        threading.settrace(self._enter)
        sys.settrace(self._enter)

    def take(self) -> dict[str, tuple[int, ...]]:
        """Return the lines that were executed since the last call, by file."""
        seen = self._seen[: self._size]
        self._seen[: self._size] = bytes(self._size)
        lines = {
            name: tuple(line for line, mark in enumerate(seen[start:stop]) if mark)
            for name, start, stop in self._names.values()
        }
        return {name: numbers for name, numbers in lines.items() if numbers}

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG002
        """Return what is to be called for each line of a frame; None for code from elsewhere."""
        found = self._names.get(frame.f_code.co_filename)
        if found is None:
            return None
        seen, start = self._seen, found[1]

        def note(frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG001
            if event == "line":
                seen[start + frame.f_lineno] = 1
            return note

        return note
