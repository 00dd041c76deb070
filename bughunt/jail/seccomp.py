"""Seccomp: which system calls a process may make, decided by a program that the kernel runs.

The calls that honest observations make are allowed; every other one fails with "not permitted":
sockets, new processes and programs, signals to others, tracing, mounts, namespaces, keys, links,
changes of mode or owner. A few calls are allowed for some values of an argument only.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable

from bughunt.jail.system_call import machine, system_call

# name -> its number on x86_64 and on aarch64; None where there is no such call.
_ALLOWED: dict[str, tuple[int | None, int | None]] = {
    # Files and folders; Landlock says which.
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66),
    "pread64": (17, 67), "pwrite64": (18, 68), "lseek": (8, 62), "sendfile": (40, 71),
    "open": (2, None), "openat": (257, 56), "close": (3, 57), "close_range": (436, 436),
    "stat": (4, None), "fstat": (5, 80), "lstat": (6, None), "newfstatat": (262, 79),
    "statx": (332, 291), "statfs": (137, 43), "fstatfs": (138, 44), "access": (21, None),
    "faccessat": (269, 48), "faccessat2": (439, 439), "getdents64": (217, 61),
    "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50), "readlink": (89, None),
    "readlinkat": (267, 78), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None),
    "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38),
    "renameat2": (316, 276), "truncate": (76, 45), "ftruncate": (77, 46), "fsync": (74, 82),
    "fdatasync": (75, 83), "fallocate": (285, 47), "fadvise64": (221, 223),
    "copy_file_range": (326, 285), "umask": (95, 166),
    # Descriptors.
    "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24), "pipe": (22, None),
    "pipe2": (293, 59), "poll": (7, None), "ppoll": (271, 73), "select": (23, None),
    "pselect6": (270, 72), "epoll_create1": (291, 20), "epoll_ctl": (233, 21),
    "epoll_wait": (232, None), "epoll_pwait": (281, 22), "eventfd2": (290, 19),
    # Memory.
    "mmap": (9, 222), "munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216),
    "madvise": (28, 233), "brk": (12, 214), "membarrier": (324, 283),
    # Threads of this process, its own signals, and its end.
    "futex": (202, 98), "set_robust_list": (273, 99), "rseq": (334, 293),
    "set_tid_address": (218, 96), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "restart_syscall": (219, 128),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "exit": (60, 93),
    "exit_group": (231, 94), "arch_prctl": (158, None),
    # Who and when.
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "uname": (63, 160),
    "sysinfo": (99, 179), "getrusage": (98, 165), "times": (100, 153), "getcpu": (309, 168),
    "getrandom": (318, 278), "gettimeofday": (96, 169), "time": (201, None),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101), "getrlimit": (97, 163), "get_mempolicy": (239, 236),
}  # fmt: skip
_CLONE, _CLONE3, _TGKILL = (56, 220), (435, 435), (234, 131)
_FCNTL, _IOCTL, _PRCTL, _PRLIMIT = (72, 25), (16, 29), (157, 167), (302, 261)
_SECCOMP = (317, 277)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, audit number

_LOAD, _IF_EQUAL, _IF_ANY_BIT, _RETURN, _IF_AT_LEAST = 0x20, 0x15, 0x45, 0x06, 0x35
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in what the kernel hands to the program
_X32 = 0x40000000  # from here on, x86_64 counts calls of another kind
_OF_A_THREAD = 0x00010000
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 1030)  # copies and flags; never an owner, never a lock
_IOCTL_COMMANDS = (0x5401, 0x5450, 0x5451, 0x5421)  # is it a terminal, close on exec, no waiting
_PRCTL_OPTIONS = (15, 16, 0x53564D41)  # names of threads and of memory
_FILTER_MODE, _ALL_THREADS = 1, 1


def is_known_here() -> bool:
    """Return whether the numbers of this machine's calls are known."""
    return machine() in _MACHINES


def program(pid: int) -> bytes:
    """Return the program for the process with this number, in the kernel's format."""
    column, architecture = _MACHINES[machine()]
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_IF_EQUAL, architecture, then=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        _step(_IF_AT_LEAST, _X32, otherwise=1),
        _step(_RETURN, _REFUSE | errno.ENOSYS),
    ]
    for numbers in _ALLOWED.values():
        number = numbers[column]
        if number is not None:
            steps += [_step(_IF_EQUAL, number, otherwise=1), _step(_RETURN, _ALLOW)]
    steps += _only_if(_TGKILL[column], 0, [_step(_IF_EQUAL, pid, otherwise=1)])
    steps += _only_if(_CLONE[column], 0, [_step(_IF_ANY_BIT, _OF_A_THREAD, otherwise=1)])
    steps += _one_of(_FCNTL[column], 1, _FCNTL_COMMANDS)
    steps += _one_of(_IOCTL[column], 1, _IOCTL_COMMANDS)
    steps += _one_of(_PRCTL[column], 0, _PRCTL_OPTIONS)
    steps += _reading_of_limits(_PRLIMIT[column])
    # Its flags lie in memory, where no program of the kernel sees them; libraries then call clone.
    steps += [
        _step(_IF_EQUAL, _CLONE3[column], otherwise=1),
        _step(_RETURN, _REFUSE | errno.ENOSYS),
    ]
    return b"".join([*steps, _step(_RETURN, _REFUSE | errno.EPERM)])


def install(steps: bytes) -> None:
    """Put all threads of this process under the program; it can have gained no privileges since.

    Raises:
        OSError: when the kernel refuses.

    """
    buffer = ctypes.create_string_buffer(steps, len(steps))
    header = struct.pack("@HP", len(steps) // 8, ctypes.addressof(buffer))
    column, _ = _MACHINES[machine()]
    system_call(_SECCOMP[column], _FILTER_MODE, _ALL_THREADS, header)


def _only_if(number: int, argument: int, test: Iterable[bytes]) -> list[bytes]:
    """Return steps that allow a call when one test of the low half of an argument holds."""
    block = [_step(_LOAD, _low(argument)), *test, _step(_RETURN, _ALLOW)]
    block.append(_step(_RETURN, _REFUSE | errno.EPERM))
    return [_step(_IF_EQUAL, number, otherwise=len(block)), *block]


def _one_of(number: int, argument: int, values: tuple[int, ...]) -> list[bytes]:
    """Return steps that allow a call when the low half of an argument is one of the values."""
    last = len(values) - 1
    tests = [
        _step(_IF_EQUAL, value, then=last - index, otherwise=0 if index < last else 1)
        for index, value in enumerate(values)
    ]
    return _only_if(number, argument, tests)


def _reading_of_limits(number: int) -> list[bytes]:
    """Return steps that let a process read its own limits: no pid, and no new limit."""
    tests = [
        _step(_IF_EQUAL, 0, otherwise=5),
        _step(_LOAD, _low(2)),
        _step(_IF_EQUAL, 0, otherwise=3),
        _step(_LOAD, _low(2) + 4),
        _step(_IF_EQUAL, 0, otherwise=1),
    ]
    return _only_if(number, 0, tests)


def _low(argument: int) -> int:
    """Return the offset of an argument's low half."""
    return 16 + 8 * argument


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("<HBBI", code, then, otherwise, value)
