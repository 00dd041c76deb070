"""The processes that descend from one, as the kernel lists them now."""

from __future__ import annotations

import contextlib
from pathlib import Path


def descendants(ancestor: int) -> set[int]:
    """Return the children of a process, theirs, and so on."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):  # it ended while we looked
                after_name = (entry / "stat").read_text(errors="replace").rpartition(")")[2]
                parents[int(entry.name)] = int(after_name.split()[1])
    found = {ancestor}
    while grown := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= grown
    return found - {ancestor}
