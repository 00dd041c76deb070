"""Operators by name: the files of this package, then what other packages register."""

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mutations.language.errors import UnknownOperator
from mutations.language.operator import Operator

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

GROUP = "bughunt.operators"


def _registered() -> "EntryPoints":
    from importlib.metadata import entry_points  # slow to import, seldom needed

    return entry_points(group=GROUP)


def operator_names() -> tuple[str, ...]:
    """List our operators, then registered ones, each in alphabetical order."""
    registered = sorted({entry.name for entry in _registered()} - set(_own_names()))
    return (*_own_names(), *registered)


def operator_type(name: str) -> type[Operator]:
    """Import the operator of this name; raises UnknownOperator with names that are close."""
    if name in _own_names():
        return _own_type(name)
    for entry in _registered().select(name=name):
        return _loaded(entry)
    from difflib import get_close_matches

    known = operator_names()
    close = get_close_matches(name, known, n=3)
    advice = f"Did you mean {' or '.join(close)}?" if close else f"Known: {', '.join(known)}."
    raise UnknownOperator(f"operator '{name}' is unknown. {advice}")


def _loaded(entry: "EntryPoint") -> type[Operator]:
    """Import what another package registers, which may hold anything."""
    try:
        registered = entry.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnknownOperator(
            f"operator '{entry.name}': {entry.value} cannot be imported: {reason}. Correct it."
        ) from error
    if not (isinstance(registered, type) and issubclass(registered, Operator)):
        raise UnknownOperator(
            f"operator '{entry.name}': {entry.value} is no mutations.Operator. "
            "Register a class that derives from it."
        )
    tag = registered.__struct_config__.tag
    if tag != entry.name:
        raise UnknownOperator(
            f"operator '{entry.name}': the name of {entry.value} in an edit is '{tag}'. "
            f"Register it as {tag}."
        )
    return registered


@cache
def _own_names() -> tuple[str, ...]:
    folder = Path(__file__).parent.parent
    return tuple(sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__"))


def _own_type(name: str) -> type[Operator]:
    module = importlib.import_module(f"mutations.{name}")
    operator: type[Operator] = getattr(module, name.title().replace("_", ""))
    return operator
