"""Landlock: which files a process may reach, decided by the kernel and never given back.

A ruleset denies every action on files that it names, except beneath the paths that are allowed;
since version 4 also TCP, since version 6 signals and abstract sockets to processes outside.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from bughunt.jail.system_call import system_call

OLDEST = 3  # the first version in which a file cannot be truncated from outside the rules
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on all machines
_ASK_VERSION = 1
_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_FILE = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MOVE, _TRUNCATE = 1 << 13, 1 << 14
_ACTIONS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # version -> number of actions on files it knows
_OWN = (
    *(_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_FILE),
    *(_MOVE, _TRUNCATE),
)
_TCP, _SCOPES = 0b11, 0b11


def version() -> int:
    """Return the version of Landlock that the kernel has; 0 for none."""
    try:
        return system_call(_CREATE, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def ruleset(readable: Iterable[Path], own: Path) -> int:
    """Return a descriptor of rules: some places to read, one folder to read and write.

    Raises:
        OSError: when the kernel has no Landlock, or an older one than serves.

    """
    known = version()
    if known < OLDEST:
        raise OSError(f"Landlock {known}; {OLDEST} or newer is needed")
    handled = (1 << _ACTIONS.get(known, 16)) - 1
    attributes = struct.pack("<Q", handled)
    if known >= 4:
        attributes += struct.pack("<Q", _TCP)
    if known >= 6:
        attributes += struct.pack("<Q", _SCOPES)
    rules = system_call(_CREATE, attributes, len(attributes), 0)
    for path in readable:
        _allow(rules, path, _READ_FILE | (_READ_DIR if path.is_dir() else 0))
    _allow(rules, Path(os.devnull), _READ_FILE | _WRITE_FILE)
    _allow(rules, own, sum(_OWN))
    return rules


def restrict(rules: int) -> None:
    """Put this thread, and all that it will start, under the rules.

    Raises:
        OSError: when the kernel refuses.

    """
    system_call(_RESTRICT, rules, 0)


def _allow(rules: int, path: Path, actions: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        system_call(_ADD, rules, _PATH_BENEATH, struct.pack("<Qi", actions, place), 0)
    finally:
        os.close(place)
