"""Calls of the kernel for which Python has no function, by number."""

from __future__ import annotations

import ctypes
import os
import platform

_LIBC = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
_LONG = ctypes.c_long


def machine() -> str:
    """Return the name of the instruction set, as the kernel knows it."""
    return platform.machine()


def system_call(number: int, *arguments: int | ctypes.Array[ctypes.c_char] | bytes | None) -> int:
    """Call the kernel; return what it returns.

    Raises:
        OSError: when the kernel refuses.

    """
    if _LIBC is None:
        raise OSError("there are no system calls by number here")
    passed = [_LONG(it) if isinstance(it, int) else it for it in arguments]
    result: int = _LIBC.syscall(_LONG(number), *passed)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def process_control(option: int, value: int = 0) -> None:
    """Call ``prctl`` with one value.

    Raises:
        OSError: when the kernel refuses.

    """
    if _LIBC is None or _LIBC.prctl(option, _LONG(value), _LONG(0), _LONG(0), _LONG(0)) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
