"""Tables for spreadsheets, which take some texts for formulas and run them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return CSV with a line of names; no cell is a formula, and none has control characters."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([defused(it) for it in row] for row in rows)
    return stream.getvalue()


def defused(value: object) -> str:
    """Return the text of a cell; what a spreadsheet would run gets an apostrophe in front.

    Control characters become spaces, and so do those that turn the direction of writing. A number
    stays one. None is an empty cell.
    """
    if value is None:
        return ""
    text = _CONTROL.sub(" ", str(value)).strip()
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
