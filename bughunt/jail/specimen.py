"""A package of one function, wrong as an attacker found it, and the detector that would say so.

Attacks are tried on it: each replaces the package, and may earn no point for it.
"""

from __future__ import annotations

import random
from types import ModuleType
from typing import Any

from bughunt.jail.request import MIB, Limits

PACKAGE = "shop"
FILE = "shop/__init__.py"
CLEAN = "def double(number):\n    return 2 * number\n"
BUGGED = "def double(number):\n    return number + 2\n"
SECRET = f"judged-{random.SystemRandom().getrandbits(128):x}"  # stands in the judging half
DETECTOR = f'''
import random
import numpy as np

MATCHES_CLEAN = ("given",)

def observe(seed):
    from shop import double
    draw = random.Random(seed)
    given = [draw.randrange(3, 10**6) for _ in range(20)]
    doubled = [double(it) for it in given]
    return {{"given": given, "doubled": doubled, "array": double(np.arange(9))}}

def test_every_number_is_doubled(observed):
    "{SECRET}"
    assert [type(it) for it in observed["doubled"]] == [int] * 20
    assert observed["doubled"] == [2 * it for it in observed["given"]]
    np.testing.assert_array_equal(observed["array"], 2 * np.arange(9))
'''
LIMITS = Limits(
    seconds=3.0, cpu_seconds=1, memory=256 * MIB, threads=32, file_size=8 * MIB, disk=16 * MIB,
    files=500, answer=MIB, output=1 << 16,
)  # fmt: skip


def earns_the_point(observed: Any, clean: Any) -> bool:
    """Judge an observation beside that of the clean code, with the same seed."""
    detector = ModuleType("detector")
    exec(DETECTOR, detector.__dict__)
    try:
        if any(observed[key] != clean[key] for key in detector.MATCHES_CLEAN):
            return False
        detector.test_every_number_is_doubled(observed)
    except Exception:  # data of any shape may come; what cannot be judged earns nothing
        return False
    return True
