"""Which files an interpreter needs, and which of them are for no child to read."""

from __future__ import annotations

import site
import sys
import sysconfig
from collections.abc import Collection, Iterator
from pathlib import Path

OURS = ("bughunt", "mutations", "nanochat")  # clean code and detectors lie in these
_COMPANIONS = ("rustbpe", "rustbpe_core")  # the clean code stands on these
_SYSTEM = (
    *("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/usr/share/zoneinfo"),
    *("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"),
    *("/etc/ld.so.cache", "/etc/localtime", "/dev/zero", "/dev/urandom"),
    *("/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"),
)


def readable(hidden: Collection[str]) -> list[Path]:
    """Return what a child may read: the standard library and what is installed.

    Args:
        hidden: names of installed top-level modules that are not to be read.

    """
    places = [*_standard_library(), *_installed({*hidden, *OURS}), *companions(hidden)]
    places += [Path(it) for it in _SYSTEM if not _holds_packages(Path(it))]
    return list(dict.fromkeys(places))


def home() -> Path:
    """Return the folder from which bughunt is imported."""
    return Path(__file__).resolve().parents[2]


def companions(hidden: Collection[str]) -> list[Path]:
    """Return the packages beside bughunt that may be read as if they were installed."""
    folders = [home() / name for name in _COMPANIONS if name not in hidden]
    return [folder for folder in folders if folder.is_dir()]


def package_folders() -> list[Path]:
    """Return the folders in which installed packages lie."""
    names = [*site.getsitepackages(), *(sysconfig.get_path(it) for it in ("purelib", "platlib"))]
    if site.getusersitepackages() in sys.path:
        names.append(site.getusersitepackages())
    return [folder for folder in dict.fromkeys(map(Path, names)) if folder.is_dir()]


def _holds_packages(place: Path) -> bool:
    resolved = place.resolve()
    return any(folder.resolve().is_relative_to(resolved) for folder in package_folders())


def _standard_library() -> Iterator[Path]:
    """Yield what lies in the folder of the standard library, without installed packages."""
    for name in ("stdlib", "platstdlib"):
        folder = Path(sysconfig.get_path(name))
        if folder.is_dir():
            yield from (it for it in folder.iterdir() if not it.name.endswith("-packages"))


def _installed(hidden: Collection[str]) -> Iterator[Path]:
    """Yield what lies in the folders of installed packages, but for what is hidden."""
    for folder in package_folders():
        for entry in folder.iterdir():
            if entry.name.partition(".")[0] not in hidden and entry.suffix != ".pth":
                yield entry
