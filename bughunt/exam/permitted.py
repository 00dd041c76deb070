"""What the commands of a hunter may do in the workspace of an exam, and what they say instead."""

from __future__ import annotations

from bughunt.errors import WorkspaceError
from bughunt.exam.sheet import SHEET, Hints, Sheet, read_sheet
from bughunt.manifest import Symptom
from bughunt.report import Block, Line, Table, counted
from bughunt.workspace import Workspace


def check_tests(workspace: Workspace) -> None:
    """Raise when the tests of a workspace were left out.

    Raises:
        WorkspaceError: which says so.

    """
    if not all(symptom.detector for symptom in workspace.manifest.symptoms):
        text = f"{workspace.root}: is the workspace of an exam, whose tests stay with the organiser"
        raise WorkspaceError(f"{text}. Write your own; 'bughunt diff' shows what you changed.")


def sheet_of(workspace: Workspace) -> Sheet:
    """Return the sheet of the exam that a workspace belongs to.

    Raises:
        WorkspaceError: when there is none.
        NotAWorkspace: when it cannot be read.

    """
    sheet = read_sheet(workspace.root)
    if sheet is None:
        text = f"{workspace.root}: no {SHEET}, which says what there is in this exam."
        raise WorkspaceError(f"{text} Unpack the archive again.")
    return sheet


def free_hints(workspace: Workspace, number: int) -> Hints:
    """Return the hints to a symptom, where the exam gives them away.

    Raises:
        WorkspaceError: when it does not.
        NotAWorkspace: when the sheet of the exam cannot be read.

    """
    sheet = sheet_of(workspace)
    if sheet.hints == "cost":
        text = f"a hint costs {sheet.hint_cost:g} points in exam '{sheet.exam}'. Ask the organiser,"
        raise WorkspaceError(f"{text} as candidate {sheet.candidate}, for symptom {number}.")
    if len(sheet.hint_texts) != len(workspace.manifest.symptoms):
        text = f"there are no hints in exam '{sheet.exam}'."
        raise WorkspaceError(f"{text} 'bughunt diff' shows what you changed.")
    return sheet.hint_texts[number - 1]


def hinted(symptom: Symptom, hints: Hints, taken: int) -> tuple[Block, ...]:
    """Return the hints that were taken, and how many are left."""
    rows = tuple(
        (Line(str(place)), Line(" ".join(hint.split())))
        for place, hint in enumerate(hints[:taken], start=1)
    )
    left = len(hints) - taken
    return (
        Line(f"Symptom {symptom.number}: {symptom.text}", "bold"),
        Table(rows),
        Line(f"{counted(left, 'hint')} left." if left else "That was the last hint."),
    )
