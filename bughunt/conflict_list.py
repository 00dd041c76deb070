"""Writing conflicts into a catalogue, where choosing bugs looks them up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import StringIO

import yaml

from bughunt.errors import BankError
from bughunt.mutate import read
from bughunt.placement import place_file
from bughunt.spec import Bank, Conflict, load_bank

_SECTION = re.compile(r"conflicts:\s*(\[\s*\]\s*)?(#.*)?")
_WIDTH = 96


def add(bank: Bank, conflicts: Iterable[Conflict]) -> None:
    """Add conflicts to the end of the section in levels.yaml; all other text stays as it is.

    Raises:
        BankError: when the section is written in a way that cannot be added to.
        EnvironmentProblem: when the system refuses.

    """
    added = list(conflicts)
    if not added:
        return
    before = read(bank.path)
    place_file(_with(before.decode(), added, bank.label).encode(), bank.path)
    try:
        load_bank(bank.path)
    except BankError:
        place_file(before, bank.path)
        text = f"{bank.label}: conflicts cannot be added to it by program; it is as it was. Add:"
        raise BankError([text, *map(_entry, added)]) from None


def _with(text: str, conflicts: list[Conflict], label: str) -> str:
    lines = StringIO(text).readlines()
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    tops = [index for index, line in enumerate(lines) if re.match(r"[^\s#]", line)]
    start = next((index for index in tops if lines[index].startswith("conflicts:")), None)
    entries = [_entry(conflict) for conflict in conflicts]
    if start is None:
        return "".join([*lines, "\nconflicts:\n", *entries])
    if not _SECTION.fullmatch(lines[start].strip()):
        text = f"{label}:{start + 1}: 'conflicts' is written on one line. Write one item a line."
        raise BankError([text])
    stop = next((index for index in tops if index > start), len(lines))
    while not lines[stop - 1].strip():
        stop -= 1
    lines[start] = "conflicts:\n"
    return "".join([*lines[:stop], *entries, *lines[stop:]])


def _entry(conflict: Conflict) -> str:
    because = yaml.safe_dump({"because": conflict.because}, width=_WIDTH, allow_unicode=True)
    body = because.replace("\n", "\n    ").rstrip()
    return f"  - bugs: [{', '.join(conflict.bugs)}]\n    {body}\n"
