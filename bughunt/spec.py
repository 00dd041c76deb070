"""A catalogue of bugs, loaded and checked: from levels.yaml to a ``Bank``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from bughunt.yaml_document import Keys

if TYPE_CHECKING:
    from mutations import Operator


class Expect(msgspec.Struct, frozen=True):
    """How the detector fails when the bug is there."""

    kind: Literal["assertion", "raises"]
    exception: str | None = None  # the class name, for "raises"


class Bug(msgspec.Struct, frozen=True, kw_only=True):
    """One defect: how it is made, how it shows, and what a hunter is told about it."""

    id: str
    symptom: str
    topics: tuple[str, ...]
    difficulty: int
    edits: tuple[Operator, ...]
    detector: str
    expect: Expect
    hints: tuple[str, str, str]
    explanation: str
    reference: str


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A named choice of bugs, in the hunter's numbering."""

    name: str
    title: str
    minutes: int
    bugs: tuple[str, ...]


class Bank(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue and the clean code that it is about."""

    path: Path  # of levels.yaml
    label: str  # that path as messages show it
    root: Path  # of the clean source tree
    packages: tuple[str, ...]
    detectors: Path
    levels: dict[str, Level]
    bugs: dict[str, Bug]
    lines: dict[Keys, int]

    def where(self, *keys: str | int) -> str:
        """Return ``levels.yaml:LINE`` of the entry, such as ``bugs, 'x', 'edits', 0``."""
        return f"{self.label}:{self.lines.get(keys, 1)}"


def load_bank(path: Path | None = None) -> Bank:
    """Load a catalogue; None: the one that comes with bughunt.

    Raises:
        BankError: with one line for each problem that was found.

    """
    raise NotImplementedError(path)
