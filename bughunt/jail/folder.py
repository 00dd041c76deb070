"""The folder of one server, which is gone with its keeper, or at the latest when another starts.

A keeper that is killed cannot remove its folder. It holds a lock on it, which the kernel gives back
with the process, so the next one finds the folder without a lock and removes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "bughunt-jail-"


class Folder:
    """A new and empty folder, locked until it is removed."""

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        lock = None
        while lock is None:  # another keeper may sweep it away before it is locked
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
            lock = _locked(self.path)
        self._lock = lock

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the folder with all that it holds."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _sweep(where: Path) -> None:
    """Remove what keepers left that were killed."""
    for path in where.glob(f"{PREFIX}*"):
        if (lock := _locked(path)) is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _locked(path: Path) -> int | None:
    """Return a descriptor that locks a folder of ours; None when it has a keeper, or is gone."""
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        if os.fstat(folder).st_uid == os.geteuid():
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(folder), os.lstat(path)):
                return folder
    os.close(folder)
    return None
