"""The folder of a server: its keeper's while that lives, and the next keeper's to remove after."""

import os
import tempfile

import pytest

from bughunt.jail.folder import Folder


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return an empty folder that stands for that of temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def left(temporary):
    """Return a folder whose keeper is gone without removing it."""
    folder = Folder()
    assert folder.path.parent == temporary
    (folder.path / "inner").mkdir()
    (folder.path / "inner" / "file").write_text("left")
    os.close(folder._lock)
    return folder.path


def test_folder_of_a_keeper_that_lives_stays(temporary):
    """Even when another starts beside it."""
    with Folder() as one, Folder() as other:
        assert {one.path, other.path} == set(temporary.iterdir())


def test_folder_without_a_keeper_goes_when_another_starts(temporary, left):
    """With all that it holds."""
    with Folder() as folder:
        assert list(temporary.iterdir()) == [folder.path] != [left]


def test_what_is_no_folder_of_ours_stays(temporary, left):
    """Another name, a link that bears our name, and what the link leads to."""
    others = [left.rename(temporary / "jail-notes"), temporary / "bughunt-jail-link"]
    others[1].symlink_to(others[0])
    with Folder():
        assert others[1].is_symlink()
        assert (others[0] / "inner" / "file").read_text() == "left"


def test_folder_is_gone_with_what_it_holds_when_its_keeper_leaves(temporary):
    """Nothing is left for the next one."""
    with Folder() as folder:
        (folder.path / "file").write_text("")
    assert list(temporary.iterdir()) == []
