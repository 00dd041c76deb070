"""The first files of an exam: a plan that can be built as it stands, and a small roster."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bughunt.errors import ExamError
from bughunt.exam.plan import PLAN
from bughunt.exam.roster import ROSTER
from bughunt.placement import place_file

_ID = "{id}"
_LONGEST_ID = 60
_WIDTH = 26  # up to the comments
_TEMPLATES = Path(__file__).parent / "templates"


def begin(folder: Path) -> tuple[Path, ...]:
    """Write a plan and a roster into a folder; return them.

    Raises:
        ExamError: when one of them stands there.
        EnvironmentProblem: when the system refuses.

    """
    files = tuple(folder / name for name in (PLAN, ROSTER))
    for file in files:
        if os.path.lexists(file):
            raise ExamError(f"{file}: already exists. Choose another folder.")
    if folder.exists() and not folder.is_dir():
        raise ExamError(f"{folder}: is not a folder. Choose another one.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = f"{folder}: cannot be made: {error.strerror}. Choose another place."
        raise ExamError(text) from None
    for file in files:
        text = (_TEMPLATES / file.name).read_text(encoding="utf-8")
        place_file(text.replace(_ID, f"{_name(folder):<{_WIDTH}} ").encode(), file)
    return files


def _name(folder: Path) -> str:
    """Return the name of the folder as the id of an exam."""
    words = re.findall(r"[a-z0-9]+", folder.absolute().name.lower())
    return "-".join(words)[:_LONGEST_ID].strip("-") or "my-exam"
