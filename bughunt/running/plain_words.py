"""Values and how they differ, in a few words on one line."""

from __future__ import annotations

import reprlib
from collections.abc import Set
from typing import Any

_ROOM = 44  # characters for a value
_NAME = 50  # characters for an expression
_WINDOW = 16  # characters of a text from where it differs
_FEW = 8  # entries of an array that are all shown


class _Repr(reprlib.Repr):
    """Shows plain data within bounds, and what is of numpy without its module."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = _ROOM
        self.maxstring = self.maxother = self.maxlong = 2 * _ROOM

    def repr1(self, x: Any, level: int) -> str:
        """Return the value as it is shown at this depth."""
        if isinstance(x, type):
            return x.__name__
        if not type(x).__module__.startswith("numpy"):
            return super().repr1(x, level)
        if hasattr(x, "tolist") and x.dtype.kind not in "biufc":
            return super().repr1(x.tolist(), level)
        if getattr(x, "ndim", 0) == 0:
            return str(x)
        if x.size <= _FEW:
            return super().repr1(x.tolist(), level)
        return f"an array of shape {x.shape}, {x.dtype}"


_REPR = _Repr()


def shown(value: Any) -> str:
    """Return the value within its room."""
    text = _REPR.repr(value)
    return text if len(text) <= _ROOM else f"{text[: _ROOM - 3]}..."


def named(expression: str) -> str:
    """Return the expression, without its middle where it is long."""
    half = (_NAME - 3) // 2
    return expression if len(expression) <= _NAME else f"{expression[:half]}...{expression[-half:]}"


def unequal(name: str, one: Any, other: Any) -> str:
    """Return how what has this name differs from the other: whole, or at the first place."""
    if len(_REPR.repr(one)) > _ROOM or len(_REPR.repr(other)) > _ROOM:
        if isinstance(one, Set) and isinstance(other, Set):
            return _unequal_sets(name, one, other)
        if isinstance(one, dict) and isinstance(other, dict):
            return _unequal_dicts(name, one, other)
        if (
            type(one) is type(other)
            and isinstance(one, (list, tuple, str, bytes))
            and one
            and other
        ):
            return _unequal_rows(name, one, other)
    return f"{name} is {shown(one)}, not {shown(other)}"


def _unequal_sets(name: str, one: Set[Any], other: Set[Any]) -> str:
    parts = (("lacks", other - one), ("also holds", one - other))
    return f"{name} {' and '.join(f'{verb} {shown(set(it))}' for verb, it in parts if it)}"


def _unequal_dicts(name: str, one: dict[Any, Any], other: dict[Any, Any]) -> str:
    if one.keys() != other.keys():
        return _unequal_sets(name, one.keys(), other.keys())
    key = next(key for key, value in one.items() if value != other[key])
    return unequal(f"{name}[{shown(key)}]", one[key], other[key])


def _unequal_rows(name: str, one: Any, other: Any) -> str:
    """Return the first entry that differs, and the lengths when they do."""
    lengths = f"the length of {name} is {len(one)}, not {len(other)}"
    shared = range(min(len(one), len(other)))
    place = next((index for index in shared if one[index] != other[index]), None)
    if place is None:
        return lengths
    if isinstance(one, (str, bytes)):
        end = place + _WINDOW
        rest = f"[{place}:]" if place else ""
        return f"{name}{rest} is {shown(one[place:end])}, not {shown(other[place:end])}"
    said = unequal(f"{name}[{place}]", one[place], other[place])
    return said if len(one) == len(other) else f"{said} (of {len(one)}, not {len(other)})"
