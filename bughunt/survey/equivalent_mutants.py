"""Mutants that are declared to mean the same as the original, each with the reason."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from bughunt import yaml_document
from bughunt.conversion import misfits
from bughunt.survey.mutants import Mutant
from bughunt.yaml_document import Document

FILE = "tests/equivalent_mutants.yaml"

_Text = Annotated[str, msgspec.Meta(min_length=1)]


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the file. Runs of white space count as one blank in all texts."""

    path: _Text
    line: _Text  # the source line on which the change starts
    before: _Text
    after: str  # empty where a decorator is dropped
    reason: _Text
    column: int | None = None  # where the same change can be made twice on the line


def declared(
    file: Path, label: str, texts: Mapping[str, str], mutants: Mapping[str, Sequence[Mutant]]
) -> dict[Mutant, str]:
    """Return the mutants that the file declares equivalent, with the reasons.

    Args:
        file: a YAML file with a list of entries; it need not exist.
        label: the file as messages show it.
        texts: every file of the packages.
        mutants: all mutants of the modules that are looked at; entries for others are not.

    Raises:
        BankError: when an entry cannot be read, fits no mutant or several, or stands twice.

    """
    if not file.exists():
        return {}
    content = yaml_document.content_of(file, "Write a list of equivalent mutants there.")
    document = yaml_document.parse(content, label)
    document.check()
    found: dict[Mutant, str] = {}
    for index, entry in enumerate(_entries(document)):
        if entry.path not in texts:
            advice = "Correct the path, or delete the entry."
            document.complain((index,), f"there is no file {entry.path}. {advice}")
        elif entry.path in mutants:
            mutant = _the_mutant(document, index, entry, mutants[entry.path], texts[entry.path])
            if mutant in found:
                document.complain((index,), "an earlier entry says the same. Delete one of them.")
            if mutant is not None:
                found[mutant] = entry.reason
    document.check()
    return found


def _entries(document: Document) -> list[Equivalent]:
    """Return the entries of the file, all of which fit their type."""
    data = document.data or []
    if not isinstance(data, list):
        document.complain((), "this is no list. Begin each entry with '- path:'.")
    document.check()
    for index, entry in enumerate(data):
        for keys, text in misfits(entry, Equivalent, (index,)):
            document.complain(keys, text)
    document.check()
    return msgspec.convert(data, list[Equivalent])


def _the_mutant(
    document: Document, index: int, entry: Equivalent, mutants: Sequence[Mutant], text: str
) -> Mutant | None:
    """Return the mutant that the entry means, or complain."""
    lines = text.split("\n")
    here = [it for it in mutants if one_line(lines[it.line - 1]) == one_line(entry.line)]
    if not here:
        close = difflib.get_close_matches(entry.line, map(one_line, lines), n=1)
        advice = f"It may be {close[0]!r} now." if close else "It may be gone: delete the entry."
        document.complain((index,), f"{entry.path}: no mutant on a line {entry.line!r}. {advice}")
        return None
    change = (one_line(entry.before), one_line(entry.after))
    fitting = [it for it in here if (one_line(it.before), one_line(it.after)) == change]
    if entry.column is not None:
        fitting = [it for it in fitting if it.column == entry.column]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        columns = ", ".join(f"{it.line}:{it.column}" for it in fitting)
        text = f"fits {len(fitting)} mutants, at {columns}. Add 'column', or make the lines differ."
    else:
        known = [f"{one_line(it.before)} -> {one_line(it.after)}" for it in here]
        close = difflib.get_close_matches(" -> ".join(change), known, n=1, cutoff=0.0)
        text = f"no mutant {' -> '.join(change)!r} on this line; the nearest is {close[0]!r}."
    document.complain((index,), f"{entry.path}: {text}")
    return None


def one_line(text: str) -> str:
    """Return a text with its white space made one blank each."""
    return " ".join(text.split())
