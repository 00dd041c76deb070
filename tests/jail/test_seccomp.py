"""The program of allowed system calls, run by a small machine of our own for both processors."""

import errno
import re
import struct
from pathlib import Path

import pytest

from bughunt.jail import seccomp

PID = 4321
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
ALLOWED, KILLED = 0x7FFF0000, 0x80000000


@pytest.fixture(params=["x86_64", "aarch64"])
def kernel(request, monkeypatch):
    """Return a function that gives the kernel's decision on a call: allowed, killed, an errno."""
    monkeypatch.setattr(seccomp, "machine", lambda: request.param)
    steps = list(struct.iter_unpack("<HBBI", seccomp.program(PID)))

    def decide(number, *arguments, audit=AUDIT[request.param]):
        data = struct.pack("<IIQ6Q", number, audit, 0, *arguments, *[0] * (6 - len(arguments)))
        position = value = 0
        while True:
            code, then, otherwise, operand = steps[position]
            position += 1
            if code == 0x20:
                value = struct.unpack_from("<I", data, operand)[0]
            elif code == 0x06:
                return operand if operand in (ALLOWED, KILLED) else operand & 0xFFFF
            else:
                holds = {0x15: value == operand, 0x35: value >= operand, 0x45: value & operand}
                position += then if holds[code] else otherwise

    decide.machine = request.param
    return decide


def numbers(machine):
    """Return the kernel's own numbers of its calls, by name."""
    if not HEADERS[machine].exists():
        pytest.skip("the headers of the kernel are not installed")
    pairs = re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", HEADERS[machine].read_text())
    found = {name: int(number) for name, number in pairs}
    return {"newfstatat": found.get("fstatat")} | found


def test_allowed_calls_bear_the_numbers_of_the_kernel(kernel):
    """The headers of the kernel are the authority."""
    known, column = numbers(kernel.machine), list(AUDIT).index(kernel.machine)
    for name, both in seccomp._ALLOWED.items():
        assert both[column] is None or both[column] == known[name], name


def test_every_call_that_is_not_listed_is_refused(kernel):
    """Among them sockets, new programs, signals to others, tracing, mounts and links."""
    known, column = numbers(kernel.machine), list(AUDIT).index(kernel.machine)
    listed = {both[column] for both in seccomp._ALLOWED.values()}
    partly = {"clone", "clone3", "tgkill", "fcntl", "ioctl", "prctl", "prlimit64"}
    listed |= {known[name] for name in partly}
    assert {kernel(it) for it in range(600) if it not in listed} == {errno.EPERM}
    assert not listed & {known[it] for it in ("socket", "execve", "kill", "ptrace", "mount")}


@pytest.mark.parametrize(
    ("name", "arguments", "decision"),
    [
        ("clone", (0x3D0F00,), ALLOWED),
        ("clone", (17,), errno.EPERM),
        ("clone3", (0,), errno.ENOSYS),
        ("tgkill", (PID, PID, 6), ALLOWED),
        ("tgkill", (1, 1, 9), errno.EPERM),
        ("fcntl", (3, 1030), ALLOWED),
        ("fcntl", (3, 8), errno.EPERM),
        ("ioctl", (0, 0x5401), ALLOWED),
        ("ioctl", (0, 0x5412), errno.EPERM),
        ("prctl", (15,), ALLOWED),
        ("prctl", (4,), errno.EPERM),
        ("prlimit64", (0, 7, 0, 1), ALLOWED),
        ("prlimit64", (0, 7, 1 << 40, 0), errno.EPERM),
        ("prlimit64", (1, 7, 0, 0), errno.EPERM),
    ],
)
def test_calls_are_allowed_for_some_arguments_only(kernel, name, arguments, decision):
    """Threads but no processes, signals to itself, copies of descriptors, names, reading limits."""
    assert kernel(numbers(kernel.machine)[name], *arguments) == decision


def test_calls_of_another_kind_are_not_taken_for_ours(kernel):
    """A call by the numbers of a 32-bit processor ends the process; the x32 kind does not exist."""
    assert kernel(0, audit=0x40000003) == KILLED
    assert kernel(0x40000000) == errno.ENOSYS
