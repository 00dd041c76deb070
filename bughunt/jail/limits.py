"""What the kernel counts for a process and ends it over, and the powers that a process gives up."""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path

from bughunt.jail.request import Limits
from bughunt.jail.system_call import machine, process_control, system_call

_MOST_DESCRIPTORS = 256
_MOST_SIGNALS = 64
_DIE_WITH_PARENT, _DUMPABLE, _DROP_FROM_BOUNDS = 1, 4, 24
_ADOPT_ORPHANS, _NO_NEW_PRIVILEGES = 36, 38
_KILL = 9
_CAPABILITIES = 64
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION = 0x20080522


class Usage(dict[str, int]):
    """The figures of ``/proc/PID/status``: bytes, and counts."""

    @property
    def memory(self) -> int:
        """Return the bytes of memory that belong to no file."""
        return self.get("RssAnon", 0) + self.get("RssShmem", 0)

    @property
    def threads(self) -> int:
        """Return how many threads there are."""
        return self.get("Threads", 0)


def usage(pid: int | str = "self") -> Usage:
    """Return what a process uses now; nothing once it has ended."""
    found = Usage()
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(":")
            number, _, unit = value.strip().partition(" ")
            if number.isdecimal():
                found[name] = int(number) * (1024 if unit == "kB" else 1)
    return found


def limit(limits: Limits) -> None:
    """Put this process under the limits that the kernel keeps."""
    import resource

    data = usage().get("VmData", 0) + limits.memory
    for kind, value in (
        (resource.RLIMIT_DATA, data),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_NOFILE, _MOST_DESCRIPTORS),
        (resource.RLIMIT_SIGPENDING, _MOST_SIGNALS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        lowered = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (lowered, lowered))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    with contextlib.suppress(OSError):  # if memory runs out after all, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def die_with_parent() -> None:
    """Let the kernel kill this process when the one that forked it ends."""
    process_control(_DIE_WITH_PARENT, _KILL)


def hide_memory() -> None:
    """Let no other process of the same user look into this one, or into its forks."""
    process_control(_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    process_control(_ADOPT_ORPHANS, 1)


def give_up_new_privileges() -> None:
    """Let no program that this process starts have more rights than it; what locks it in asks."""
    process_control(_NO_NEW_PRIVILEGES, 1)


def drop_capabilities() -> None:
    """Give up every power of the superuser."""
    if os.geteuid() == 0:
        for number in range(_CAPABILITIES):
            with contextlib.suppress(OSError):  # this kernel knows fewer, or we lack the right
                process_control(_DROP_FROM_BOUNDS, number)
    header = struct.pack("<Ii", _CAPABILITY_VERSION, 0)
    system_call(_CAPSET[machine()], header, struct.pack("<6I", 0, 0, 0, 0, 0, 0))
