"""The one folder in which a child may write: measured while it runs, emptied when it has ended."""

from __future__ import annotations

import itertools
import os
from pathlib import Path


def usage(folder: Path, most_files: int) -> tuple[int, int]:
    """Return how many files the folder holds and how many bytes; it stops at too many files."""
    files = size = 0
    pending = [str(folder)]
    while pending and files <= most_files:
        entries = _entries(pending.pop(), most_files)
        if entries is None:
            return most_files + 1, size
        for is_folder, path, taken in entries:
            files += 1
            size += taken
            pending += [path] if is_folder else []
    return files, size


def _entries(folder: str, most: int) -> list[tuple[bool, str, int]] | None:
    """Return what is in a folder, and nothing of a folder that is gone; None if it is too deep."""
    try:
        with os.scandir(folder) as entries:
            return [
                (
                    entry.is_dir(follow_symlinks=False),
                    entry.path,
                    entry.stat(follow_symlinks=False).st_blocks * 512,
                )
                for entry in itertools.islice(entries, most + 1)
            ]
    except FileNotFoundError:
        return []
    except OSError:  # no honest path is too long to be looked at
        return None


def empty(folder: Path) -> None:
    """Remove all that the folder holds, however deep it is nested.

    Raises:
        OSError: when something cannot be removed.

    """
    number = itertools.count()
    while paths := list(folder.iterdir()):
        for path in paths:
            if not path.is_dir() or path.is_symlink():
                path.unlink()
                continue
            # Folders inside come up to this level, so that no path becomes too long.
            for inner in list(path.iterdir()):
                inner.rename(_unused(folder, number))
            path.rmdir()


def _unused(folder: Path, number: itertools.count[int]) -> Path:
    while os.path.lexists(path := folder / f"up-{next(number)}"):
        pass
    return path
