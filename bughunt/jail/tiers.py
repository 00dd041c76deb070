"""How strong the walls around a child can be on this machine, found by trying."""

from __future__ import annotations

import os
import shutil
import site
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from bughunt.jail import container, places, zygote
from bughunt.jail.mounts import Bound, Cover, Link, Mount, mounts
from bughunt.jail.request import MIB

Name = Literal["container", "bubblewrap", "built-in"]
_DISK = 256 * MIB
_INSIDE = Path("/scratch")


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
        shown = mounts(hidden)
        if self.name == "bubblewrap":
            command = [*_bubblewrap(shown), *_interpreter()]
            return Launch(command, _environment(_INSIDE), _INSIDE)
        server = _interpreter(container.CONTROL)
        inside = container.Inside(server, _environment(_INSIDE), shown, _INSIDE, _DISK)
        command = container.run_command(folder, inside)
        return Launch(command, container.environment(), _INSIDE)


CONTAINER = Tier("container", needs_landlock=False)
BUBBLEWRAP = Tier("bubblewrap", needs_landlock=False)
BUILT_IN = Tier("built-in", needs_landlock=True)
TIERS = (CONTAINER, BUBBLEWRAP, BUILT_IN)  # the strongest first


def _interpreter(control: int = 0) -> list[str]:
    return [sys.executable, "-B", "-c", zygote.BOOTSTRAP, str(places.home()), str(control)]


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


def _bubblewrap(shown: Sequence[Mount]) -> list[str]:
    """Return the command up to the program: new namespaces, a read-only system, nothing else."""
    words = [word for mount in shown for word in _option(mount)]
    covers = ["/dev", *(str(it.place) for it in shown if isinstance(it, Cover)), "/"]
    return [
        shutil.which("bwrap") or "bwrap",
        *("--unshare-all", "--unshare-user", "--new-session", "--cap-drop", "ALL"),
        *("--proc", "/proc", "--dev", "/dev"),
        *words,
        *("--size", str(_DISK), "--tmpfs", str(_INSIDE), "--chdir", str(_INSIDE)),
        *(word for place in covers for word in ("--remount-ro", place)),
        "--",
    ]


def _option(mount: Mount) -> tuple[str, ...]:
    match mount:
        case Bound(place, source):
            return "--ro-bind", str(source), str(place)
        case Cover(place):
            return "--tmpfs", str(place)
        case Link(place, to):
            return "--symlink", str(to), str(place)
