"""What a verdict depends on: files that its run asked for, its own, and what is read unasked."""

from __future__ import annotations

import msgspec

_TESTS = "tests/"


class Saves(msgspec.Struct, frozen=True):
    """Files of a workspace that changed, by path with ``/``."""

    changed: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()  # they are new, or gone

    def __bool__(self) -> bool:
        return bool(self.changed or self.others)

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in order."""
        return tuple(sorted(self.changed | self.others))


def is_concerned(saves: Saves, test: str, files: frozenset[str] | None) -> bool:
    """Return whether a verdict may be another after these files changed.

    Args:
        saves: the files.
        test: the detector's own file.
        files: those of the packages that its run asked for; None: not known.

    """
    if saves and (files is None or saves.others):
        return True
    return any(it == test or it in (files or ()) or not _is_alone(it) for it in saves.changed)


def _is_alone(file: str) -> bool:
    """Return whether only who asked for the file can depend on it.

    Detectors may read data of the packages, and what stands beside them, without asking.
    """
    if file.startswith(_TESTS):
        return file.rpartition("/")[2].startswith("test_")
    return file.endswith(".py")
