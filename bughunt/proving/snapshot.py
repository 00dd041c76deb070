"""All of a bank that verdicts depend on, as it was at one moment.

Cases run in a copy that is written from here, so that whoever saves a file meanwhile changes no
verdict, and no verdict is filed under a text that it does not belong to.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path

from bughunt.digests import Digests, digest
from bughunt.mutate import clean_tree, read
from bughunt.spec import Bank

_DETECTORS = "tests/detectors"  # in the copy
_BUGHUNT = Path(__file__).parents[1]
_USES_A_TEST = re.compile(rb"^\s*(from|import)\s+test_", re.MULTILINE)


class Snapshot:
    """The files of the packages and of the detectors' folder, and what is installed."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        texts = clean_tree(bank)
        self.digests = Digests(texts)
        self._files = {path: text.encode() for path, text in texts.items()}
        self._files |= {
            path: read(bank.root / path) for path in bank.files if path not in self._files
        }
        self._detectors = {
            file.relative_to(bank.detectors).as_posix(): read(file)
            for file in sorted(bank.detectors.rglob("*"))
            if file.is_file() and "__pycache__" not in file.parts
        }

    def write(self, root: Path) -> None:
        """Write the copy into a folder."""
        files = self._files | {f"{_DETECTORS}/{it}": text for it, text in self._detectors.items()}
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)

    def detector(self, root: Path, name: str) -> Path:
        """Return where the copy has a detector."""
        return root / _DETECTORS / f"test_{name}.py"

    def key(self, detectors: tuple[str, ...]) -> str:
        """Return the digest of what these detectors' verdicts depend on beside Python code.

        The Python files of the packages are left to the caller, who knows which were asked for.
        """
        own = [self._detectors.get(f"test_{name}.py", b"") for name in detectors]
        if any(_USES_A_TEST.search(text) for text in own):
            own = list(self._detectors.values())
        return digest("\n".join([self._base, *detectors, *map(digest, own)]))

    @cached_property
    def _base(self) -> str:
        """Return the digest of what every verdict depends on."""
        beside = [
            f"{name} {digest(content)}"
            for name, content in self._detectors.items()
            if not name.startswith("test_")
        ]
        files = [  # one more may change what an import finds
            path if path in self.digests else f"{path} {digest(content)}"
            for path, content in self._files.items()
        ]
        return digest("\n".join([installation(), *self._bank.packages, *beside, *files]))


@cache
def installation() -> str:
    """Return the digest of what is installed."""
    return digest("\n".join(_installed()))


def _installed() -> Iterator[str]:
    """Yield what tells this installation from others; our own code may change at any time."""
    yield from (sys.version, platform.platform())
    yield from sorted(f"{it.name} {it.version} {_state(it)}" for it in metadata.distributions())
    for file in _own_files():
        yield f"{file.name} {digest(read(file))}"


def _own_files() -> list[Path]:
    """List those of our own files on which a verdict may depend, the compiled ones included."""
    ours = (_BUGHUNT, _BUGHUNT / "running", _BUGHUNT / "proving")
    files = [file for folder in ours for file in folder.glob("*.py")]
    return sorted(files) + sorted((_BUGHUNT.parent / "rustbpe_core").glob("native.*"))


def _state(distribution: metadata.Distribution) -> str:
    """Return, for one that is installed as a link to its sources, when those were saved last."""
    link = distribution.read_text("direct_url.json") or ""
    if '"editable"' not in link or distribution.name == "bughunt":
        return ""
    place = re.search(r'"file://([^"]+)"', link)
    sources = Path(place[1]).rglob("*.py") if place else ()
    return str(max((file.stat().st_mtime_ns for file in sources), default=0))
