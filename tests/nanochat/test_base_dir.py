"""Where nanochat keeps what it writes, and how it writes it."""

from pathlib import Path

import pytest

from nanochat.base_dir import get_base_dir, write_atomically


def test_base_folder_is_the_one_that_the_environment_names(tmp_path, monkeypatch):
    """NANOCHAT_BASE_DIR wins, and asking for the folder does not create it."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path / "here"))
    assert get_base_dir() == tmp_path / "here"
    assert not (tmp_path / "here").exists()


def test_relative_and_home_folders_become_absolute(tmp_path, monkeypatch):
    """A later change of directory does not move the base folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NANOCHAT_BASE_DIR", "runs")
    assert get_base_dir() == tmp_path / "runs"
    monkeypatch.setenv("NANOCHAT_BASE_DIR", "~/runs")
    assert get_base_dir() == tmp_path / "home" / "runs"


@pytest.mark.parametrize(
    ("platform", "variable", "folder"),
    [
        pytest.param("linux", "XDG_CACHE_HOME", ".cache", id="linux"),
        pytest.param("darwin", None, "Library/Caches", id="macos"),
        pytest.param("win32", "LOCALAPPDATA", "AppData/Local", id="windows"),
    ],
)
def test_default_is_the_cache_folder_of_the_user(tmp_path, monkeypatch, platform, variable, folder):
    """Each platform has its own, and its own variable to move it; empty means not set."""
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NANOCHAT_BASE_DIR", "")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert get_base_dir() == tmp_path / folder / "nanochat"

    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
        assert get_base_dir() == tmp_path / "elsewhere" / "nanochat"


def test_writing_creates_the_folder_and_replaces_the_file(tmp_path):
    """The new content is there, alone, with the permissions that any new file gets."""
    path = tmp_path / "a" / "b" / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    (tmp_path / "plain").touch()
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_failed_write_keeps_the_old_file_and_leaves_no_draft(tmp_path, monkeypatch):
    """When the draft cannot take its place, everything is as before."""
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def fail(*_):
        raise PermissionError("busy")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(PermissionError, match="busy"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
