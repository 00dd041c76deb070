"""What the commands of an exam say, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bughunt.exam.answers import Entry
from bughunt.exam.audit import Audit
from bughunt.exam.build import ARCHIVES, Built
from bughunt.exam.fairness import Fairness
from bughunt.exam.hint_record import Hint
from bughunt.report import Block, Line, Table, counted, shown

_WIDTH = len("exposure 1-5")  # so that tables below each other have one column


def built(result: Built) -> tuple[Block, ...]:
    """Return what was built, how fair it is, and who is to get something else than before."""
    rows = (
        ("candidates", f"{result.candidates}, {result.drawn} of them drawn now"),
        ("archives", f"{result.made} written, {result.kept} were there"),
        ("sets proved", f"{result.drawing.proved} now"),
    )
    changed = [it.entry for it in result.placed if it.changed]
    new = [it.entry for it in result.placed if not it.changed]
    conflicts = tuple(
        Line(f"not drawn together: {it.because}", "yellow") for it in result.drawing.conflicts
    )
    return (
        _table(rows),
        *fair(result.figures),
        *conflicts,
        *_named("changed: give this archive again", changed),
        *_named("new", new if result.kept or changed else ()),
        *_named("no longer in the roster; the set is kept", result.gone),
        *([Line("If only an id was wrong: bughunt exam rename")] if result.gone else []),
        Line(f"written to {shown(result.folder)}"),
    )


def fair(figures: Fairness) -> tuple[Block, ...]:
    """Return how fair a draw is."""
    low, high = figures.window
    least, most = figures.points
    rows = [
        ("sets", f"{figures.different} different for {counted(figures.candidates, 'candidate')}"),
        ("difficulty", f"{low}" if low == high else f"{low} to {high}"),
        ("points", f"{least:g}" if least == most else f"{least:g} to {most:g} can be reached"),
        ("overlap", f"{figures.largest_overlap} at most"),
    ]
    rows += [
        (
            f"exposure {it.stratum}",
            f"each of {counted(it.bugs, 'bug')} {it.least} to {it.most} times",
        )
        for it in figures.shares
    ]
    if least == most:
        return (_table(rows),)
    text = "Not everybody can reach the same. Write scoring.total, to which all are scaled."
    return (_table(rows), Line(text, "yellow"))


def _table(rows: Iterable[tuple[str, str]]) -> Table:
    return Table(tuple((Line(name.ljust(_WIDTH), "bold"), Line(text)) for name, text in rows))


def _named(what: str, entries: Iterable[Entry]) -> Iterator[Line]:
    """Yield a line for each candidate of whom there is something to say."""
    for entry in entries:
        yield Line(f"{what}: {entry.student_id}, {ARCHIVES}/{entry.candidate}.zip", "yellow")


def built_record(result: Built) -> dict[str, object]:
    """Return what was built as plain data, without who has what."""
    return {
        "folder": str(result.folder),
        "candidates": result.candidates,
        "drawn": result.drawn,
        "archives": {"written": result.made, "kept": result.kept},
        "changed": [it.entry.candidate for it in result.placed if it.changed],
        "gone": [it.candidate for it in result.gone],
        "proved": result.drawing.proved,
        "conflicts": result.drawing.conflicts,
        "fairness": result.figures,
    }


def audited(found: Audit) -> tuple[Block, ...]:
    """Return what an audit found."""
    archives = counted(found.archives, "archive")
    notes = tuple(Line(f"{it}.", "yellow") for it in found.notes)
    if not found.flaws:
        return (*notes, Line(f"{archives}: everything is as it was made", "green"))
    lines = tuple(Line(f"{it.file}: {it.text}", "red") for it in found.flaws)
    return (*notes, *lines, Line(f"{counted(len(lines), 'flaw')} in a build of {archives}"))


def renamed(entry: Entry, folder: Path) -> tuple[Block, ...]:
    """Return what a new student id means."""
    said = f"{entry.student_id} has the set of {ARCHIVES}/{entry.candidate}.zip"
    return (Line(said), Line(f"Build {shown(folder)} again, with the new id in the roster."))


def hinted(hint: Hint) -> tuple[Block, ...]:
    """Return a hint that is given out."""
    cost = f"{hint.taken * hint.cost:g} points so far"
    return (
        Line(f"Symptom {hint.number} of {hint.candidate}: {hint.symptom}", "dim"),
        Line(f"Hint {hint.taken}: {hint.text}"),
        Line(f"noted: {counted(hint.taken, 'hint')} to this symptom, {cost}", "dim"),
    )
