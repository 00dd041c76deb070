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
_OLDEST_PYTHON = (3, 10)
_LOOKS = (mutate, detector_files)  # what materialize does with a bug


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at; ``advice`` is empty when it is as it should be."""

    name: str
    state: State
    found: str
    advice: str = ""


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
        return Finding("Python", "missing", version, f"Install Python {oldest} or newer.")
    return Finding("Python", "ok", version)


def _packages() -> list[Finding]:
    """Look at each package that the installed bughunt declares it needs."""
    try:
        declared = metadata.requires("bughunt") or []
    except metadata.PackageNotFoundError:
        advice = "Run 'pip install .' in the checkout."
        return [Finding("bughunt", "missing", "not installed", advice)]
    requirements = [Requirement(text) for text in declared]
    needed = [it for it in requirements if not it.marker or it.marker.evaluate({"extra": ""})]
    return [Finding("bughunt", "ok", metadata.version("bughunt")), *map(_package, needed)]


def _package(requirement: Requirement) -> Finding:
    advice = f"Run 'pip install \"{requirement}\"'."
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Finding(requirement.name, "missing", "not installed", advice)
    if not requirement.specifier.contains(version, prereleases=True):
        return Finding(requirement.name, "missing", f"{version} is too old", advice)
    return Finding(requirement.name, "ok", version)


def _compiled_trainer() -> Finding:
    try:
        importlib.import_module("rustbpe")
    except ImportError as error:
        advice = "Install Rust from https://rustup.rs, then run 'pip install .' in the checkout."
        return Finding("rustbpe", "missing", str(error.__cause__ or error), advice)
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
        return Finding("bank", "missing", found, "Correct the catalogue, or reinstall bughunt.")
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
        return Finding("nanochat", "missing", str(error), "Run 'pip install .' in the checkout.")
    folder: Path = get_base_dir()  # type: ignore[no-untyped-call]
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        advice = "Set NANOCHAT_BASE_DIR to a folder that you may write to."
        return Finding("NANOCHAT_BASE_DIR", "missing", f"{existing} cannot be written to", advice)
    return Finding("NANOCHAT_BASE_DIR", "ok", str(folder))


def _git() -> Finding:
    git = shutil.which("git")
    if git is None:
        advice = "Install git for 'bughunt reset', and for its log and diff in a workspace."
        return Finding("git", "warning", "not found", advice)
    return Finding("git", "ok", git)


def _fork() -> Finding:
    if not hasattr(os, "fork"):
        return Finding("fork", "warning", "not on this system", "Checks work, and take longer.")
    return Finding("fork", "ok", "available")
