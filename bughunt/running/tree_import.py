"""Importing the code under hunt from one tree and from nowhere else.

The packages of a tree are served by a finder of our own: an overlay of texts lies over the files,
bytecode is neither read nor written (a stale cache would judge yesterday's code), and a module that
the tree lacks is missing, even when a package of the same name is installed.
"""

from __future__ import annotations

import ast
import importlib.util
import linecache
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any


class WrongTree(ImportError):
    """A package under hunt comes, or would come, from outside the tree."""


class TreeLoader(SourceFileLoader):
    """Loads one module from its file, or from a text that stands for the file."""

    def __init__(self, fullname: str, path: str, text: str | None) -> None:
        super().__init__(fullname, path)
        self.text = text

    def get_data(self, path: str) -> bytes:
        """Return the overlaid text, or else what the file holds."""
        if path == self.path and self.text is not None:
            return self.text.encode()
        return super().get_data(path)

    def path_stats(self, path: str) -> Mapping[str, Any]:
        """Deny that the source has an age, so that no bytecode is taken for it."""
        raise OSError(f"{path}: bytecode plays no part")


class TreeFinder(MetaPathFinder):
    """Finds the modules of ``packages`` in ``root``, under an overlay of relative path -> text."""

    def __init__(self, root: Path, packages: Sequence[str], overlay: Mapping[str, str]) -> None:
        self.root = root
        self.packages = packages
        self.overlay = overlay
        self.served: set[str] = set()  # the files that were asked for, relative to the root

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return where the module lies in the tree; None for a module of no package under hunt."""
        if fullname.partition(".")[0] not in self.packages:
            return None
        stem = fullname.replace(".", "/")
        for relative, is_package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
            text = self.overlay.get(relative)
            file = self.root / relative
            if text is not None or file.is_file():
                self.served.add(relative)
                return _spec(fullname, file, text, is_package=is_package)
        # What is left in the tree: folders without ``__init__.py``, and compiled modules.
        spec = PathFinder.find_spec(fullname, [str(self.root)] if path is None else path)
        if spec is None:
            raise ModuleNotFoundError(f"No module named {fullname!r} in {self.root}", name=fullname)
        return spec


def _spec(fullname: str, file: Path, text: str | None, *, is_package: bool) -> ModuleSpec | None:
    if text is not None:  # tracebacks and ``inspect`` then show this text, not the file's
        linecache.cache[str(file)] = (len(text), None, text.splitlines(keepends=True), str(file))
    return importlib.util.spec_from_file_location(
        fullname,
        file,
        loader=TreeLoader(fullname, str(file), text),
        submodule_search_locations=[str(file.parent)] if is_package else None,
    )


def loaded(packages: Iterable[str]) -> Iterator[tuple[str, ModuleType]]:
    """Yield the name and module of everything loaded so far that belongs to the packages."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in packages:
            yield name, module


def check_origins(root: Path, packages: Iterable[str]) -> None:
    """Raise ``WrongTree`` if a loaded module of the packages does not lie in the tree."""
    for name, module in loaded(packages):
        places = [getattr(module, "__file__", None) or "", *getattr(module, "__path__", ())]
        for place in filter(None, places):
            if not is_inside(place, (root,)):
                raise WrongTree(f"{name} was imported from {place} and not from {root}.")


def late_imports(before: Collection[str]) -> tuple[str, ...]:
    """Return the parts of packages known before that have been imported since.

    Args:
        before: names of the modules that were loaded at some time. Parts of parts go without
            saying: they come with the part.

    """
    names = [name for name in list(sys.modules) if isinstance(name, str) and name not in before]
    return tuple(name for name in names if name.rpartition(".")[0] in before)


def is_inside(file: str, folders: Iterable[Path]) -> bool:
    """Return whether the path, links not followed, lies in one of the folders."""
    path = Path(os.path.normpath(file))
    return any(path.is_relative_to(folder) for folder in folders)


def outside_imports(files: Iterable[Path], folders: Sequence[Path]) -> tuple[str, ...]:
    """Return the modules that the files import, and what they import from the folders imports.

    Nothing is run: imports are read from the syntax tree, those inside functions included. A module
    that lies in one of ``folders`` is followed and not returned; a file with a syntax error counts
    for nothing, since whoever imports it will say so.
    """
    seen: set[Path] = set()
    outside: set[str] = set()
    pending = list(files)
    while pending:
        file = pending.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in _imported_names(file, folders):
            inside = list(_module_files(name, folders))
            pending += inside
            if not inside:
                outside.add(name)
    return tuple(sorted(outside))


def _imported_names(file: Path, folders: Sequence[Path]) -> Iterator[str]:
    """Yield the absolute dotted names of the modules that a file imports."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute_base(node, file, folders)
            if base:
                yield base
                # ``from package import name``: the name may be a module of its own.
                dotted = (f"{base}.{alias.name}" for alias in node.names)
                yield from (name for name in dotted if any(_module_files(name, folders)))


def _absolute_base(node: ast.ImportFrom, file: Path, folders: Sequence[Path]) -> str:
    """Return the dotted name after ``from``, with leading dots resolved; "" where that fails."""
    if not node.level:
        return node.module or ""
    package = file.parents[node.level - 1]
    for folder in folders:
        if package.is_relative_to(folder):
            parts = [*package.relative_to(folder).parts, *filter(None, [node.module])]
            return ".".join(parts)
    return ""


def _module_files(name: str, folders: Sequence[Path]) -> Iterator[Path]:
    """Yield the files that importing the dotted name would load from the folders."""
    for folder in folders:
        parts = name.split(".")
        for stop in range(1, len(parts) + 1):
            stem = folder.joinpath(*parts[:stop])
            yield from (
                file for file in (stem / "__init__.py", stem.with_suffix(".py")) if file.is_file()
            )
