"""Who takes part: a table with a line for each candidate."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from bughunt.errors import ExamError, did_you_mean

ROSTER = "roster.csv"
COLUMNS = ("student_id", "name", "email", "section", "extra_time")
_EXTRA = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)\s*(%|min)")
_LONGEST_ID = 200
_DELIMITERS = (",", ";", "\t")


class Candidate(msgspec.Struct, frozen=True):
    """One line of the roster."""

    student_id: str
    name: str
    email: str
    section: str
    extra_time: str  # "", "25%" or "30 min"

    def minutes(self, usual: int) -> int:
        """Return how long the exam is for this candidate; what is begun counts as a minute."""
        found = _EXTRA.fullmatch(self.extra_time)
        if found is None:
            return usual
        extra = float(found[1]) * (usual / 100 if found[2] == "%" else 1)
        return usual + math.ceil(round(extra, 6))


def roster_digest(candidates: Iterable[Candidate]) -> str:
    """Return the SHA-256 of a roster, whatever the order of its lines and columns."""
    ordered = sorted(candidates, key=lambda it: it.student_id)
    return hashlib.sha256(msgspec.json.encode(ordered)).hexdigest()


def read_roster(path: Path) -> tuple[Candidate, ...]:
    """Return the candidates, in the order of the table.

    Commas, semicolons or tabs stand between cells, as spreadsheets write them. Columns of other
    names are left out.

    Raises:
        ExamError: with one line for each problem that was found.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        text = f"{path}: cannot be read: {error.strerror}. Give a table of candidates."
        raise ExamError(text) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"not UTF-8: byte 0x{content[error.start]:02x}"
        raise ExamError(f"{path}:{line}: {found}. Save the table as CSV in UTF-8.") from None
    candidates, problems = _parsed(text)
    if problems:
        raise ExamError("\n".join(f"{path}:{line}: {it}" for line, it in sorted(problems)))
    return candidates


def _parsed(text: str) -> tuple[tuple[Candidate, ...], list[tuple[int, str]]]:
    """Return the candidates, and what is wrong, with the line of each."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    candidates: dict[str, tuple[int, Candidate]] = {}
    problems: list[tuple[int, str]] = []
    names: Sequence[str] = ()
    try:
        for line, row in _numbered(rows):
            if not names:
                names = ["_".join(cell.lower().split()) for cell in row]
                problems += [(line, it) for it in _header_problems(names)]
                if problems:
                    return (), problems
                continue
            problems += [(line, it) for it in _row_problems(names, row, candidates)]
            candidate = _candidate(names, row)
            candidates.setdefault(candidate.student_id, (line, candidate))
    except csv.Error as error:
        problems.append((rows.line_num, f"not CSV: {error}. Look at its quotes."))
    if not candidates and not problems:
        problems.append(
            (1, f"there is no candidate. Write {','.join(COLUMNS)} and a line for each.")
        )
    return tuple(candidate for _, candidate in candidates.values()), problems


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold something, each with the line on which it starts."""
    before = 0
    for row in rows:
        if any(cell.strip() for cell in row):
            yield before + 1, row
        before = rows.line_num  # type: ignore[attr-defined]


def _delimiter(text: str) -> str:
    """Return what stands between the cells of the first line that holds something."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=head.count)


def _header_problems(names: Sequence[str]) -> Iterator[str]:
    others = [it for it in names if it not in COLUMNS]
    for name in COLUMNS:
        if name not in names:
            text = f"the column '{name}' is missing."
            close = f" {did_you_mean(name, others)}" if others else ""
            yield f"{text}{close} The first line must have {','.join(COLUMNS)}."
        elif names.count(name) > 1:
            yield f"the column '{name}' stands twice. Keep one."


def _row_problems(
    names: Sequence[str], row: Sequence[str], known: dict[str, tuple[int, Candidate]]
) -> Iterator[str]:
    if len(row) != len(names):
        yield f"there are {len(row)} cells, and {len(names)} columns. Quote commas."
        return
    candidate = _candidate(names, row)
    name = candidate.student_id
    if not name:
        yield "student_id is empty. Write one."
    elif name in known:
        yield f"student_id '{name}' stands already on line {known[name][0]}. Keep one of them."
    elif len(name) > _LONGEST_ID or not name.isprintable():
        yield f"student_id {name[:40]!r} is too long or cannot be printed. Write another."
    if candidate.extra_time not in ("", "0") and not _EXTRA.fullmatch(candidate.extra_time):
        text = f"extra_time is '{candidate.extra_time}'"
        yield f"{text}. Write a share such as 25%, minutes such as 30 min, or nothing."


def _candidate(names: Sequence[str], row: Sequence[str]) -> Candidate:
    cells = dict.fromkeys(COLUMNS, "") | {
        name: unicodedata.normalize("NFC", cell.strip())
        for name, cell in zip(names, row, strict=False)
    }
    return Candidate(*(cells[name] for name in COLUMNS))
