"""Folders and files that appear at their destination complete or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from bughunt.errors import DestinationExists, EnvironmentProblem, WorkspaceError

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def place(
    files: Mapping[str, bytes],
    destination: Path,
    *,
    time: int,
    may_replace: Callable[[Path], bool] | None = None,
    advice: str = "Choose another destination, or replace a workspace with --force.",
) -> Path:
    """Write the files into a new folder at ``destination``; return its absolute path.

    They are written to a sibling ``.<name>.bughunt-new-...``, which is then renamed. What stands
    at the destination is moved to ``.<name>.bughunt-old-...`` first, and back if that fails.

    Args:
        files: contents by path with ``/``.
        destination: of the folder; the folders above it are made.
        time: seconds since 1970, for every file and folder.
        may_replace: asked about a folder that stands there; None: nothing is replaced.
        advice: for when nothing is replaced, and something stands there.

    Raises:
        DestinationExists: when something stands there that is not to be replaced.
        EnvironmentProblem: when the system refuses.

    """
    destination = Path(os.path.abspath(destination))  # noqa: PTH100  a link is not followed
    _check(destination, may_replace, advice)
    fresh = _sibling(destination, "new")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        _write(files, fresh, time)
        _swap(fresh, destination)
    except (FileExistsError, NotADirectoryError):
        text = f"{destination.parent}: is not a folder. Choose another destination."
        raise WorkspaceError(text) from None
    except OSError as error:
        text = f"{destination}: cannot be written: {error.strerror}. Choose another destination."
        raise EnvironmentProblem(text) from error
    finally:
        _remove(fresh)
    return destination


def place_file(content: bytes, destination: Path, *, advice: str = "Choose another place.") -> None:
    """Write a file, in place of the one that may stand there, whose permissions it takes over.

    Raises:
        EnvironmentProblem: when the system refuses.

    """
    fresh = _sibling(destination, "new")
    try:
        fresh.write_bytes(content)
        if destination.exists():
            fresh.chmod(destination.stat().st_mode)
        fresh.replace(destination)
    except OSError as error:
        text = f"{destination}: cannot be written: {error.strerror}. {advice}"
        raise EnvironmentProblem(text) from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def place_new(files: Mapping[Path, bytes]) -> None:
    """Write files where nothing stands, and the folders above them: all of them, or nothing.

    Raises:
        DestinationExists: when something stands where a file is to be written.
        WorkspaceError: when a folder cannot be made, since something else has its name.
        EnvironmentProblem: when the system refuses.

    """
    absolute = {Path(os.path.abspath(path)): content for path, content in files.items()}  # noqa: PTH100
    for path in absolute:
        _check_new(path)
    made: list[Path] = []
    try:
        for path, content in absolute.items():
            _make_folders(path.parent, made)
            place_file(content, path, advice="Nothing was written. Choose another place.")
            made.append(path)
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _check_new(path: Path) -> None:
    if os.path.lexists(path):
        text = "already exists, and nothing is overwritten. Choose another folder, or move it away."
        raise DestinationExists(f"{path}: {text}")
    nearest = next(it for it in path.parents if os.path.lexists(it))
    if not os.path.isdir(nearest):  # noqa: PTH112  it does not raise
        raise WorkspaceError(f"{nearest}: is not a folder. Choose another one, or move it away.")


def _make_folders(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it that are missing, and note each as soon as it is there."""
    missing = [it for it in (folder, *folder.parents) if not os.path.lexists(it)]
    for it in reversed(missing):
        try:
            it.mkdir()
        except OSError as error:
            text = f"{it}: cannot be made: {error.strerror}. Nothing was written."
            raise EnvironmentProblem(f"{text} Choose another place.") from error
        made.append(it)


def _check(destination: Path, may_replace: Callable[[Path], bool] | None, advice: str) -> None:
    if not os.path.lexists(destination):
        return
    if may_replace is None:
        raise DestinationExists(f"{destination}: already exists. {advice}")
    if destination.is_symlink() or not destination.is_dir():
        text = f"{destination}: is not a folder of its own, so --force does not replace it."
        raise DestinationExists(f"{text} Choose another destination.")
    if any(destination.iterdir()) and not may_replace(destination):
        text = f"{destination}: is not a bughunt workspace, so --force does not replace it."
        raise DestinationExists(f"{text} Choose another destination.")


def _sibling(destination: Path, role: str) -> Path:
    return destination.with_name(f".{destination.name}.bughunt-{role}-{os.urandom(4).hex()}")


def _write(files: Mapping[str, bytes], root: Path, time: int) -> None:
    """Write the files, and give them and their folders one time.

    Paths are plain text and files are descriptors here: a workspace has nearly 200 files, and
    objects for them would cost more than the writing.
    """
    folders = {""}
    for path in files:
        while path := path.rpartition("/")[0]:
            folders.add(path)
    top = str(root)
    for folder in sorted(folders):
        os.mkdir(f"{top}/{folder}")  # noqa: PTH102
    for path, content in files.items():
        file = os.open(f"{top}/{path}", _NEW, 0o666)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(file, left) :]
        finally:
            os.close(file)
        os.utime(f"{top}/{path}", (time, time))
    for folder in folders:
        os.utime(f"{top}/{folder}", (time, time))


def _swap(fresh: Path, destination: Path) -> None:
    """Put the fresh folder at the destination, or leave what was there."""
    if not os.path.lexists(destination):
        fresh.rename(destination)
        return
    old = _sibling(destination, "old")
    destination.rename(old)
    try:
        fresh.rename(destination)
    except BaseException:
        old.rename(destination)
        raise
    _remove(old)


def _remove(folder: Path) -> None:
    if os.path.lexists(folder):
        import shutil  # it brings every compressor along, and is rarely needed

        shutil.rmtree(folder, ignore_errors=True)
