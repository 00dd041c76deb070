"""What is asked of a jail: a tree as texts, the half of a detector that observes it, and limits."""

from __future__ import annotations

import re

import msgspec

from bughunt.errors import BughuntError

OBSERVING = "observing"  # the name that every observing half goes by in a jail
MIB = 2**20
_MODULE_PATH = re.compile(r"[A-Za-z_]\w*(/[A-Za-z_]\w*)*\.py", re.ASCII)
_MODULE_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class BadRequest(BughuntError):
    """A tree or a module that no jail is given, because it could stand in for something else."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a child may take before it is killed."""

    seconds: float = 60.0  # on the wall
    cpu_seconds: int = 120  # of all threads together
    memory: int = 2048 * MIB  # bytes beyond what it starts with
    threads: int = 64
    file_size: int = 64 * MIB  # of one file
    disk: int = 128 * MIB  # of all its files together
    files: int = 2000
    answer: int = 17 * MIB  # bytes that it may send back
    output: int = MIB  # bytes that it may print


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One observation: what is imported, from which texts, and with which seed."""

    packages: tuple[str, ...]  # names under hunt; they come from the tree or from nowhere
    tree: dict[str, str]  # path relative to the root, with "/" -> text
    observing: str  # the module that holds observe(seed)
    support: dict[str, str] = {}  # module name -> text, of what the observing half imports
    seed: int = 0
    threads: int = 1  # that an operator of torch may use
    limits: Limits = Limits()

    def check(self) -> None:
        """Insist that each text has a place of its own, inside the packages or as support.

        Raises:
            BadRequest: for a path outside the packages, or a name that is taken.

        """
        for path in self.tree:
            inside = path.partition("/")[0].removesuffix(".py") in self.packages
            if not inside or not _MODULE_PATH.fullmatch(path):
                raise BadRequest(
                    f"jail: path {path[:200]!r} is no module of {', '.join(self.packages)}. "
                    "Leave the file out."
                )
        for name in self.support:
            if name in (*self.packages, OBSERVING) or not _MODULE_NAME.fullmatch(name):
                raise BadRequest(
                    f"jail: support module {name[:200]!r} has a name that is taken or is none. "
                    "Rename it."
                )

    def texts(self) -> dict[str, str]:
        """Return all texts by the path from which they are imported."""
        support = {f"{name}.py": text for name, text in self.support.items()}
        return self.tree | support | {f"{OBSERVING}.py": self.observing}
