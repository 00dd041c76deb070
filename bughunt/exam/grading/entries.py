"""What is taken from a folder or an archive: few files, by paths that can mean one thing only."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timezone

import msgspec

from bughunt.errors import BughuntError

LARGEST_FILE = 1 << 20  # bytes, of a file that is looked at
LARGEST_TOTAL = 1 << 26  # bytes, of all that are looked at
MOST_ENTRIES = 50_000
LONGEST_PATH = 1000
LONGEST_NAME = 200
DEEPEST = 32
_RECORDS = ("exam.json", "progress.json", "REPORT.md", "report.json")
SKIPPED = {".git", ".venv", "venv", "node_modules"}  # folders in which nothing is looked at
_DRIVE = re.compile(r"[A-Za-z]:")
_LISTED = 200


class NotGradable(BughuntError):
    """Something was handed in that nobody can grade; that is not the same as no points."""


class Refusal(msgspec.Struct, frozen=True):
    """A file that was handed in and is not used, though it might have been meant to be."""

    path: str
    reason: str


class Taken(msgspec.Struct, frozen=True):
    """What was taken in."""

    files: dict[str, bytes]  # those that are looked at, by path with "/"
    names: tuple[str, ...]  # all files
    refused: tuple[Refusal, ...]
    times: dict[str, datetime] = {}  # of last changes, of files that are looked at, as they say


class Entries:
    """Collects what a folder or an archive holds, within limits.

    Methods raise ``NotGradable`` where an honest submission would never be.
    """

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._names: dict[str, str] = {}  # by what a careless file system would make of it
        self._refused: list[Refusal] = []
        self._times: dict[str, datetime] = {}
        self._count = self._size = 0

    def admits(self, path: str, kind: str = "") -> bool:
        """Return whether the entry is a file to be read; note why not where somebody should know.

        Args:
            path: as it stands in the archive.
            kind: what it is if it is no file, such as "a link".

        Raises:
            NotGradable: when there are more entries than any workspace has.

        """
        self.count()
        if reason := kind or _path_fault(path):
            self.refuse(path, reason)
            return False
        folded = unicodedata.normalize("NFC", path).casefold()
        if folded in self._names and is_wanted(path):
            other = clean(self._names[folded])
            raise NotGradable(f"holds both '{clean(path)}' and '{other}'. Ask which is meant.")
        self._names.setdefault(folded, path)
        return is_wanted(path)

    def count(self) -> None:
        """Count one more file or folder.

        Raises:
            NotGradable: when there are more than any workspace has.

        """
        self._count += 1
        if self._count > MOST_ENTRIES:
            raise NotGradable(f"holds more than {MOST_ENTRIES} files. Ask for the code alone.")

    def refuse(self, path: str, reason: str) -> None:
        """Note that an entry is not used."""
        if len(self._refused) < _LISTED:
            self._refused.append(Refusal(clean(path), reason))

    def add(self, path: str, content: bytes, changed: datetime | None = None) -> None:
        """Keep a file that was admitted, and when it was last changed, if it says so.

        Raises:
            NotGradable: when it is too large, or all files together are.

        """
        if len(content) > LARGEST_FILE:
            text = f"'{clean(path)}' has more than {LARGEST_FILE} bytes"
            raise NotGradable(f"{text}. Ask for the code alone.")
        self._size += len(content)
        if self._size > LARGEST_TOTAL:
            raise NotGradable(f"has more than {LARGEST_TOTAL} bytes of code. Ask for it alone.")
        self._files[path] = content
        if changed is not None:
            self._times[path] = changed

    def taken(self) -> Taken:
        """Return all that was taken in."""
        names = tuple(sorted(self._names.values()))
        files = dict(sorted(self._files.items()))
        return Taken(files, names, tuple(self._refused), self._times)


def is_wanted(path: str) -> bool:
    """Return whether a file of this name is looked at."""
    *folders, name = path.split("/")
    return (name.endswith(".py") or name in _RECORDS) and SKIPPED.isdisjoint(folders)


def clean(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text of a submission so that it can be shown: one line, printable, not long."""
    line = "".join(it if it.isprintable() else "?" for it in text[:longest])
    return line if len(text) <= longest else f"{line}..."


def moment(seconds: float) -> datetime | None:
    """Return a time in seconds since 1970 as one in UTC; None: there is no such year."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _path_fault(path: str) -> str:
    """Return why the path is not used; "" when it is an ordinary one."""
    parts = path.split("/")
    if path.startswith("/") or _DRIVE.match(path):
        return "an absolute path"
    if ".." in parts or "." in parts or "" in parts:
        return "a path that leads elsewhere"
    if "\\" in path or not path.isprintable():
        return "a path with characters that no path needs"
    if len(path) > LONGEST_PATH or len(parts) > DEEPEST or max(map(len, parts)) > LONGEST_NAME:
        return "a path that is too long or too deep"
    return ""
