"""What can go wrong, as exceptions whose text says where, what, the value and the next step.

::

    BughuntError                  exit code 2: the call was wrong
    ├── BankError                 the catalogue, or something that it names
    │   └── MutationFailed        an edit that does not apply to the clean code
    ├── SelectionError            no such level or bug, or too few of them
    ├── WorkspaceError            a folder that is not what the command needs
    │   ├── DestinationExists     materialize would overwrite something
    │   ├── NotAWorkspace         no manifest here, or one that cannot be read
    │   └── BankChanged           the workspace was made from another state of the bank
    ├── ExamError                 a file of an exam, or wishes that cannot be met together
    └── EnvironmentProblem        exit code 3: the machine, not the call
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LISTED = 16


class BughuntError(Exception):
    """Something that a user can cause and can put right; its text is shown as it stands."""

    exit_code = 2


class BankError(BughuntError):
    """One line for each problem of a catalogue."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class MutationFailed(BankError):
    """An edit that finds no place or too many, meets another edit, or breaks the file."""


class SelectionError(BughuntError):
    """A choice of bugs that the bank cannot serve."""


class WorkspaceError(BughuntError):
    """A folder that is not what the command needs."""


class DestinationExists(WorkspaceError):
    """Writing the workspace would overwrite something."""


class NotAWorkspace(WorkspaceError):
    """There is no readable manifest here or in a parent folder."""


class BankChanged(WorkspaceError):
    """The workspace was made from another state of the bank, so its answers are not known."""


class ExamError(BughuntError):
    """A file of an exam that is not what it should be, or wishes that exclude each other."""


class EnvironmentProblem(BughuntError):
    """The machine stands in the way: permissions, space, a missing program."""

    exit_code = 3


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the likely word, or else all known ones or the nearest."""
    candidates = sorted(known)
    close = get_close_matches(word, candidates, n=1)
    if close:
        return f"Did you mean '{close[0]}'?"
    if len(candidates) > _LISTED:
        nearest = ", ".join(get_close_matches(word, candidates, n=3, cutoff=0.0))
        return f"There are {len(candidates)}, the nearest: {nearest}."
    return f"There is: {', '.join(candidates)}." if candidates else "There is none."
