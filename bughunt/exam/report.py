"""What the commands of an exam say, in words."""

from __future__ import annotations

from collections.abc import Sequence

from bughunt.exam.audit import Flaw
from bughunt.exam.build import Built
from bughunt.exam.hint_record import Hint
from bughunt.report import Block, Line, Table, counted, shown


def built(result: Built) -> tuple[Block, ...]:
    """Return what was built, and how fair it is."""
    figures = result.figures
    low, high = figures.window
    rows = [
        ("candidates", f"{result.candidates}, {result.drawn} of them drawn now"),
        ("archives", f"{result.made} written, {result.kept} were there"),
        ("sets", f"{figures.different} different; {result.drawing.proved} proved now"),
        ("difficulty", f"{low}" if low == high else f"{low} to {high}"),
        ("overlap", f"{figures.largest_overlap} at most"),
    ]
    rows += [
        (
            f"exposure {it.stratum}",
            f"each of {counted(it.bugs, 'bug')} {it.least} to {it.most} times",
        )
        for it in figures.shares
    ]
    conflicts = tuple(
        Line(f"not drawn together: {it.because}", "yellow") for it in result.drawing.conflicts
    )
    table = Table(tuple((Line(name, "bold"), Line(text)) for name, text in rows))
    return (table, *conflicts, Line(f"written to {shown(result.folder)}"))


def built_record(result: Built) -> dict[str, object]:
    """Return what was built as plain data, without who has what."""
    return {
        "folder": str(result.folder),
        "candidates": result.candidates,
        "drawn": result.drawn,
        "archives": {"written": result.made, "kept": result.kept},
        "proved": result.drawing.proved,
        "conflicts": result.drawing.conflicts,
        "fairness": result.figures,
    }


def audited(archives: int, flaws: Sequence[Flaw]) -> tuple[Block, ...]:
    """Return what an audit found."""
    if not flaws:
        return (Line(f"{counted(archives, 'archive')}: everything is as it was made", "green"),)
    lines = tuple(Line(f"{it.file}: {it.text}", "red") for it in flaws)
    return (
        *lines,
        Line(f"{counted(len(flaws), 'flaw')} in a build of {counted(archives, 'archive')}"),
    )


def hinted(hint: Hint) -> tuple[Block, ...]:
    """Return a hint that is given out."""
    cost = f"{hint.taken * hint.cost:g} points so far"
    return (
        Line(f"Symptom {hint.number} of {hint.candidate}: {hint.symptom}", "dim"),
        Line(f"Hint {hint.taken}: {hint.text}"),
        Line(f"noted: {counted(hint.taken, 'hint')} to this symptom, {cost}", "dim"),
    )
