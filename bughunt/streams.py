"""The standard streams of this process: closed by a shell, full, or read by nobody."""

from __future__ import annotations

import contextlib
import os
import sys


def prepare() -> None:
    """Give the process the streams that its shell closed, and let them take any character."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a symptom may hold what a terminal lacks


def abandon_output() -> None:
    """Let the interpreter flush into nothing what cannot be written."""
    with contextlib.suppress(OSError):  # not every stream has a descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
