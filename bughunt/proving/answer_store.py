"""Answers by what they depend on, kept from one run to the next."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from bughunt.detector import CaseRun, DetectorRun
from bughunt.running.outcome import Crashed, TimedOut

_DAYS_KEPT = 60
_DAY = 86400


class Store:
    """Answers by what they depend on: in memory, and in a file where one is given.

    The file is a cache: when it cannot be read or written, verdicts are only found out again.
    """

    def __init__(self, path: Path | None) -> None:
        self._known: dict[str, list[tuple[dict[str, str], CaseRun]]] = {}
        self._path = path
        self._database = None if path is None else _opened(path)

    def close(self) -> None:
        """Forget what nobody has asked for in a long time, and close the file."""
        if self._database is not None:
            self._execute("DELETE FROM evidence WHERE day < ?", (_today() - _DAYS_KEPT,))
        if self._database is not None:
            self._database.close()
            self._database = None

    def find(self, key: str, digests: dict[str, str]) -> CaseRun | None:
        """Return the answer for a state with these files, if one is known."""
        if key not in self._known:
            self._known[key] = self._stored(key)
        for files, ended in self._known[key]:
            if all(digests.get(path) == digest for path, digest in files.items()):
                return ended
        return None

    def keep(self, key: str, digests: dict[str, str], ended: CaseRun) -> None:
        """Note an answer; one that may be the machine's fault is for this run only."""
        asked_for = digests if ended.files is None else ended.files
        files = {path: digests[path] for path in asked_for if path in digests}
        self._known.setdefault(key, []).append((files, ended))
        if self._database is not None and not any(map(_may_be_the_machine, ended.runs)):
            row = (key, msgspec.msgpack.encode(files), msgspec.msgpack.encode(ended), _today())
            self._execute("INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?)", row)

    def _stored(self, key: str) -> list[tuple[dict[str, str], CaseRun]]:
        rows = self._execute("SELECT files, ended, day FROM evidence WHERE key = ?", (key,))
        if any(day != _today() for *_, day in rows):
            self._execute("UPDATE evidence SET day = ? WHERE key = ?", (_today(), key))
        try:
            return [
                (
                    msgspec.msgpack.decode(files, type=dict[str, str]),
                    msgspec.msgpack.decode(ended, type=CaseRun),
                )
                for files, ended, _ in rows
            ]
        except msgspec.MsgspecError:
            return []

    def _execute(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Run a statement; a file that cannot be used is left, and a damaged one removed."""
        if self._database is None:
            return []
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            self._database.close()
            self._database = None
            if not isinstance(error, sqlite3.OperationalError):
                _remove(self._path)
            return []


def default_path() -> Path:
    """Return where answers are kept: ``BUGHUNT_CACHE_DIR``, or in the user's cache folder."""
    if folder := os.environ.get("BUGHUNT_CACHE_DIR"):
        return Path(folder) / "evidence.sqlite3"
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "bughunt" / "evidence.sqlite3"


def _may_be_the_machine(run: DetectorRun) -> bool:
    """Return whether too little time, or somebody else's signal, may be the reason."""
    match run.outcome:
        case TimedOut() | Crashed("SIGKILL" | "SIGTERM" | "SIGXCPU" | "MemoryError"):
            return True
    return False


def _opened(path: Path) -> sqlite3.Connection | None:
    """Open the file, or start a new one in place of one that is no database."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _connected(path)
    except (OSError, sqlite3.OperationalError):
        return None
    except sqlite3.DatabaseError:
        _remove(path)
        with contextlib.suppress(sqlite3.Error):
            return _connected(path)
    return None


def _remove(path: Path | None) -> None:
    if path is not None:
        with contextlib.suppress(OSError):
            path.unlink()


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=10.0, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS evidence "
        "(key TEXT, files BLOB, ended BLOB, day INTEGER, PRIMARY KEY (key, files))"
    )
    return database


def _today() -> int:
    return int(time.time()) // _DAY
