"""Putting files back as they were when the workspace was made."""

import os
import shutil
import subprocess
from datetime import datetime, timezone

import pytest

from bughunt import reset
from bughunt.errors import EnvironmentProblem, WorkspaceError
from bughunt.manifest import MANIFEST
from bughunt.select import select_level
from bughunt.workspace import materialize

FILE = "abacus/arithmetic.py"
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.fixture
def workspace(bank, tmp_path):
    """Return a workspace of the small bank's level."""
    return materialize(bank, select_level(bank, "short"), tmp_path / "hunt")


@pytest.fixture
def git(workspace):
    """Return a function that calls git as a hunter does."""

    def call(*arguments):
        name = ["-c", "user.name=Hunter", "-c", "user.email=hunter@example.org"]
        line = ["git", "-C", str(workspace.root), *name, *arguments]
        subprocess.run(line, check=True, capture_output=True)

    return call


def test_the_start_is_read_without_the_bank(workspace, bank, tmp_path):
    """Sources with their bugs, and data; nothing else of the workspace."""
    before = {path: (workspace.root / path).read_bytes() for path in bank.files}
    shutil.rmtree(tmp_path / "bank")
    shutil.rmtree(workspace.root / "abacus")

    assert reset.start_files(workspace) == before
    assert b"result = 1" in before[FILE]


def test_the_start_is_found_behind_what_a_hunter_commits(workspace, git):
    """Neither commits nor an amended first one nor gc hide it."""
    start = reset.start_files(workspace)
    (workspace.root / FILE).write_text("amended\n")
    git("commit", "--all", "--amend", "--message", "Mine")
    (workspace.root / FILE).write_text("committed\n")
    git("commit", "--all", "--message", "More")
    git("checkout", "--orphan", "fresh")
    git("commit", "--message", "Another first one")
    git("gc")

    assert reset.start_files(workspace) == start


def test_git_of_a_folder_above_is_not_asked(workspace):
    """A workspace without its own git has lost its start, wherever it lies."""
    shutil.rmtree(workspace.root / ".git")
    subprocess.run(["git", "init", "--quiet", str(workspace.root.parent)], check=True)

    with pytest.raises(WorkspaceError, match=r"first commit cannot be read: fatal: not a git rep"):
        reset.start_files(workspace)


def test_the_start_of_another_workspace_is_refused(workspace):
    """The manifest in the commit must be that of the workspace."""
    file = workspace.root / MANIFEST
    file.write_bytes(file.read_bytes() + b"\n")

    with pytest.raises(WorkspaceError, match=r"cannot be read: there is none\. 'bughunt mat"):
        reset.start_files(workspace)


def test_without_git_one_is_told_to_install_it(workspace, monkeypatch):
    """The machine is at fault."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(EnvironmentProblem, match=r"git: not found; .* Install git\."):
        reset.start_files(workspace)


def test_a_file_is_named_from_where_one_stands_or_from_the_top(workspace, monkeypatch):
    """As it is typed, and as messages show it."""
    start = {FILE: b"", "abacus/table.json": b""}
    monkeypatch.chdir(workspace.root / "abacus")
    names = ("arithmetic.py", FILE, "../abacus/./table.json", str(workspace.root / FILE))
    found = [reset.named(workspace, name, start) for name in names]
    assert found == [FILE, FILE, "abacus/table.json", FILE]
    told = r"arithmetics.py: no file that abacus/ had at the start\. Did you mean 'abacus/arith"
    with pytest.raises(WorkspaceError, match=told):
        reset.named(workspace, "arithmetics.py", start)


def test_what_differs_is_put_back_and_kept(workspace):
    """A changed file, a missing folder and a file of data; what was added stays."""
    start = reset.start_files(workspace)
    assert reset.differing(workspace, start) == ()
    (workspace.root / FILE).write_text("mine\n")
    (workspace.root / "abacus/table.json").unlink()
    (workspace.root / "abacus/notes.py").write_text("")

    paths = reset.differing(workspace, start)
    folder = reset.put_back(workspace, {path: start[path] for path in paths}, NOON)

    assert paths == (FILE, "abacus/table.json")
    assert [file.name for file in folder.rglob("*") if file.is_file()] == ["arithmetic.py"]
    assert (folder / FILE).read_text() == "mine\n"
    assert reset.differing(workspace, start) == ()
    assert reset.added(workspace, start) == ("abacus/notes.py",)


def test_two_backups_of_one_second_are_both_kept(workspace):
    """Each has a folder of its own."""
    start = reset.start_files(workspace)
    kept = []
    for text in ("one", "two"):
        (workspace.root / FILE).write_text(text)
        kept.append(reset.put_back(workspace, {FILE: start[FILE]}, NOON) / FILE)
    assert [file.read_text() for file in kept] == ["one", "two"]


def test_a_folder_that_is_gone_comes_back_without_a_backup(workspace):
    """There is nothing to keep."""
    start = reset.start_files(workspace)
    shutil.rmtree(workspace.root / "abacus")

    assert reset.put_back(workspace, start, NOON) is None
    assert reset.differing(workspace, start) == ()


def test_a_file_in_place_of_the_folder_is_told(workspace):
    """What is in the way is named, and stays."""
    start = reset.start_files(workspace)
    shutil.rmtree(workspace.root / "abacus")
    (workspace.root / "abacus").write_text("in the way")

    with pytest.raises(EnvironmentProblem, match=r"abacus: cannot be made: File exists"):
        reset.put_back(workspace, start, NOON)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_file_keeps_its_permissions(workspace):
    """Only the content goes back."""
    start = reset.start_files(workspace)
    (workspace.root / FILE).write_text("mine")
    (workspace.root / FILE).chmod(0o640)
    reset.put_back(workspace, {FILE: start[FILE]}, NOON)
    assert (workspace.root / FILE).stat().st_mode & 0o777 == 0o640
