"""What an exam workspace says about its exam: signed, and without a word about its bugs."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Literal

import msgspec

from bughunt.errors import NotAWorkspace
from bughunt.exam.keys import ExamKey

FORMAT = 1
SHEET = ".bughunt/exam.json"

Hints = tuple[str, str, str]


class Sheet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record in ``.bughunt/exam.json``."""

    format: int
    exam: str
    attempt: int
    title: str
    candidate: str  # opaque id
    minutes: int  # extra time included
    opens: str | None  # ISO 8601, with the zone
    deadline: str | None  # extra time included
    hints: Literal["none", "free", "cost"]
    hint_cost: float
    hint_texts: tuple[Hints, ...]  # by symptom; only where hints are free
    files: dict[str, str]  # SHA-256 of every other file but those of git, by path with "/"
    signature: str = ""  # of the record without it


def signed(sheet: Sheet, key: ExamKey) -> Sheet:
    """Return the sheet with its signature."""
    return msgspec.structs.replace(sheet, signature=_signature(sheet, key))


def is_genuine(sheet: Sheet, key: ExamKey) -> bool:
    """Return whether the sheet is as it was signed with this key."""
    return hmac.compare_digest(sheet.signature.encode(), _signature(sheet, key).encode())


def encode(sheet: Sheet) -> bytes:
    """Return the sheet as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(sheet), indent=2) + b"\n"


def decode(content: bytes) -> Sheet | None:
    """Return the sheet; None: it is none, or of another format."""
    try:
        sheet = msgspec.json.decode(content, type=Sheet)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return sheet if sheet.format == FORMAT else None


def read_sheet(root: Path) -> Sheet | None:
    """Read the sheet of the workspace at ``root``; None: it belongs to no exam.

    Raises:
        NotAWorkspace: when the sheet is there and cannot be read.

    """
    file = root / SHEET
    advice = f"Restore it with 'git checkout -- :/{SHEET}', or unpack the archive again."
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        text = f"{file}: cannot be read: {error.strerror}. {advice}"
        raise NotAWorkspace(text) from None
    if (sheet := decode(content)) is None:
        raise NotAWorkspace(f"{file}: is no sheet of an exam. {advice}")
    return sheet


def _signature(sheet: Sheet, key: ExamKey) -> str:
    unsigned = msgspec.structs.replace(sheet, signature="")
    return key.signature(msgspec.json.encode(unsigned, order="deterministic"))
