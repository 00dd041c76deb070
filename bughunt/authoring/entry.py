"""Entries of levels.yaml, written into it as text: all that stands there stays as it is."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import msgspec
import yaml

from bughunt.authoring.hunks import split
from bughunt.spec import UNWRITTEN
from mutations import Operator

_WIDTH = 100
_TOP = re.compile(r"[^\s#-]")  # how a line begins that is no part of a section


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What an author has said of a new bug. What is missing is marked as still to be written."""

    id: str
    edits: tuple[Operator, ...]
    detector: str
    symptom: str = f"{UNWRITTEN}: what a user would report, without cause or location."
    topics: tuple[str, ...] = (UNWRITTEN.lower(),)
    difficulty: int = 3
    expect: str = "assertion"
    hints: tuple[str, str, str] = (
        f"{UNWRITTEN}: the concept, not the place.",
        f"{UNWRITTEN}: the region, and what to look at there.",
        f"{UNWRITTEN}: nearly the fix.",
    )
    explanation: str = f"{UNWRITTEN}: what was wrong, why it matters, how one would find it."
    reference: str = f"{UNWRITTEN}: where such a bug really happened."


def with_entry(text: str, entry: Entry) -> str:
    """Return the text of a catalogue with one more entry, the last of its bugs."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = split(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    start = next((n for n, line in enumerate(lines) if line.startswith("bugs:")), len(lines))
    head = [] if start < len(lines) else [f"bugs:{end}"]
    if start < len(lines) and re.fullmatch(r"bugs:\s*\{\s*\}\s*", lines[start]):
        lines[start] = f"bugs:{end}"
    stop = next((n for n in range(start + 1, len(lines)) if _TOP.match(lines[n])), len(lines))
    # What is written at the left margin after the last entry is about the next section.
    while stop > start + 1 and (not lines[stop - 1].strip() or lines[stop - 1].startswith("#")):
        stop -= 1
    gap = [end] if stop > start + 1 else []
    written = [f"{line}{end}" for line in _lines(entry)]
    return "".join([*lines[:stop], *head, *gap, *written, *lines[stop:]])


def _lines(entry: Entry) -> list[str]:
    lines = [f"{entry.id}:"]
    lines += _field("symptom", entry.symptom)
    lines += [f"  topics: [{', '.join(entry.topics)}]", f"  difficulty: {entry.difficulty}"]
    lines.append("  edits:")
    for edit in entry.edits:
        lines += edit_lines(edit)
    lines += [f"  detector: {entry.detector}", f"  expect: {_expect(entry.expect)}", "  hints:"]
    for hint in entry.hints:
        lines += _indented(f"- {_scalar(hint)}", "    ")
    lines += _field("explanation", entry.explanation) + _field("reference", entry.reference)
    return [f"  {line}" if line else "" for line in lines]


def edit_lines(edit: Operator) -> list[str]:
    """Return an edit as the lines of an entry, the fields in the order of reading."""
    fields: dict[str, Any] = msgspec.to_builtins(edit)
    first = {"target": fields.pop("target"), "operator": fields.pop("operator")}
    told = {key: value for key, value in {**first, **fields}.items() if value is not None}
    lines: list[str] = []
    for key, value in told.items():
        mark = "    - " if not lines else "      "
        if isinstance(value, str) and "\n" in value and not value[0].isspace():
            lines += [f"{mark}{key}: |", *_indented(value.rstrip("\n"), "        ")]
        else:
            lines.append(f"{mark}{key}: {_scalar(value)}")
    return lines


def _field(name: str, text: str) -> list[str]:
    """Write a text on the line of its name, or folded below it."""
    line = f"  {name}: {_scalar(text)}"
    if len(line) + 2 <= _WIDTH and "\n" not in line:
        return [line]
    folded = textwrap.wrap(
        " ".join(text.split()), _WIDTH - 6, break_long_words=False, break_on_hyphens=False
    )
    return [f"  {name}: >-", *(f"    {it}" for it in folded)]


def _scalar(value: Any) -> str:
    """Write a value on one line, in quotes where YAML asks for them."""
    written = yaml.safe_dump(value, width=100_000, allow_unicode=True, default_style=None)
    return written.removesuffix("\n").removesuffix("\n...")


def _expect(expect: str) -> str:
    return expect if expect == "assertion" else f"{{raises: {expect}}}"


def _indented(text: str, indent: str) -> list[str]:
    return [f"{indent}{line}" if line else "" for line in text.split("\n")]
