"""The strongest tier of this machine, found by asking for what none may give."""

from __future__ import annotations

import sys
import tempfile
from functools import lru_cache
from pathlib import Path

import msgspec

from bughunt.errors import BughuntError, EnvironmentProblem
from bughunt.jail import seccomp
from bughunt.jail.answer import Observed
from bughunt.jail.keeper import Jail
from bughunt.jail.request import Limits, Request
from bughunt.jail.tiers import TIERS, Tier

_LIMITS = Limits(seconds=20.0, cpu_seconds=20)
_PROBE = """
import os, socket

def succeeds(way):
    try:
        way()
    except (OSError, AttributeError):
        return False
    return True

def observe(seed):
    return {
        "opens a file of the grader": succeeds(lambda: open(FILE)),
        "writes beside it": succeeds(lambda: open(FILE + "-", "w")),
        "leaves a file to others": any(
            succeeds(lambda: open(it + "/probe-left", "w")) for it in ("", "/dev", "/dev/shm")
        ),
        "opens a socket": succeeds(lambda: socket.socket()),
        "forks": succeeds(lambda: os.fork() or os._exit(0)),
        "sends a signal": succeeds(lambda: os.kill(os.getppid(), 0)),
        "cannot write where it may": not succeeds(lambda: open("file", "w")),
    }
"""


class NoJail(EnvironmentProblem):
    """No tier holds on this machine."""


class Strength(msgspec.Struct, frozen=True):
    """The strongest tier that holds, and why each stronger one does not."""

    tier: Tier | None
    refused: dict[str, str]  # name of a tier -> reason

    def required(self) -> Tier:
        """Return the tier.

        Raises:
            NoJail: when there is none.

        """
        if self.tier is None:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in self.refused.items())
            raise NoJail(
                f"jail: nothing on this machine can hold untrusted code ({reasons}). Use Linux 6.2 "
                "or newer with Landlock, or install bubblewrap, crun or runc."
            )
        return self.tier


@lru_cache(maxsize=1)
def strongest() -> Strength:
    """Try the tiers, the strongest first, until one holds."""
    refused: dict[str, str] = {}
    for tier in TIERS:
        weakness = weakness_of(tier)
        if not weakness:
            return Strength(tier, refused)
        refused[tier.name] = weakness
    return Strength(None, refused)


def weakness_of(tier: Tier) -> str:
    """Return why a tier does not hold here; nothing when it does."""
    if sys.platform != "linux":
        return "only Linux has what it is made of"
    if not seccomp.is_known_here():
        return "the system calls of this machine are not known"
    with tempfile.NamedTemporaryFile(prefix="probe-") as secret:
        observing = f"FILE = {str(Path(secret.name))!r}\n{_PROBE}"
        try:
            with Jail(tier) as jail:
                request = Request(packages=(), tree={}, observing=observing, limits=_LIMITS)
                ending = jail.run(request).ending
        except (BughuntError, OSError) as error:
            return str(error)
    if not isinstance(ending, Observed):
        return f"a child ended with {ending}"
    return ", ".join(f"a child {name}" for name, is_so in ending.observation().items() if is_so)
