"""How strong the walls around a child can be on this machine, found by trying."""

from __future__ import annotations

import os
import shutil
import site
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from bughunt.jail import places, zygote
from bughunt.jail.request import MIB

Name = Literal["bubblewrap", "built-in"]
_DISK = 256 * MIB
_INSIDE = Path("/scratch")
_PARTS = ("__init__.py", "errors.py", "running", "jail")  # of bughunt, that the server imports
_OUTER = ("/usr", "/opt/hostedtoolcache", "/nix/store", "/gnu/store")
_LINKED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_READ_ONLY = ("/etc/ld.so.cache", "/etc/localtime", "/sys/devices/system/cpu")


class Launch(msgspec.Struct, frozen=True):
    """How the server of a tier is started."""

    command: list[str]
    environment: dict[str, str]
    own: Path  # the folder in which children may write, as the server sees it


class Tier(msgspec.Struct, frozen=True):
    """A sort of jail; in each, every child also locks itself in."""

    name: Name
    needs_landlock: bool  # whether nothing but Landlock keeps a child from files

    def launch(self, folder: Path, hidden: Collection[str] = ()) -> Launch:
        """Return how to start the server.

        Args:
            folder: empty; for the server and its children.
            hidden: names of installed top-level modules that nobody inside may read.

        """
        if self.name == "built-in":
            return Launch(_interpreter(), _environment(folder), folder)
        return Launch(
            [*_bubblewrap({*places.OURS, *hidden}), *_interpreter()], _environment(_INSIDE), _INSIDE
        )


BUBBLEWRAP = Tier("bubblewrap", needs_landlock=False)
BUILT_IN = Tier("built-in", needs_landlock=True)
TIERS = (BUBBLEWRAP, BUILT_IN)  # the strongest first


def _interpreter() -> list[str]:
    return [sys.executable, "-B", "-c", zygote.BOOTSTRAP, str(places.home())]


def _environment(own: Path) -> dict[str, str]:
    """Return all variables that a server and its children have; almost none is inherited."""
    folder = str(own)
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": folder,
        "TMPDIR": folder,
        "USER": "nobody",  # whoever asks for it would otherwise look into /etc/passwd
        "LOGNAME": "nobody",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }
    if any(folder == Path(site.getusersitepackages()) for folder in places.package_folders()):
        environment["PYTHONUSERBASE"] = site.getuserbase()  # it would be looked for in HOME
    if libraries := os.environ.get("LD_LIBRARY_PATH"):
        environment["LD_LIBRARY_PATH"] = libraries
    return environment


def _bubblewrap(hidden: Collection[str]) -> list[str]:
    """Return the command up to the program: new namespaces, a read-only system, nothing else."""
    return [
        shutil.which("bwrap") or "bwrap",
        *("--unshare-all", "--unshare-user", "--new-session", "--cap-drop", "ALL"),
        *("--proc", "/proc", "--dev", "/dev"),
        *_system(),
        *_python(hidden),
        *("--size", str(_DISK), "--tmpfs", str(_INSIDE), "--chdir", str(_INSIDE)),
        "--",
    ]


def _system() -> Iterator[str]:
    for name in (*_OUTER, *_READ_ONLY):
        yield from ("--ro-bind-try", name, name)
    for name in _LINKED:
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.exists():
            yield from ("--ro-bind", name, name)


def _python(hidden: Collection[str]) -> Iterator[str]:
    """Bind the interpreter and what is installed; cover clean code, detectors and what is hidden.

    The deeper a place lies the later it is mounted: a cover lies over what holds it, and what the
    server needs of a covered folder lies over the cover.
    """
    home, installed = places.home(), places.package_folders()
    shown = {Path(sys.base_prefix), Path(sys.prefix), *installed, *places.companions(hidden)}
    shown |= {home / "bughunt" / part for part in _PARTS}
    mounts: dict[Path, tuple[str, ...]]
    mounts = {path: ("--ro-bind", str(path), str(path)) for path in shown}
    if home not in installed:
        mounts[home] = ("--tmpfs", str(home))
    for path in (packages / name for packages in installed for name in hidden):
        if path.is_dir():
            mounts[path] = ("--tmpfs", str(path))
        elif (file := path.with_suffix(".py")).is_file():
            mounts[file] = ("--ro-bind", os.devnull, str(file))
    for path in sorted(mounts, key=lambda path: (len(path.parts), path)):
        yield from mounts[path]
