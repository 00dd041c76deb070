"""A copy of the packages with their detectors and tests, in which nobody edits."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from bughunt.mutate import clean_tree
from bughunt.spec import Bank

DETECTORS = "tests/detectors"
_SETTINGS = ("pyproject.toml", "pytest.ini", "conftest.py", "tests/conftest.py")


class TreeCopy:
    """A copy of the packages, the detectors and the tests."""

    def __init__(self, bank: Bank, root: Path) -> None:
        self.root = root
        self.packages = bank.packages
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        copies = [(bank.root / name, name) for name in bank.packages]
        copies += [(bank.root / "tests" / name, f"tests/{name}") for name in bank.packages]
        copies.append((bank.detectors, DETECTORS))
        for source, name in copies:
            if source.is_dir():
                shutil.copytree(source, root / name, ignore=ignored, ignore_dangling_symlinks=True)
        for name in _SETTINGS:
            if (bank.root / name).is_file():
                shutil.copyfile(bank.root / name, root / name)
        self.texts = clean_tree(bank)
        for path, text in self.texts.items():  # the copy may have been made a moment later
            (root / path).write_bytes(text.encode())
        self.checking = self._tests(DETECTORS)  # files of detectors, then of tests
        for name in self.packages:
            self.checking += self._tests(f"tests/{name}")

    def _tests(self, folder: str) -> list[str]:
        files = sorted((self.root / folder).rglob("test_*.py"))
        return [file.relative_to(self.root).as_posix() for file in files]

    def digest(self, *names: str) -> str:
        """Return the digest of files and folders; of what is missing, that of nothing."""
        return self._digest(it for name in names for it in self._files(name))

    def digest_without_tests(self) -> str:
        """Return the digest of all that the files of detectors and tests depend on."""
        checking = {self.root / file for file in self.checking}
        return self._digest(it for it in self._files(".") if it not in checking)

    def _files(self, name: str) -> list[Path]:
        place = self.root / name
        return sorted(place.rglob("*")) if place.is_dir() else [place]

    def _digest(self, files: Iterable[Path]) -> str:
        digest = hashlib.sha256()
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                content = file.read_bytes()
                digest.update(f"{file.relative_to(self.root)}\0{len(content)}\0".encode())
                digest.update(content)
        return digest.hexdigest()
