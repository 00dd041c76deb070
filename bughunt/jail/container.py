"""A container without an image, for crun or runc: the programs that podman and docker start.

They read what a container is from a folder, the bundle, hand a descriptor through, and leave with
their container. There is no daemon and no store.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from bughunt.jail.folder import Folder
from bughunt.jail.mounts import Bound, Cover, Link, Mount, mounts
from bughunt.jail.request import Limits

CONTROL = 3  # the first descriptor that is handed through; a runtime keeps the lower ones
_MEMORY = 2 * Limits().memory  # of the server and its child, with their files in memory
_PROCESSES = 512  # and threads
_STATE = "state"  # the folder in a bundle where a runtime notes what it has started
_NAMESPACES = ("user", "pid", "mount", "network", "ipc", "uts", "cgroup")
_NEW_NAMESPACES = (1 << 17, *(1 << power for power in range(25, 31)))  # flags of clone
_REFUSED = (  # to the server as well, which needs none of them
    *("mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "mount_setattr"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "setns", "unshare", "open_by_handle_at"),
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise"),
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter"),
    *("io_uring_register", "add_key", "request_key", "keyctl", "personality", "acct", "quotactl"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot"),
    *("swapon", "swapoff", "syslog", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime"),
    *("sethostname", "setdomainname", "iopl", "ioperm", "modify_ldt", "vhangup", "mknod"),
    *("mknodat", "link", "linkat", "fanotify_init", "lookup_dcookie", "nfsservctl", "uselib"),
)
_MASKED = ("acpi", "asound", "kcore", "keys", "latency_stats", "timer_list", "sched_debug", "scsi")
_FROZEN = ("bus", "fs", "irq", "sys", "sysrq-trigger")


class Manner(msgspec.Struct, frozen=True):
    """How a runtime is called, and whether it is asked to limit what a container takes."""

    command: tuple[str, ...]
    is_limited: bool = True


_MANNERS = (  # the best first: limits by groups of systemd, by groups of its own, none
    Manner(("crun", "--cgroup-manager", "systemd")),
    Manner(("crun", "--cgroup-manager", "cgroupfs")),
    Manner(("runc", "--systemd-cgroup")),
    Manner(("runc",)),
    Manner(("crun", "--cgroup-manager", "disabled"), is_limited=False),
    Manner(("runc",), is_limited=False),
)


class Inside(msgspec.Struct, frozen=True):
    """What runs in a container, and what it has."""

    command: Sequence[str]
    environment: Mapping[str, str]
    mounts: Sequence[Mount]
    own: Path  # the one folder that can be written
    disk: int  # bytes that it holds


def run_command(bundle: Path, inside: Inside) -> list[str]:
    """Write a container into an empty folder; return the command that runs it.

    What the command has as standard input, the container has as descriptor ``CONTROL``.
    """
    installed = _installed()
    return _written(bundle, inside, _manner(installed)) if installed else ["crun"]


def remains(bundle: Path) -> list[str]:
    """Return the command that removes what a killed runtime left; none when it left nothing."""
    if not (bundle / _STATE / bundle.name).exists():
        return []
    return [
        *_manner(_installed()).command,
        "--root",
        str(bundle / _STATE),
        "delete",
        "--force",
        bundle.name,
    ]


def environment() -> dict[str, str]:
    """Return the variables by which a runtime finds whoever may give it a group of processes."""
    names = ("PATH", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
    return {name: os.environ[name] for name in names if name in os.environ}


def _installed() -> tuple[Manner, ...]:
    """Return the manners whose runtime is there, with the path of the runtime."""
    found = ((shutil.which(it.command[0]), it) for it in _MANNERS)
    return tuple(
        msgspec.structs.replace(it, command=(path, *it.command[1:])) for path, it in found if path
    )


@lru_cache
def _manner(installed: tuple[Manner, ...]) -> Manner:
    """Return the first manner in which a container starts here; or else one that says why not."""
    command = [sys.executable, "-I", "-S", "-c", ""]
    idle = Inside(command, {}, mounts(()), Path("/scratch"), disk=1 << 20)
    for manner in installed:
        with Folder() as folder:
            tried = subprocess.run(
                _written(folder.path, idle, manner),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=environment(),
                check=False,
            )
        if tried.returncode == 0:
            return manner
    return installed[-1]


def _written(bundle: Path, inside: Inside, manner: Manner) -> list[str]:
    """Write the bundle; return the command that runs it."""
    root = bundle / "root"
    root.mkdir()
    for mount in inside.mounts:
        if isinstance(mount, Link):
            (root / mount.place.relative_to("/")).symlink_to(mount.to)
    text = json.dumps(_configuration(inside, manner))
    (bundle / "config.json").write_text(text, encoding="utf-8")
    return [
        *("/bin/sh", "-c", f'exec "$@" {CONTROL}<&0 </dev/null', "sh"),
        *(*manner.command, "--root", str(bundle / _STATE)),
        *("run", "--bundle", str(bundle), "--preserve-fds", "1", bundle.name),
    ]


def _configuration(inside: Inside, manner: Manner) -> dict[str, Any]:
    """Return what the runtime reads, in the words of the Open Container Initiative."""
    variables = [f"{name}={value}" for name, value in inside.environment.items()]
    return {
        "ociVersion": "1.0.0",
        "process": {
            "user": {"uid": 0, "gid": 0},
            "args": list(inside.command),
            "env": variables,
            "cwd": str(inside.own),
            "capabilities": {},
            "noNewPrivileges": True,
        },
        "root": {"path": "root", "readonly": True},
        "hostname": "jail",
        "mounts": list(_mounts(inside)),
        "linux": {
            "namespaces": [{"type": kind} for kind in _NAMESPACES],
            "uidMappings": [{"containerID": 0, "hostID": os.getuid(), "size": 1}],
            "gidMappings": [{"containerID": 0, "hostID": os.getgid(), "size": 1}],
            "resources": _limits() if manner.is_limited else {},
            "seccomp": _seccomp(),
            "maskedPaths": [f"/proc/{name}" for name in _MASKED],
            "readonlyPaths": [f"/proc/{name}" for name in _FROZEN],
        },
    }


def _limits() -> dict[str, Any]:
    return {"memory": {"limit": _MEMORY}, "pids": {"limit": _PROCESSES}}


def _seccomp() -> dict[str, Any]:
    """Return a filter beside that of the children, for the server as well."""
    refused = {"action": "SCMP_ACT_ERRNO", "errnoRet": errno.EPERM}
    bits = ({"index": 0, "value": bit, "valueTwo": bit} for bit in _NEW_NAMESPACES)
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [
            refused | {"names": list(_REFUSED)},
            *(
                refused | {"names": ["clone"], "args": [bit | {"op": "SCMP_CMP_MASKED_EQ"}]}
                for bit in bits
            ),
            # Its flags lie in memory, where no filter sees them; libraries then call clone.
            refused | {"names": ["clone3"], "errnoRet": errno.ENOSYS},
        ],
    }


def _mounts(inside: Inside) -> Iterator[dict[str, Any]]:
    memory = {"type": "tmpfs", "source": "tmpfs"}
    unused = ["nosuid", "nodev"]
    yield {"destination": "/proc", "type": "proc", "source": "proc"}
    yield {"destination": "/dev", **memory, "options": ["ro", "nosuid", "mode=755", "size=64k"]}
    for mount in inside.mounts:
        place = str(mount.place)
        match mount:
            case Bound(_, source):
                options = ["rbind", "ro", *unused]
                yield {"destination": place, "source": str(source), "options": options}
            case Cover():
                yield {"destination": place, **memory, "options": ["ro", *unused, "mode=755"]}
    size = f"size={inside.disk}"
    yield {"destination": str(inside.own), **memory, "options": [*unused, "mode=700", size]}
