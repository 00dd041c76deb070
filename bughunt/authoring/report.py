"""What an author is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bughunt.authoring.lint import Complaint, Linted
from bughunt.authoring.operators import Tried
from bughunt.authoring.preview import Preview, Words
from bughunt.report import Block, Diff, Line, Table, counted, lesson

_BLANK = Line("")
_TOLD = ("Concept", "Region", "Nearly")  # what the three hints are about


def complained(complaint: Complaint) -> str:
    """Return a complaint on one line, which begins with its place."""
    kind = "note: " if complaint.is_note else ""
    return f"{complaint.file}:{complaint.line}: {kind}{complaint.text}"


def without_fault(linted: Linted) -> str:
    """Return what was looked at in vain."""
    return f"{linted.label}: {counted(linted.bugs, 'bug')}, nothing to complain about"


def previewed(preview: Preview) -> tuple[Block, ...]:
    """Return a bug: the change, the words beside it, what a hunter is told, what proves it."""
    bug = preview.bug
    topics = ", ".join(bug.topics)
    levels = "; ".join(preview.levels) or "in no level"
    blocks: list[Block] = [
        Line(f"{bug.id}  ({preview.place})", "bold"),
        Line(f"difficulty {bug.difficulty}, {topics}, {levels}"),
        *_part("The hunter sees", (Line(bug.symptom.strip()),)),
    ]
    if preview.diff:
        blocks += _part("The code", (Diff(preview.diff),))
    if preview.words:
        blocks += _part("Do these still fit?", (Table(tuple(map(_words_row, preview.words))),))
    hints = tuple(
        (Line(name, "dim"), Line(hint.strip())) for name, hint in zip(_TOLD, bug.hints, strict=True)
    )
    blocks += _part("Hints", (Table(hints),))
    blocks += _part("After the hunt", lesson(bug.explanation, bug.cost, bug.reference))
    blocks += _part("Detector", tuple(_law_of(preview)))
    if preview.complaints:
        told = tuple(Line(complained(it), "red") for it in preview.complaints)
        blocks += _part("What is wrong", told)
    return tuple(blocks)


def tried(operators: Sequence[Tried]) -> tuple[Block, ...]:
    """Return each operator with what it does, or with what is wrong with it."""
    return (
        Table(
            tuple(
                (
                    Line("error" if it.faults else "ok", "bold red" if it.faults else "green"),
                    Line(it.name, "cyan"),
                    Line("\n".join(it.faults) or it.summary),
                )
                for it in operators
            )
        ),
    )


def _part(title: str, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return (_BLANK, Line(title, "bold cyan"), *blocks)


def _words_row(words: Words) -> tuple[Line, ...]:
    return Line(f"{words.path}:{words.line}", "dim"), Line(words.text)


def _law_of(preview: Preview) -> Iterator[Line]:
    exception = preview.bug.expect.exception
    yield Line(f"{preview.detector}: {preview.law or 'says nothing of its law'}")
    how = exception or "an assertion that fails"
    yield Line(f"With the bug it is to end with {how}; with the clean code it is to pass.")
