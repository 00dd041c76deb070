"""Writing conflicts into a catalogue, where choosing bugs looks them up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO

import yaml

from bughunt.errors import BankError
from bughunt.mutate import read
from bughunt.placement import place_file
from bughunt.spec import Bank, Conflict, load_bank

_TOP = re.compile(r"[^\s#-]")  # how a line begins that is no part of a section
_EMPTY = re.compile(r"conflicts:\s*\[\s*\]")
_WIDTH = 96


def add(bank: Bank, conflicts: Sequence[Conflict]) -> None:
    """Add conflicts to the end of their section in levels.yaml; all other text stays as it is.

    Raises:
        BankError: when the file could not be loaded with them; it is left alone then.
        EnvironmentProblem: when the system refuses.

    """
    if not conflicts:
        return
    rewrite(bank, _with(read(bank.path).decode(), conflicts), "the conflicts")


def rewrite(bank: Bank, text: str, addition: str) -> None:
    """Write levels.yaml anew, after it has been loaded with what is added.

    Raises:
        BankError: when it could not be loaded; the file is left alone then.
        EnvironmentProblem: when the system refuses.

    """
    draft = bank.path.with_name(f".{bank.path.name}.draft")
    place_file(text.encode(), draft)
    try:
        load_bank(draft)
    except BankError as error:
        told = [problem.replace(draft.name, bank.path.name) for problem in error.problems]
        text = f"{bank.label}: it could not be loaded with {addition}, so it is as it was:"
        raise BankError([text, *told]) from None
    finally:
        draft.unlink(missing_ok=True)
    place_file(text.encode(), bank.path)


def _with(text: str, conflicts: Sequence[Conflict]) -> str:
    """Return the text with the conflicts in it, in its own line ends and indentation."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = StringIO(text, newline="").readlines()
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    start = next((n for n, line in enumerate(lines) if line.startswith("conflicts:")), None)
    if start is None:
        return "".join([*lines, end, f"conflicts:{end}", *_entries(conflicts, "  ", end)])
    lines[start] = _EMPTY.sub("conflicts:", lines[start])
    stop = next((n for n in range(start + 1, len(lines)) if _TOP.match(lines[n])), len(lines))
    items = [n for n in range(start + 1, stop) if lines[n].lstrip().startswith("- ")]
    indent = lines[items[0]][: -len(lines[items[0]].lstrip())] if items else "  "
    # What is written at the left margin after the last item is about the next section.
    while stop > start + 1 and (not lines[stop - 1].strip() or lines[stop - 1].startswith("#")):
        stop -= 1
    return "".join([*lines[:stop], *_entries(conflicts, indent, end), *lines[stop:]])


def _entries(conflicts: Sequence[Conflict], indent: str, end: str) -> list[str]:
    entries = []
    for conflict in conflicts:
        because = yaml.safe_dump({"because": conflict.because}, width=_WIDTH, allow_unicode=True)
        lines = [f"- bugs: [{', '.join(conflict.bugs)}]", *because.splitlines()]
        entries += [
            f"{indent}{'  ' if place else ''}{line}{end}" for place, line in enumerate(lines)
        ]
    return entries
