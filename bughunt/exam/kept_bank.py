"""The bank of an exam, kept in its build: what was given out can be graded whatever comes after.

A bank changes: a symptom is reworded, another bughunt is installed. Whoever grades then, or hears
an appeal months later, needs it as it was. The files lie in clear; who has which bugs is not in
them.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import msgspec

from bughunt.errors import BankError, ExamError
from bughunt.exam.lock import Lock, bank_digest
from bughunt.exam.plan import Plan
from bughunt.mutate import read
from bughunt.placement import place
from bughunt.spec import Bank, load_bank

KEPT = "bank"
_CATALOGUE = "levels.yaml"
_MOMENT = 1_735_689_600  # the start of 2025, UTC
_BUILT = "__pycache__"
_UP = "up"  # a folder of the copy, where the catalogue names something above its own
_DEEPEST = 20


def keep(bank: Bank, folder: Path) -> None:
    """Write all of a bank that an exam needs into the folder of a build, unless it is there.

    Raises:
        BankError: when a file cannot be read.
        EnvironmentProblem: when the system refuses to write.

    """
    kept = kept_bank(folder)
    if kept is None or bank_digest(kept) != bank_digest(bank):
        place(bank_files(bank), folder / KEPT, time=_MOMENT, may_replace=lambda _: True)


def bank_files(bank: Bank) -> dict[str, bytes]:
    """Return catalogue, code, detectors and experiments, laid out as the catalogue expects them."""
    probes = [it.probe for it in bank.impacts.values()]
    beside = [*_files(bank.detectors), *(_files(bank.experiments) if bank.experiments else ())]
    sources = [bank.root / path for path in bank.files]
    top = _top(bank)
    files = {f"{top}/{_CATALOGUE}".lstrip("/"): read(bank.path)}
    for file in (*sources, *beside, *probes):
        place_in = PurePosixPath(top, Path(os.path.relpath(file, bank.path.parent)).as_posix())
        files[os.path.normpath(place_in)] = read(file)
    return files


def kept_bank(folder: Path) -> Bank | None:
    """Load the bank that a build keeps; None: it keeps none, or none that can be loaded."""
    places = (Path(folder, KEPT, *[_UP] * depth, _CATALOGUE) for depth in range(_DEEPEST))
    found = next((it for it in places if it.is_file()), None)
    try:
        return load_bank(found) if found else None
    except BankError:
        return None


def is_kept(folder: Path, lock: Lock) -> bool:
    """Return whether a build keeps the bank that it was made from."""
    kept = kept_bank(folder)
    return kept is not None and bank_digest(kept) == lock.inputs.bank


def bank_of(plan: Plan, lock: Lock, folder: Path) -> tuple[Bank, str]:
    """Return the bank that an exam was built from, and a note where it is the one that was kept.

    Args:
        plan: which names a bank; it may have changed since.
        lock: of the build.
        folder: of the build.

    Raises:
        ExamError: when neither the named bank nor the kept one is that of the build.

    """
    why = "has changed since"
    try:
        named: Bank | None = load_bank(plan.bank)
    except BankError as error:
        named, why = None, f"cannot be loaded ({error.problems[0]})"
    if named is not None and bank_digest(named) == lock.inputs.bank:
        return named, ""
    label = named.label if named is not None else str(plan.bank or "the bank of bughunt")
    kept = kept_bank(folder)
    if kept is None or bank_digest(kept) != lock.inputs.bank:
        versions = ", ".join(f"{name} {it}" for name, it in sorted(lock.versions.items()))
        text = f"{folder}: was built from another state of {label}, with {versions}"
        raise ExamError(f"{text}. Put the bank back as it was, or restore {folder / KEPT}.")
    note = f"{label} {why}; what the build keeps in {folder / KEPT} is used"
    return msgspec.structs.replace(kept, label=f"{folder / KEPT}/{_CATALOGUE}"), note


def _files(folder: Path) -> list[Path]:
    return [
        file for file in sorted(folder.rglob("*")) if file.is_file() and _BUILT not in file.parts
    ]


def _top(bank: Bank) -> str:
    """Return the folder of the catalogue in the copy, so deep that nothing lies above the copy."""
    base = bank.path.parent
    others = [bank.root, bank.detectors, *(it.probe for it in bank.impacts.values())]
    others += [bank.experiments] if bank.experiments else []
    ups = (Path(os.path.relpath(it, base)).parts.count("..") for it in others)
    return "/".join([_UP] * max(ups))
