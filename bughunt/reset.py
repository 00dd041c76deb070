"""Back to the start: files of the packages as the workspace was made with them, bugs included.

They come from the first commit of the workspace's own git, so that no bank is needed.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from bughunt import backup, placement
from bughunt.errors import EnvironmentProblem, WorkspaceError, did_you_mean
from bughunt.git_repository import EMAIL
from bughunt.manifest import MANIFEST
from bughunt.mutate import unified_diff
from bughunt.workspace import Workspace, package_files, sources


def start_files(workspace: Workspace) -> dict[str, bytes]:
    """Return the files of the packages as they were at the start, by path with ``/``.

    Raises:
        WorkspaceError: when the workspace no longer has its first commit.
        EnvironmentProblem: when there is no git.

    """
    # A hunter may have amended it, so what only the reflog knows is looked at as well.
    query = ("rev-list", "--max-parents=0", "--all", "--reflog", f"--committer={EMAIL}")
    manifest = (workspace.root / MANIFEST).read_bytes()
    for commit in _git(workspace, *query).decode().split():
        files = _files(workspace, commit)
        if files.pop(MANIFEST, None) == manifest:
            return files
    raise _no_start(workspace, "there is none")


def changes(workspace: Workspace) -> str:
    """Return what is other in the packages than at the start, as a unified diff.

    Raises:
        WorkspaceError: when the workspace no longer has its first commit.
        EnvironmentProblem: when there is no git, or a file cannot be read.

    """
    return unified_diff(sources(start_files(workspace)), sources(package_files(workspace)))


def _files(workspace: Workspace, commit: str) -> dict[str, bytes]:
    paths = (MANIFEST, *workspace.manifest.packages)
    archive = _git(workspace, "archive", "--format=tar", commit, "--", *paths)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        streams = {member.name: tar.extractfile(member) for member in tar}
        return {path: stream.read() for path, stream in streams.items() if stream}


def _git(workspace: Workspace, *arguments: str) -> bytes:
    line = ["git", f"--git-dir={workspace.root / '.git'}", *arguments]
    try:
        done = subprocess.run(line, cwd=workspace.root, capture_output=True, check=False)
    except FileNotFoundError:
        text = "git: not found; the first commit of the workspace says how its files were"
        raise EnvironmentProblem(f"{text}. Install git.") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").splitlines()
        raise _no_start(workspace, lines[0] if lines else f"git ended with {done.returncode}")
    return done.stdout


def _no_start(workspace: Workspace, why: str) -> WorkspaceError:
    text = f"{workspace.root}: its first commit cannot be read: {why}."
    return WorkspaceError(f"{text} 'bughunt materialize' makes a new workspace elsewhere.")


def named(workspace: Workspace, file: str, start: Collection[str]) -> str:
    """Return the path of a file that is named from the current folder, or from the top.

    Raises:
        WorkspaceError: when there was no such file at the start.

    """
    from_here = Path(os.path.relpath(file, workspace.root)).as_posix()
    for path in (from_here, Path(file).as_posix()):
        if path in start:
            return path
    packages = " and ".join(f"{package}/" for package in workspace.manifest.packages)
    text = f"{file}: no file that {packages} had at the start."
    raise WorkspaceError(f"{text} {did_you_mean(from_here, start)}")


def differing(workspace: Workspace, start: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the paths of these files that are changed or missing now."""
    now = package_files(workspace)
    return tuple(path for path in sorted(start) if now.get(path) != start[path])


def added(workspace: Workspace, start: Collection[str]) -> tuple[str, ...]:
    """Return the paths of the files of the packages that were not there at the start."""
    return tuple(sorted(package_files(workspace).keys() - set(start)))


def missing(workspace: Workspace, start: Collection[str]) -> tuple[str, ...]:
    """Return the paths of the files of the packages that are not there any more."""
    return tuple(sorted(set(start) - package_files(workspace).keys()))


def put_back(workspace: Workspace, start: Mapping[str, bytes], moment: datetime) -> Path | None:
    """Write these files as they were; return the folder that keeps what stood there, if anything.

    Raises:
        EnvironmentProblem: when the system refuses.

    """
    now = package_files(workspace)
    replaced = {path: now[path] for path in start if path in now}
    folder = None
    if replaced:
        folder = backup.folder(workspace.root, moment)
        placement.place(replaced, folder, time=int(moment.timestamp()))
    for path, content in start.items():
        _write(workspace.root / path, content)
    return folder


def _write(file: Path, content: bytes) -> None:
    advice = "Look at its permissions."
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = f"{file.parent}: cannot be made: {error.strerror}."
        raise EnvironmentProblem(f"{text} {advice}") from None
    placement.place_file(content, file, advice=advice)
