"""Answers by what they depend on, kept from one run to the next."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from bughunt.detector import CaseRun, DetectorRun
from bughunt.digests import Digests, digest
from bughunt.running.outcome import Crashed, TimedOut

_DAYS_KEPT = 60
_QUICK = 1  # of the levels of compression
_DAY = 86400


class Known(msgspec.Struct, frozen=True):
    """An answer, and what it depends on."""

    parts: dict[str, str]  # digests by the name of a file or of a part
    ended: CaseRun


class _Row:
    """Something known, ready to be compared with many states of the same tree."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._base: Mapping[str, str] | None = None
        self._unlike_base: dict[str, str] = {}

    def holds_for(self, digests: Digests) -> bool:
        """Return whether a state of the code agrees in all on which the answer depends."""
        parts = self.known.parts
        if self._base is not digests.base:
            self._base = base = digests.base
            self._unlike_base = {
                name: digest for name, digest in parts.items() if base.get(name) != digest
            }
        return digests.agree(parts, self._unlike_base)


class Store:
    """Answers by what they depend on: in memory, and in a file where one is given.

    The file is a cache: when it cannot be read or written, verdicts are only found out again.
    """

    def __init__(self, path: Path | None) -> None:
        self._known: dict[str, list[_Row]] = {}
        self._path = path
        self._database = None if path is None else _opened(path)

    def close(self) -> None:
        """Forget what nobody has asked for in a long time, and close the file."""
        if self._database is not None:
            self._execute("DELETE FROM answers WHERE day < ?", (_today() - _DAYS_KEPT,))
        if self._database is not None:
            self._database.close()
            self._database = None

    def find(self, key: str, digests: Digests) -> CaseRun | None:
        """Return the answer for a state with these files and parts of files, if one is known."""
        if key not in self._known:
            self._known[key] = self._stored(key)
        return next((it.known.ended for it in self._known[key] if it.holds_for(digests)), None)

    def keep(self, key: str, digests: Digests, ended: CaseRun) -> _Row:
        """Note an answer; one that may be the machine's fault is for this run only."""
        names = digests if ended.parts is None else ended.parts
        known = Known({name: digests[name] for name in names if name in digests}, ended)
        row = _Row(known)
        self._known.setdefault(key, []).append(row)
        if self._database is not None and not any(map(_may_be_the_machine, ended.runs)):
            content = zlib.compress(msgspec.msgpack.encode(known), _QUICK)
            values = (key, digest(msgspec.msgpack.encode(known.parts)), content, _today())
            self._execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", values)
        return row

    def _stored(self, key: str) -> list[_Row]:
        rows = self._execute("SELECT known, day FROM answers WHERE key = ?", (key,))
        if any(day != _today() for _, day in rows):
            self._execute("UPDATE answers SET day = ? WHERE key = ?", (_today(), key))
        try:
            return [
                _Row(msgspec.msgpack.decode(zlib.decompress(content), type=Known))
                for content, _ in rows
            ]
        except (zlib.error, msgspec.MsgspecError):
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
        "CREATE TABLE IF NOT EXISTS answers "
        "(key TEXT, parts TEXT, known BLOB, day INTEGER, PRIMARY KEY (key, parts))"
    )
    return database


def _today() -> int:
    return int(time.time()) // _DAY
