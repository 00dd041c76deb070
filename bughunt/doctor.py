"""A look at the environment: what is needed, what was found, and what to do about it.

Nothing heavy is imported: versions are read from the metadata of what is installed.
"""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import msgspec
from packaging.requirements import Requirement

from bughunt.detector_files import detector_files
from bughunt.errors import BankError
from bughunt.mutate import mutate
from bughunt.spec import Bank, Bug, load_bank

State = Literal["ok", "warning", "missing"]
Section = Literal[
    "Python is too old",
    "bughunt or nanochat is not installed",
    "A package is missing or too old",
    "The compiled part is missing",
    "The bank is damaged",
    "The base folder cannot be written to",
    "git is not found",
    "There is no fork",
]
PAGE = "docs/troubleshooting.md"  # of the repository, from which bughunt is installed
_OLDEST_PYTHON = (3, 10)
_LOOKS = (mutate, detector_files)  # what materialize does with a bug


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at; ``advice`` is empty when it is as it should be."""

    name: str
    state: State
    found: str
    advice: str = ""
    section: Section | None = None  # of the page that tells more

    @property
    def more(self) -> str:
        """Where to read on; empty when all is well."""
        return f"More: {PAGE} of the repository, '{self.section}'." if self.section else ""


def examine(bank: Path | None = None) -> tuple[Finding, ...]:
    """Return a finding for everything that bughunt needs or could use."""
    return (
        _python(),
        *_packages(),
        _compiled_trainer(),
        _bank(bank),
        _base_folder(),
        _git(),
        _fork(),
    )


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info < _OLDEST_PYTHON:
        oldest = ".".join(map(str, _OLDEST_PYTHON))
        advice = f"Install Python {oldest} or newer."
        return Finding("Python", "missing", version, advice, "Python is too old")
    return Finding("Python", "ok", version)


def _packages() -> list[Finding]:
    """Look at each package that the installed bughunt declares it needs."""
    try:
        declared = metadata.requires("bughunt") or []
    except metadata.PackageNotFoundError:
        return [_not_installed("bughunt", "not installed")]
    requirements = [Requirement(text) for text in declared]
    needed = [it for it in requirements if not it.marker or it.marker.evaluate({"extra": ""})]
    return [Finding("bughunt", "ok", metadata.version("bughunt")), *map(_package, needed)]


def _not_installed(name: str, found: str) -> Finding:
    advice = "Run 'pip install .' in the checkout."
    return Finding(name, "missing", found, advice, "bughunt or nanochat is not installed")


def _package(requirement: Requirement) -> Finding:
    try:
        version = metadata.version(requirement.name)
        found = f"{version} is too old"
    except metadata.PackageNotFoundError:
        version, found = "", "not installed"
    if version and requirement.specifier.contains(version, prereleases=True):
        return Finding(requirement.name, "ok", version)
    advice = f"Run 'pip install \"{requirement}\"'."
    return Finding(requirement.name, "missing", found, advice, "A package is missing or too old")


def _compiled_trainer() -> Finding:
    try:
        importlib.import_module("rustbpe")
    except ImportError as error:
        advice = "Install Rust from https://rustup.rs, then run 'pip install .' in the checkout."
        found = str(error.__cause__ or error)
        return Finding("rustbpe", "missing", found, advice, "The compiled part is missing")
    return Finding("rustbpe", "ok", "compiled")


def _bank(path: Path | None) -> Finding:
    """Load the catalogue, make each bug on its own, and look at each detector."""
    try:
        bank = load_bank(path)
        problems = _problems(bank)
    except BankError as error:
        problems = list(error.problems)
    if problems:
        more = len(problems) - 1
        found = problems[0] + (f" (and {more} more)" if more else "")
        advice = "Correct the catalogue, or reinstall bughunt."
        return Finding("bank", "missing", found, advice, "The bank is damaged")
    return Finding("bank", "ok", f"{len(bank.bugs)} bugs, {len(bank.levels)} levels")


def _problems(bank: Bank) -> list[str]:
    """Return what would keep a bug of the bank out of a workspace."""
    looks = (_complaints(look, bank, bug) for bug in bank.bugs.values() for look in _LOOKS)
    return [problem for problems in looks for problem in problems]


def _complaints(look: Callable[..., Any], bank: Bank, bug: Bug) -> tuple[str, ...]:
    try:
        look(bank, (bug,))
    except BankError as error:
        return error.problems
    return ()


def _base_folder() -> Finding:
    """Look at the folder in which nanochat keeps what it writes, or would make it."""
    try:
        from nanochat.base_dir import get_base_dir
    except (ImportError, SyntaxError) as error:
        return _not_installed("nanochat", str(error))
    folder: Path = get_base_dir()  # type: ignore[no-untyped-call]
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        advice = "Set NANOCHAT_BASE_DIR to a folder that you may write to."
        found, name = f"{existing} cannot be written to", "NANOCHAT_BASE_DIR"
        return Finding(name, "missing", found, advice, "The base folder cannot be written to")
    return Finding("NANOCHAT_BASE_DIR", "ok", str(folder))


def _git() -> Finding:
    git = shutil.which("git")
    if git is None:
        advice = "Install git for 'bughunt reset', and for its log and diff in a workspace."
        return Finding("git", "warning", "not found", advice, "git is not found")
    return Finding("git", "ok", git)


def _fork() -> Finding:
    if not hasattr(os, "fork"):
        advice = "Checks work, and take longer."
        return Finding("fork", "warning", "not on this system", advice, "There is no fork")
    return Finding("fork", "ok", "available")
