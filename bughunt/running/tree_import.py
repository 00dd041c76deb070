"""Importing the code under hunt from one tree and from nowhere else.

The packages of a tree are served by a finder of our own: an overlay of texts lies over the files,
bytecode is neither read nor written (a stale cache would judge yesterday's code), and a module that
the tree lacks is missing, even when a package of the same name is installed. A finder that is asked
to also notes which parts of the code are entered.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import linecache
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from bughunt.running import source_parts

_COMPILED: dict[tuple[str, bytes], CodeType] = {}  # by file and what it held


class WrongTree(ImportError):
    """A package under hunt comes, or would come, from outside the tree."""


class TreeLoader(SourceFileLoader):
    """Loads one module from its file, or from a text that stands for the file."""

    def __init__(self, fullname: str, path: str, finder: TreeFinder, relative: str) -> None:
        super().__init__(fullname, path)
        self.text = finder.overlay.get(relative)
        self._entered = finder.entered
        self._relative = relative

    def get_data(self, path: str) -> bytes:
        """Return the overlaid text, or else what the file holds."""
        if path == self.path and self.text is not None:
            return self.text.encode()
        return super().get_data(path)

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of the module; its functions tell when they are entered, if asked to."""
        if self._entered is None:
            return super().get_code(fullname)
        content = self.get_data(self.path)
        known = _COMPILED.get((self.path, content))
        return known or _compiled(self._relative, content, self.path)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module."""
        if self._entered is not None:
            source_parts.listen(module.__dict__, self._entered.add)
        super().exec_module(module)

    def path_stats(self, path: str) -> Mapping[str, Any]:
        """Deny that the source has an age, so that no bytecode is taken for it."""
        raise OSError(f"{path}: bytecode plays no part")


class TreeFinder(MetaPathFinder):
    """Finds the modules of ``packages`` in ``root``, under an overlay of relative path -> text.

    Args:
        root: the folder that holds the packages.
        packages: names of packages that come from nowhere else.
        overlay: texts that stand for files.
        entered: takes the names of the parts that are entered; None: nobody wants to know.

    """

    def __init__(
        self,
        root: Path,
        packages: Sequence[str],
        overlay: Mapping[str, str],
        entered: set[str] | None = None,
    ) -> None:
        self.root = root
        self.packages = packages
        self.overlay = overlay
        self.entered = entered
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
            if relative in self.overlay or (self.root / relative).is_file():
                self.served.add(relative)
                return self._spec(fullname, relative, is_package=is_package)
        # What is left in the tree: folders without ``__init__.py``, and compiled modules.
        spec = PathFinder.find_spec(fullname, [str(self.root)] if path is None else path)
        if spec is None:
            raise ModuleNotFoundError(f"No module named {fullname!r} in {self.root}", name=fullname)
        return spec

    def _spec(self, fullname: str, relative: str, *, is_package: bool) -> ModuleSpec | None:
        file, text = self.root / relative, self.overlay.get(relative)
        if text is not None:  # tracebacks and ``inspect`` then show this text, not the file's
            lines = text.splitlines(keepends=True)
            linecache.cache[str(file)] = (len(text), None, lines, str(file))
        return importlib.util.spec_from_file_location(
            fullname,
            file,
            loader=TreeLoader(fullname, str(file), self, relative),
            submodule_search_locations=[str(file.parent)] if is_package else None,
        )


def compile_ahead(root: Path, relative: str) -> None:
    """Compile a file of a tree, so that processes forked from this one need not."""
    file = root / relative
    with contextlib.suppress(OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        content = file.read_bytes()
        if (str(file), content) not in _COMPILED:
            _COMPILED[str(file), content] = _compiled(relative, content, str(file))


def _compiled(relative: str, content: bytes, path: str) -> CodeType:
    return compile(source_parts.marked(relative, content, path), path, "exec", dont_inherit=True)


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
