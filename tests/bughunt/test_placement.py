"""A folder appears whole, or what was there stays."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bughunt.errors import DestinationExists, EnvironmentProblem, WorkspaceError
from bughunt.placement import place

FILES = {"a.txt": b"new", "deep/er/b.txt": b"new"}


def put(destination, may_replace=None):
    """Place the files."""
    return place(FILES, destination, time=1000, may_replace=may_replace)


def siblings(folder):
    """List what stands in a folder, hidden or not."""
    return sorted(path.name for path in folder.iterdir())


def test_files_appear_with_the_folders_above_them(tmp_path):
    """Missing parents are made, and no temporary folder stays."""
    root = put(tmp_path / "x" / "y")
    assert root == tmp_path / "x" / "y"
    assert (root / "deep/er/b.txt").read_bytes() == b"new"
    assert siblings(tmp_path / "x") == ["y"]


def test_a_relative_destination_is_meant_from_here(tmp_path, monkeypatch):
    """Dots are resolved without following links."""
    monkeypatch.chdir(tmp_path)
    assert put(Path("x/../hunt")) == tmp_path / "hunt"


@pytest.mark.parametrize("kind", ["file", "folder", "empty folder", "link"])
def test_nothing_is_overwritten_unasked(tmp_path, kind):
    """Whatever stands there stays, and --force is mentioned."""
    target = tmp_path / "hunt"
    if kind == "file":
        target.write_text("mine")
    elif kind == "link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.mkdir()
        if kind == "folder":
            (target / "mine").write_text("mine")
    before = siblings(tmp_path)
    with pytest.raises(DestinationExists, match=r"hunt: already exists. .* with --force\."):
        put(target)
    assert siblings(tmp_path) == before


@pytest.mark.parametrize("kind", ["file", "link to a workspace", "other folder"])
def test_force_replaces_nothing_but_a_workspace(tmp_path, kind):
    """``--force ~`` is harmless."""
    target = tmp_path / "hunt"
    if kind == "file":
        target.write_text("mine")
    else:
        folder = tmp_path / "real" if kind == "link to a workspace" else target
        folder.mkdir()
        (folder / "mine").write_text("mine")
        if folder != target:
            target.symlink_to(folder)
    with pytest.raises(DestinationExists, match="so --force does not replace it"):
        put(target, may_replace=lambda _: kind == "link to a workspace")
    assert "mine" in (target.read_text() if kind == "file" else siblings(target))


def test_force_replaces_an_empty_folder_and_one_that_may_go(tmp_path):
    """Of the old content nothing is left, beside the new one neither."""
    (tmp_path / "hunt").mkdir()
    put(tmp_path / "hunt", may_replace=lambda _: False)
    (tmp_path / "hunt" / "old").write_text("old")
    put(tmp_path / "hunt", may_replace=lambda _: True)
    assert siblings(tmp_path / "hunt") == ["a.txt", "deep"]
    assert siblings(tmp_path) == ["hunt"]


def test_what_was_there_comes_back_when_the_last_step_fails(tmp_path, monkeypatch):
    """The old folder is only gone once the new one stands."""
    target = tmp_path / "hunt"
    target.mkdir()
    (target / "mine").write_text("mine")
    rename = Path.rename

    def refuse_new(self, destination):
        if "bughunt-new" in self.name:
            raise OSError(28, "No space left on device")
        return rename(self, destination)

    monkeypatch.setattr(Path, "rename", refuse_new)
    with pytest.raises(EnvironmentProblem, match=r"hunt: cannot be written: No space left"):
        put(target, may_replace=lambda _: True)
    assert siblings(tmp_path) == ["hunt"]
    assert siblings(target) == ["mine"]


def test_an_interrupt_leaves_nothing(tmp_path, monkeypatch):
    """Control-C while files are written."""
    monkeypatch.setattr(os, "utime", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt("now")))
    with pytest.raises(KeyboardInterrupt, match="now"):
        put(tmp_path / "hunt")
    assert siblings(tmp_path) == []


@pytest.mark.parametrize("step", [1, 500, 1000, 1020, 1041])
def test_a_kill_leaves_nothing_half_written(tmp_path, step):
    """The destination is empty however late the kill comes; a leftover says what it is."""
    code = (
        "import os, signal, sys; from pathlib import Path; from bughunt.placement import place\n"
        "steps = iter(range(int(sys.argv[2]) - 1))\n"
        "real = os.utime\n"
        "def utime(*arguments):\n"
        "    real(*arguments)\n"
        "    if next(steps, None) is None: os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.utime = utime\n"
        "files = {f'd{i}/f{j}': b'x' for i in range(40) for j in range(25)}\n"
        "place(files, Path(sys.argv[1]), time=1000)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "hunt"), str(step)]
    assert subprocess.run(command, check=False).returncode == -9
    (left,) = siblings(tmp_path)
    assert left.startswith(".hunt.bughunt-new-")


def test_a_file_above_the_destination_is_named(tmp_path):
    """The call was wrong, not the machine."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match=r"file: is not a folder. Choose another") as caught:
        put(tmp_path / "file" / "hunt")
    assert caught.value.exit_code == 2


def test_a_name_that_the_system_refuses_is_a_problem_of_the_environment(tmp_path):
    """The system's own words, and exit code 3."""
    with pytest.raises(
        EnvironmentProblem, match=r"cannot be written: File name too long"
    ) as caught:
        put(tmp_path / ("x" * 400))
    assert caught.value.exit_code == 3
