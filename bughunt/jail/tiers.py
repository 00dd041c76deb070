"""How strong the walls around a child can be on this machine, found by trying."""

from __future__ import annotations

import os
import shutil
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
    return [sys.executable, "-s", "-B", "-c", zygote.BOOTSTRAP, str(places.home())]


def _environment(own: Path) -> dict[str, str]:
    """Return all variables that a server and its children have; none is inherited but one."""
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
    """Bind the interpreter and what is installed; clean code and detectors are covered."""
    folders = dict.fromkeys([sys.base_prefix, sys.prefix, *map(str, places.package_folders())])
    for folder in folders:
        yield from ("--ro-bind", folder, folder)
    for packages in places.package_folders():
        for name in sorted(hidden):
            if (packages / name).is_dir():
                yield from ("--tmpfs", str(packages / name))
    parts = (places.home() / "bughunt" / part for part in _PARTS)
    for path in (*parts, *places.companions(hidden)):
        yield from ("--ro-bind", str(path), str(path))
