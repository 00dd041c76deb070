"""The folder in which a hunter works: written, found, and compared with what it was."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from bughunt import git_repository, manifest, placement
from bughunt.contents import contents, digest
from bughunt.errors import BankChanged, EnvironmentProblem, NotAWorkspace, WorkspaceError
from bughunt.manifest import MANIFEST, Manifest, Symptom
from bughunt.mutate import MutatedTree, mutate, unified_diff
from bughunt.select import Selection
from bughunt.spec import Bank, Bug

__all__ = [
    "ChangedTest",
    "Manifest",
    "Symptom",
    "Workspace",
    "bugs_of",
    "changed_tests",
    "changes",
    "find_workspace",
    "folder_around",
    "holds",
    "materialize",
    "mutation_diff",
    "package_files",
    "pristine",
    "test_files",
]

_MOMENT = 1_735_689_600  # the start of 2025, UTC: of every file, folder and commit
_MESSAGE = "Start"


class Workspace(msgspec.Struct, frozen=True):
    """A workspace on disk; ``root / "tests"`` holds its detectors."""

    root: Path
    manifest: Manifest


class ChangedTest(msgspec.Struct, frozen=True):
    """A file below ``tests/`` whose verdict may be another than that of the bank."""

    file: str  # from the root of the workspace
    change: str  # "changed", "missing" or "added"


def materialize(
    bank: Bank,
    selection: Selection,
    destination: Path,
    *,
    force: bool = False,
    general: bool = True,
) -> Workspace:
    """Write a workspace.

    Args:
        bank: from which all comes.
        selection: the bugs.
        destination: a folder that is made.
        force: whether another workspace, or an empty folder, may be replaced.
        general: whether it carries the laws that belong to no symptom, by which a hunter sees
            what a fix breaks.

    Raises:
        BankError: when the bank cannot serve the choice.
        DestinationExists: when something else stands at the destination.
        EnvironmentProblem: when the system refuses to write there.

    """
    record, files = contents(bank, selection, general=general)
    repository = git_repository.repository(files, _MESSAGE, _MOMENT)
    files |= {f".git/{path}": content for path, content in repository.items()}
    may_replace = _is_workspace if force else None
    root = placement.place(files, destination, time=_MOMENT, may_replace=may_replace)
    return Workspace(root, record)


def find_workspace(start: Path) -> Workspace:
    """Return the workspace that ``start`` is, or lies in.

    Raises:
        NotAWorkspace: when there is none, or its manifest cannot be read.
        EnvironmentProblem: when the system does not let us look.

    """
    if folder := folder_around(start):
        return Workspace(folder, manifest.read(folder))
    text = f"{start}: not in a workspace: no {MANIFEST} here or in a folder above."
    raise NotAWorkspace(f"{text} Make one with 'bughunt materialize' and change into it.")


def folder_around(start: Path) -> Path | None:
    """Return the folder of the workspace that ``start`` is, or lies in, unread; None: in none.

    Raises:
        EnvironmentProblem: when the system does not let us look.

    """
    here = start.absolute()
    return next((it for it in (here, *here.parents) if _has_manifest(it)), None)


def _has_manifest(folder: Path) -> bool:
    try:
        return stat.S_ISREG((folder / MANIFEST).stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _unreadable(error) from None


def _is_workspace(folder: Path) -> bool:
    try:
        manifest.read(folder)
    except NotAWorkspace:
        return False
    return True


def bugs_of(workspace: Workspace, bank: Bank) -> tuple[Bug, ...]:
    """Return the bugs of a workspace, in the hunter's numbering.

    Raises:
        BankChanged: when the bank no longer has one of them.
        WorkspaceError: when the workspace belongs to an exam.

    """
    record = workspace.manifest
    if record.is_exam:
        text = f"{workspace.root}: is the workspace of an exam, whose answers stay with the"
        raise WorkspaceError(f"{text} organiser. 'bughunt diff' shows what you changed.")
    known = {manifest.seal(record.salt, bug.id): bug for bug in bank.bugs.values()}
    if not known.keys() >= set(record.sealed):
        raise _changed(workspace, bank)
    return tuple(known[digest] for digest in record.sealed)


def pristine(workspace: Workspace, bank: Bank) -> MutatedTree:
    """Return the texts from which the workspace was made, clean and with its bugs.

    Raises:
        BankChanged: when the bank gives other texts now.

    """
    tree = mutate(bank, bugs_of(workspace, bank))
    if digest(tree) != workspace.manifest.bank:
        raise _changed(workspace, bank)
    return tree


def _changed(workspace: Workspace, bank: Bank) -> BankChanged:
    text = f"{workspace.root}: made by bughunt {workspace.manifest.bughunt} from another state of"
    return BankChanged(
        f"{text} {bank.label}: its clean code or its bugs have changed since. 'git diff' in the "
        "workspace shows your own changes, and 'bughunt check' still tells what is fixed. For the "
        "rest, give the bank it was made from with --bank, or materialize a new workspace."
    )


def holds(workspace: Workspace, bugs: Sequence[str]) -> bool:
    """Return whether the bugs of a workspace are those with these ids, in this order."""
    record = workspace.manifest
    return record.sealed == tuple(manifest.seal(record.salt, bug) for bug in bugs)


def changes(workspace: Workspace, bank: Bank) -> str:
    """Return what the hunter changed in the packages, as a unified diff.

    Raises:
        BankChanged: when the bank does not know any more what was there.

    """
    return unified_diff(pristine(workspace, bank).mutated, sources(package_files(workspace)))


def mutation_diff(bank: Bank, bug: Bug, beside: Iterable[Bug] = ()) -> str:
    """Return what one bug changes in the code, as a unified diff.

    Args:
        bank: of the bug.
        bug: the one.
        beside: the other bugs of the code, which both sides have, so that none is given away.

    """
    others = [it for it in beside if it != bug]
    return unified_diff(mutate(bank, others).mutated, mutate(bank, (*others, bug)).mutated)


def changed_tests(workspace: Workspace) -> tuple[ChangedTest, ...]:
    """Return the files below ``tests/`` that are not what the workspace was made with, by path.

    Raises:
        EnvironmentProblem: when one cannot be read.

    """
    before = workspace.manifest.tests
    now = {path: manifest.fingerprint(data) for path, data in test_files(workspace).items()}
    changed = {path: "changed" for path in before.keys() & now.keys() if now[path] != before[path]}
    missing = dict.fromkeys(before.keys() - now.keys(), "missing")
    added = dict.fromkeys(now.keys() - before.keys(), "added")
    return tuple(ChangedTest(*item) for item in sorted((changed | missing | added).items()))


def package_files(workspace: Workspace) -> dict[str, bytes]:
    """Read the packages of a workspace as they are now, by path with ``/``.

    Raises:
        EnvironmentProblem: when a file cannot be read.

    """
    packages = workspace.manifest.packages
    return {path: data for package in packages for path, data in _files(workspace, package)}


def test_files(workspace: Workspace) -> dict[str, bytes]:
    """Read what is below ``tests/`` as it is now, by path with ``/``.

    Raises:
        EnvironmentProblem: when a file cannot be read.

    """
    return dict(_files(workspace, "tests"))


def sources(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the Python files among these as texts; what is not UTF-8 is replaced."""
    return {
        path: content.decode("utf-8", "replace")
        for path, content in files.items()
        if path.endswith(".py")
    }


def _files(workspace: Workspace, top: str) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every file in a folder of the workspace, save what is hidden.

    Bytecode is left out, too. A folder that is not there is empty; one that cannot be read is not.
    """
    for folder, folders, names in os.walk(workspace.root / top, onerror=_stop):
        folders[:] = [name for name in folders if name[0] != "." and name != "__pycache__"]
        for file in (Path(folder, name) for name in names if name[0] != "."):
            yield file.relative_to(workspace.root).as_posix(), _read(file)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _unreadable(error) from None


def _stop(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise _unreadable(error)


def _unreadable(error: OSError) -> EnvironmentProblem:
    text = f"{error.filename}: cannot be read: {error.strerror}. Look at its permissions."
    return EnvironmentProblem(text)
