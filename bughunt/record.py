"""A record of the hunter's own in ``.bughunt/``, as JSON: read, kept, put away when it is damaged.

A workspace is written without it, and its git ignores it. A record that cannot be used is put away
and begun anew: no command fails for want of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from bughunt import backup, placement
from bughunt.errors import EnvironmentProblem

R = TypeVar("R", bound=msgspec.Struct)


class Form(msgspec.Struct, Generic[R], frozen=True):
    """What a record is: its type has a field ``format``."""

    path: str  # from the root of the workspace, with "/"
    type: type[R]
    format: int
    noun: str  # in "not a record of progress"
    loss: str  # in "until it can be written, progress is not kept"


class Found(msgspec.Struct, Generic[R], frozen=True):
    """A record as it was found."""

    record: R | None = None  # None: there is none that can be used
    warnings: tuple[str, ...] = ()  # why what was there is gone
    may_be_kept: bool = True  # False: something stands in the way


class Unusable(Exception):
    """The record is there and is none."""


class _Head(msgspec.Struct, frozen=True):
    format: int


def read(root: Path, form: Form[R], problem: Callable[[R], str]) -> R | None:
    """Return the record; None: there is none yet.

    Args:
        root: of the workspace.
        form: of the record.
        problem: says of a well-formed record why it is none of this workspace; "" when it is.

    Raises:
        Unusable: when what is there cannot be read, or is something else.

    """
    file = root / form.path
    try:
        content = file.read_bytes()
        head = msgspec.json.decode(content, type=_Head)
        if head.format != form.format:
            text = f"format {head.format}; this bughunt reads format {form.format}."
            raise Unusable(f"{file}: {text}")
        found = msgspec.json.decode(content, type=form.type)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unusable(f"{file}: cannot be read: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{file}: not {form.noun}: {error}.") from None
    if text := problem(found):
        raise Unusable(f"{file}: {text}")
    return found


def recover(root: Path, form: Form[R], problem: Callable[[R], str], moment: datetime) -> Found[R]:
    """Return the record; one that cannot be used is moved to a backup of this moment."""
    try:
        return Found(read(root, form, problem))
    except Unusable as error:
        try:
            folder = _put_away(root / form.path, root, moment)
        except OSError as trouble:
            text = f"{error} It cannot be put away: {trouble.strerror}. Remove it."
            return Found(None, (text,), may_be_kept=False)
        return Found(None, (f"{error} It is kept in {folder}, and a new one is begun.",))


def keep(root: Path, form: Form[R], record: R) -> tuple[str, ...]:
    """Write the record; return why that cannot be done, if so."""
    content = msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"
    advice = f"Look at its permissions; until it can be, {form.loss}."
    try:
        placement.place_file(content, root / form.path, advice=advice)
    except EnvironmentProblem as error:
        return (str(error),)
    return ()


def _put_away(file: Path, root: Path, moment: datetime) -> Path:
    """Move the record into a folder of its own; return that."""
    folder = backup.folder(root, moment)
    folder.mkdir(parents=True)
    file.rename(folder / file.name)
    return folder
