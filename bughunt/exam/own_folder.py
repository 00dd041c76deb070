"""A folder of an exam: its owner's alone, and one command at a time writes into it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from bughunt.errors import EnvironmentProblem, ExamError
from bughunt.placement import place_file

if sys.platform != "win32":
    import fcntl

AT_WORK = ".bughunt-at-work"  # the file that is locked, as long as somebody writes beside it
_HALF_WRITTEN = ".*.bughunt-new-*"  # as ``placement`` names files that are not complete yet
_DEPTHS = ("", "*/", "*/*/")  # at which commands write


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can look into, or make one so.

    Raises:
        EnvironmentProblem: when the system refuses.

    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        text = f"{folder}: cannot be made, or kept from others: {error.strerror}."
        text = f"{text} Choose another folder."
        raise EnvironmentProblem(text) from None


def place_own(content: bytes, file: Path) -> None:
    """Write a file whole that only its owner can read, in a folder like that.

    Raises:
        EnvironmentProblem: when the system refuses.

    """
    make_folder(file.parent)
    place_file(content, file)
    file.chmod(0o600)


def is_trace(name: str) -> bool:
    """Return whether a file is only what a command at work, or one that was killed, leaves."""
    return name == AT_WORK or fnmatchcase(name, _HALF_WRITTEN)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only command that writes into a folder; make it, unless nothing is written there.

    What a process that was killed has half written is removed.

    Raises:
        ExamError: when another command writes there.
        EnvironmentProblem: when the system refuses.

    """
    was_there = folder.exists()
    make_folder(folder)
    try:
        with held(folder / AT_WORK):
            _sweep(folder)
            yield
    finally:
        if not was_there:
            with contextlib.suppress(OSError):
                folder.rmdir()  # it fails where anything was written


@contextlib.contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold a file that one process may hold at a time.

    The lock is the system's and ends with the process, whatever ends it. A file that is left behind
    locks nobody out. Windows has no such locks, and nothing is locked there.

    Raises:
        ExamError: when another process holds it.
        EnvironmentProblem: when the system refuses.

    """
    descriptor = _locked(file)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)
        os.close(descriptor)


def _locked(file: Path) -> int:
    """Return a descriptor of the file that holds its lock."""
    while True:
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            text = f"{file}: cannot be written: {error.strerror}. Look at its permissions."
            raise EnvironmentProblem(text) from None
        try:
            _lock(descriptor, file)
            if _is_at(descriptor, file):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # whoever held it has removed the file meanwhile


def _sweep(folder: Path) -> None:
    for half in (it for depth in _DEPTHS for it in folder.glob(depth + _HALF_WRITTEN)):
        with contextlib.suppress(OSError):
            shutil.rmtree(half) if half.is_dir() else half.unlink()


def _lock(descriptor: int, file: Path) -> None:
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = f"{file.parent}: another bughunt command is writing into this folder."
        raise ExamError(f"{text} Wait until it has ended, and try again.") from None
    except OSError as error:
        text = f"{file}: cannot be locked: {error.strerror}."
        raise EnvironmentProblem(f"{text} Choose a folder on another disk.") from None


def _is_at(descriptor: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False
