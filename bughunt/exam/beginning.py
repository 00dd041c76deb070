"""The first files of an exam: a plan that can be built as it stands, and a small roster."""

from __future__ import annotations

import os
from pathlib import Path

from bughunt.errors import ExamError
from bughunt.exam.plan import PLAN
from bughunt.exam.roster import ROSTER
from bughunt.placement import place_file

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
        place_file((_TEMPLATES / file.name).read_bytes(), file)
    return files
