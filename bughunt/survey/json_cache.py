"""Records kept from one run to the next, as JSON files in one folder."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TypeVar

import msgspec

from bughunt.errors import EnvironmentProblem
from bughunt.placement import place_file

Record = TypeVar("Record")


class JsonCache:
    """Records by name. What cannot be read or written is only to be found out again."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def load(self, name: str, kind: type[Record]) -> Record | None:
        """Return what was kept under a name, or None."""
        if self._folder is not None:
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                return msgspec.json.decode((self._folder / f"{name}.json").read_bytes(), type=kind)
        return None

    def store(self, name: str, record: object) -> None:
        """Keep a record; whoever reads meanwhile sees the old one or the new one."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError, EnvironmentProblem):
            self._folder.mkdir(parents=True, exist_ok=True)
            place_file(msgspec.json.encode(record), self._folder / f"{name}.json")
