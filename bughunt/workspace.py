"""The folder in which a hunter works: written, found, read and compared."""

from __future__ import annotations

from pathlib import Path

import msgspec

FORMAT = 1
MANIFEST = Path(".bughunt", "manifest.json")


class Symptom(msgspec.Struct, frozen=True):
    """One line of the hunter's list."""

    number: int
    text: str
    detector: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a workspace says about itself; which bug stands behind a number is sealed."""

    format: int
    bughunt: str  # the version that wrote it
    title: str
    minutes: int
    packages: tuple[str, ...]
    symptoms: tuple[Symptom, ...]
    bank: str  # digest of the clean and the bugged texts
    salt: str
    sealed: tuple[str, ...]  # salted digests of the bug ids, in the order of the symptoms


class Workspace(msgspec.Struct, frozen=True):
    """A workspace on disk; ``root / "tests"`` holds its detectors."""

    root: Path
    manifest: Manifest


def find_workspace(start: Path) -> Workspace:
    """Return the workspace that ``start`` is, or lies in.

    Raises:
        NotAWorkspace: when there is none, or its manifest cannot be read.

    """
    raise NotImplementedError(start)
