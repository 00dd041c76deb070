"""The files that a server behind walls is shown, whichever tool mounts them.

A place that lies deeper comes later: a cover lies over what holds it, and what the server needs of
a covered folder lies over the cover.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from bughunt.jail import places

_PARTS = ("__init__.py", "errors.py", "running", "jail")  # of bughunt, that the server imports
_SYSTEM = (
    *("/usr", "/opt/hostedtoolcache", "/nix/store", "/gnu/store"),
    *("/etc/ld.so.cache", "/etc/localtime", "/sys/devices/system/cpu"),
)
_LINKED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")


class Bound(msgspec.Struct, frozen=True):
    """A file or folder of the machine, to be read and no more."""

    place: Path
    source: Path


class Cover(msgspec.Struct, frozen=True):
    """An empty folder over one that nobody inside may see, to be read and no more."""

    place: Path


class Link(msgspec.Struct, frozen=True):
    """A symbolic link, as the machine has it at this place."""

    place: Path
    to: Path


Mount = Bound | Cover | Link


def mounts(hidden: Collection[str]) -> list[Mount]:
    """Return what is shown: the system, the interpreter, installed packages, the server's code.

    Args:
        hidden: names of installed top-level modules that nobody inside may read.

    """
    return [*_system(), *_python({*places.OURS, *hidden})]


def _system() -> Iterator[Mount]:
    for path in map(Path, _SYSTEM):
        if path.exists():
            yield Bound(path, path)
    for path in map(Path, _LINKED):
        if path.is_symlink():
            yield Link(path, path.readlink())
        elif path.exists():
            yield Bound(path, path)


def _python(hidden: Collection[str]) -> Iterator[Mount]:
    """Yield the interpreter and what is installed; cover clean code, detectors, what is hidden."""
    home, installed = places.home(), places.package_folders()
    shown = {Path(sys.base_prefix), Path(sys.prefix), *installed, *places.companions(hidden)}
    shown |= {home / "bughunt" / part for part in _PARTS}
    found: dict[Path, Mount] = {path: Bound(path, path) for path in shown}
    if home not in installed:
        found[home] = Cover(home)
    for path in (packages / name for packages in installed for name in hidden):
        if path.is_dir():
            found[path] = Cover(path)
        elif (file := path.with_suffix(".py")).is_file():
            found[file] = Bound(file, Path(os.devnull))
    for path in sorted(found, key=lambda path: (len(path.parts), path)):
        yield found[path]
