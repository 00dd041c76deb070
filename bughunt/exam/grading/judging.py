"""The judge, who sees what was observed and never the code: its text runs in a jail of its own.

It imports numpy, the standard library, and of ours only what runs a case in any jail.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from bughunt.running import assertion, observation
from bughunt.running.case import crashed

_RELATIVE, _ABSOLUTE = 1e-3, 1e-4  # what another order of summation may change
_FLOATS = (float, np.floating)


def judged(module: str, observed: bytes, clean: bytes) -> dict[str, str]:
    """Return what a detector says of one observation.

    Args:
        module: of the detector.
        observed: what was observed, encoded.
        clean: what the clean code gave; empty: it is not compared.

    """
    law = importlib.import_module(module)
    tests = [it for name, it in vars(law).items() if name.startswith("test_") and callable(it)]
    try:
        for test in tests:
            test(observation.decode(observed))
    except AssertionError as error:
        return {"outcome": "failed", "message": _said(error)}
    except BaseException as error:  # data of any shape may come
        return {"outcome": "crashed", "message": f"{type(error).__name__}: {_said(error)}"}
    if not tests or not clean:
        return {"outcome": "passed" if tests else "crashed"}
    key = different_key(observation.decode(observed), observation.decode(clean), law.MATCHES_CLEAN)
    return {"outcome": "passed", "differs": key}


def different_key(observed: Any, clean: Any, keys: tuple[str, ...]) -> str:
    """Return the first of the keys under which the two do not agree; "" when all do."""
    if type(observed) is not dict:
        return keys[0]
    return next((key for key in keys if not agree(observed.get(key), clean.get(key))), "")


def agree(one: Any, other: Any) -> bool:
    """Return whether two observations are the same, up to rounding."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.dtype.kind != other.dtype.kind or one.shape != other.shape:
            return False
        if one.dtype.kind in "fc":
            return bool(np.allclose(one, other, _RELATIVE, _ABSOLUTE, equal_nan=True))
        return bool(np.array_equal(one, other))
    if isinstance(one, _FLOATS) or isinstance(other, _FLOATS):
        return _close(_number(one), _number(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(agree(it, other[key]) for key, it in one.items())
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(agree, one, other))
    return bool(one == other)


def _number(value: Any) -> float | None:
    """Return a number as a float, since 1 is as right as 1.0; None for what a float cannot hold."""
    is_whole = type(value) is int and abs(value) <= 1 << 53
    return float(value) if is_whole or isinstance(value, _FLOATS) else None


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return False
    return bool(np.isclose(one, other, _RELATIVE, _ABSOLUTE, equal_nan=True))


def _said(error: BaseException) -> str:
    """Return the text of an error; for a bare assert, the values that it compared."""
    told = ""
    if isinstance(error, AssertionError) and not str(error).strip():
        told = assertion.values_of(error)
    return told or crashed(error, Path(), ()).message
