"""A folder that was handed in, read without following a link out of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bughunt.exam.grading.entries import (
    DEEPEST,
    LARGEST_FILE,
    SKIPPED,
    Entries,
    NotGradable,
    Taken,
    moment,
)

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def walked(folder: Path) -> Taken:
    """Return what a folder holds.

    Raises:
        NotGradable: when it holds more than any workspace, or cannot be read.

    """
    entries = Entries()
    try:
        _walk(folder, "", entries)
    except OSError as error:
        raise NotGradable(f"cannot be read: {error.strerror}. Look at its permissions.") from None
    return entries.taken()


def read_file(path: Path, largest: int) -> bytes:
    """Return the content of a regular file, which may be one byte longer than allowed.

    Raises:
        OSError: when it is a link, or the system refuses.

    """
    # Without O_NONBLOCK a pipe would be waited for.
    descriptor = os.open(path, _FLAGS | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is no file")
        return file.read(largest + 1)


def _walk(root: Path, top: str, entries: Entries) -> None:
    pending = [top]
    while pending:
        prefix = pending.pop()
        with os.scandir(root / prefix) as found:
            inside = sorted(found, key=lambda entry: entry.name)
        for entry in inside:
            path = f"{prefix}/{entry.name}" if prefix else entry.name
            if entry.is_dir(follow_symlinks=False):
                entries.count()
                if entry.name not in SKIPPED and path.count("/") < DEEPEST:
                    pending.append(path)
            elif entries.admits(path, _kind(entry)):
                changed = moment(entry.stat(follow_symlinks=False).st_mtime)
                entries.add(path, read_file(root / path, LARGEST_FILE), changed)


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "a link"
    return "" if entry.is_file(follow_symlinks=False) else "no file"
