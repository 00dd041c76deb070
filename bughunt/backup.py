"""What is put away in a workspace: nothing of a hunter's is lost when it is replaced."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from pathlib import Path

BACKUP = ".bughunt/backup"


def folder(root: Path, moment: datetime) -> Path:
    """Return the path of a folder that is not there yet, named after the moment in local time."""
    name = f"{moment.astimezone():%Y-%m-%d_%H-%M-%S}"
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(path for name in names if not (path := root / BACKUP / name).exists())
