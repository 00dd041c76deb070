"""The operators that are installed, and whether they keep their own examples."""

from __future__ import annotations

from inspect import cleandoc

import msgspec

from mutations import MutationError, broken_examples, operator_names, operator_type


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One operator."""

    name: str
    summary: str  # the first line of its docstring
    faults: tuple[str, ...]  # why it cannot be used, or which examples do not hold


def tried_operators() -> tuple[Tried, ...]:
    """Try the examples of all operators, ours and those of other packages."""
    return tuple(map(_tried, operator_names()))


def _tried(name: str) -> Tried:
    try:
        kind = operator_type(name)
    except MutationError as error:
        return Tried(name=name, summary="", faults=(str(error),))
    summary = cleandoc(kind.__doc__ or "").partition("\n")[0]
    return Tried(name=name, summary=summary, faults=tuple(broken_examples(kind)))
