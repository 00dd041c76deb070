"""What the commands say, and how it looks: words and tables, in colour on a terminal.

Each view is a tuple of blocks. ``write`` sends them to a stream: to a terminal through rich, which
wraps to the width and respects NO_COLOR; to anything else as plain text, without importing rich.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

from bughunt.select import scope

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from bughunt.doctor import Finding
    from bughunt.grade import Grade, SymptomStatus
    from bughunt.hunts import Hunt
    from bughunt.measuring.impact import Impact
    from bughunt.regressions import Broken, Regressions
    from bughunt.select import Scope, Selection
    from bughunt.spec import Bank, Bug
    from bughunt.workspace import ChangedTest, Workspace


class Line(msgspec.Struct, frozen=True):
    """A piece of text, with the style that rich gives it."""

    text: str
    style: str = ""


class Table(msgspec.Struct, frozen=True):
    """Rows of cells; a cell may have several lines. Only the last column is wrapped."""

    rows: tuple[tuple[Line, ...], ...]


class Diff(msgspec.Struct, frozen=True):
    """A unified diff."""

    text: str


Block = Line | Table | Diff
_BLANK = Line("")
BROKE = "Your changes broke:"
_MOST_BROKEN = 5  # rows
_STATE_STYLES = {"ok": "green", "warning": "yellow", "missing": "bold red"}


def levels(bank: Bank, hunts: Mapping[str, Sequence[Hunt]]) -> tuple[Block, ...]:
    """Return what there is to hunt, and the hunts of each level; no bug is named."""
    if not bank.levels:
        return (Line(f"{bank.label} has no levels. Choose with --bugs or --random."),)
    words = ("LEVEL", "BUGS", "MINUTES", "DIFFICULTY", "TITLE AND TOPICS")
    header = tuple(Line(word, "bold") for word in words)
    rows = [
        _scope_row(scope(bank, level), hunts.get(level.name, ())) for level in bank.levels.values()
    ]
    first = next(iter(bank.levels))
    return (Table((header, *rows)), _BLANK, next_step(f"bughunt materialize --level {first}"))


def levels_record(bank: Bank, hunts: Mapping[str, Sequence[Hunt]]) -> list[dict[str, object]]:
    """Return the same as plain data."""
    return [
        {**msgspec.to_builtins(scope(bank, level)), "hunts": hunts.get(level.name, ())}
        for level in bank.levels.values()
    ]


def _scope_row(level: Scope, hunts: Sequence[Hunt]) -> tuple[Line, ...]:
    easiest, hardest = level.difficulty
    return (
        Line(level.name, "cyan"),
        Line(str(level.bugs)),
        Line(str(level.minutes)),
        Line(str(easiest) if easiest == hardest else f"{easiest}-{hardest}"),
        Line("\n  ".join((level.title, ", ".join(level.topics), *map(_hunt, hunts)))),
    )


def _hunt(hunt: Hunt) -> str:
    """Return how far a hunt is, on one line."""
    if hunt.started is None:
        return f"{hunt.folder}: not begun"
    return f"{hunt.folder}: {hunt.fixed} of {hunt.total} fixed, {lasted(hunt.seconds)}"


def lasted(seconds: int) -> str:
    """Return a time that something took, in its two largest units."""
    minutes = seconds // 60
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{counted(days, 'day')} {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def materialized(selection: Selection, folder: Path) -> tuple[Block, ...]:
    """Return where the workspace is, what is in it, and what to type now."""
    symptoms = counted(len(selection.bugs), "symptom")
    return (
        Line(f"{selection.title}: {symptoms}, about {selection.minutes} minutes", "bold"),
        Line(f"Written to {shown(folder)} ({selection.origin})."),
        _BLANK,
        next_step(f"cd {shlex.quote(shown(folder))}, read README.md, then bughunt check"),
    )


def graded(
    workspace: Workspace, grade: Grade, explanations: Sequence[Block] = ()
) -> tuple[Block, ...]:
    """Return the list of symptoms with their evidence, and what is to be learned from fixes."""
    rows = tuple(_status_row(status) for status in grade.statuses)
    title = Line(workspace.manifest.title, "bold")
    return (title, _BLANK, Table(rows), _BLANK, *explanations)


def concluded(
    workspace: Workspace,
    grade: Grade,
    others: Regressions | None = None,
    changed_tests: Sequence[ChangedTest] = (),
) -> tuple[Block, ...]:
    """Return what else broke, how many symptoms are fixed, and where to look next.

    A warning names each file of the tests that is not as it was. ``others`` is None when nobody
    has looked.
    """
    warnings = [Line(_warning(test), "yellow") for test in changed_tests]
    total = Line(f"{grade.fixed} of {grade.total} fixed", "bold")
    broken = others.broken if others else None
    beside = broke(others) if others else ()
    told = (*beside, *warnings, total)
    files = [it.file for it in broken or ()]
    files += [f"tests/test_{it.detector}.py" for it in grade.statuses if not it.fixed]
    if not files:
        return told
    file = os.path.relpath(workspace.root / files[0])
    return (*told, next_step(f"pytest {shlex.quote(file)}"))


def broke(others: Regressions) -> tuple[Block, ...]:
    """Return the laws that are broken since the start; those with one evidence are one row."""
    if others.broken is None:
        return ()
    if not others.broken:
        unchanged = "Nothing is changed since the start."
        return (Line(unchanged if others.laws is None else none_of(others.laws), "green"),)
    rows = [_broken_row(group) for group in by_evidence(others.broken)]
    more = len(rows) - _MOST_BROKEN
    rest = (Line(f"... and {more} more: pytest tests/general"),) if more > 0 else ()
    header = Line(BROKE, "bold red")
    return (header, Table(tuple(rows[:_MOST_BROKEN])), *rest, _BLANK)


def none_of(laws: int) -> str:
    """Return that what was kept at the start still is."""
    if laws == 1:
        return "Your changes did not break the other law."
    return f"Your changes broke none of the {laws} other laws."


def by_evidence(broken: Sequence[Broken]) -> tuple[tuple[Broken, ...], ...]:
    """Return the laws in groups that the same thing breaks, such as a file that is no Python."""
    groups: dict[str, list[Broken]] = {}
    for it in broken:
        groups.setdefault(it.evidence, []).append(it)
    return tuple(tuple(group) for group in groups.values())


def and_more(group: Sequence[Broken]) -> str:
    """Return how many laws a group has beside its first, to stand behind that."""
    others = len(group) - 1
    return f" (and {counted(others, 'other law')})" if others else ""


def _broken_row(group: Sequence[Broken]) -> tuple[Line, ...]:
    first = group[0]
    return Line(""), Line(f"{first.words}{and_more(group)}\n  {first.evidence}")


def _warning(test: ChangedTest) -> str:
    restore = "'git checkout -- :/tests' restores it."
    return {
        "changed": f"{test.file} is not as it was: its verdict may be wrong. {restore}",
        "missing": f"{test.file} is missing. {restore}",
        "added": f"{test.file} was not there: verdicts may be wrong if it is used. Look at it.",
    }[test.change]


def _status_row(status: SymptomStatus) -> tuple[Line, ...]:
    state = Line("fixed", "green") if status.fixed else Line("open", "red")
    return (Line(f"{status.number:>2}"), state, Line(f"{status.symptom}\n  {status.evidence}"))


def changed(diff: str) -> tuple[Block, ...]:
    """Return the hunter's changes."""
    return (Diff(diff),) if diff else ()


def revealed(number: int, bug: Bug, diff: str) -> tuple[Block, ...]:
    """Return the answer to one symptom: the bug as a diff, and why it matters."""
    return (
        Line(f"Symptom {number}: {bug.symptom}", "bold"),
        _BLANK,
        Line(f"The code has: {bug.id.replace('_', ' ')}.", "yellow"),
        _BLANK,
        Line("- as it should be, + as it is:", "dim"),
        Diff(diff),
        _BLANK,
        *lesson(bug.explanation, bug.cost, bug.reference),
    )


def lesson(explanation: str, cost: str | None, reference: str) -> tuple[Line, ...]:
    """Return what is to be learned from a bug: why it matters, what it costs, where it happened."""
    return (
        Line(explanation.strip()),
        *((Line(f"What it costs: {cost.strip()}"),) if cost else ()),
        Line(f"Where it happened: {reference.strip()}"),
    )


def measured(impact: Impact, picture: Path) -> tuple[Block, ...]:
    """Return the final values of both sides and their ratios; the measure drawn is marked."""
    header = tuple(Line(word, "bold") for word in ("CLEAN", "BUG", "RATIO", "AT THE END"))
    rows = []
    for name, meaning in impact.measures.items():
        ratio = impact.ratio(name)
        values = (impact.clean.final(name), impact.bugged.final(name))
        style = "bold cyan" if name == impact.telling else ""
        rows.append(
            (
                *(Line("-" if it is None else f"{it:.4g}", style) for it in values),
                Line("-" if ratio is None else f"{ratio:.3g}", style),
                Line(f"{meaning} (drawn)" if name == impact.telling else meaning, style),
            )
        )
    crash = impact.bugged.crash
    ended = f"{crash.exception} at step {crash.step}: {crash.message}" if crash else ""
    return (
        Line(impact.symptom, "bold"),
        Line(f"{impact.steps} {impact.axis}, seed {impact.seed}, {impact.seconds:.0f} seconds"),
        _BLANK,
        Table((header, *rows)),
        *((_BLANK, Line(f"With the bug: {ended}", "red")) if ended else ()),
        _BLANK,
        Line(f"Drawn to {shown(picture)}."),
    )


def examined(findings: Sequence[Finding]) -> tuple[Block, ...]:
    """Return what doctor looked at, and the next step for what is not as it should be."""
    rows = tuple(
        (
            Line(finding.state, _STATE_STYLES[finding.state]),
            Line(finding.name),
            Line("\n".join(filter(None, (finding.found, finding.advice, finding.more)))),
        )
        for finding in findings
    )
    missing = sum(finding.state == "missing" for finding in findings)
    verdict = f"{counted(missing, 'thing')} missing" if missing else "Everything needed is here"
    return (Table(rows), _BLANK, Line(f"{verdict}.", "bold"))


def next_step(command: str) -> Line:
    """Return the line that ends an answer: what to type now."""
    return Line(f"Next: {command}", "dim")


def counted(number: int, noun: str) -> str:
    """Return how many there are of something, in words."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown(folder: Path) -> str:
    """Return the folder as the user would type it from where he stands."""
    with contextlib.suppress(FileNotFoundError):  # he may stand in the folder that was replaced
        here = Path.cwd()
        return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)
    return str(folder)


def write(blocks: Sequence[Block], stream: TextIO) -> None:
    """Write the blocks to the stream, in the manner that suits it."""
    if stream.isatty():
        _write_rich(blocks, stream)
    else:
        stream.writelines(f"{line}\n" for block in blocks for line in _plain(block))
        stream.flush()


def write_json(record: object, stream: TextIO) -> None:
    """Write a record, or plain data, as indented JSON."""
    stream.write(json_text(record))
    stream.flush()


def json_text(record: object) -> str:
    """Return a record, or plain data, as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


@contextlib.contextmanager
def working(text: str, stream: TextIO) -> Iterator[None]:
    """Show on a terminal that something is going on; elsewhere say nothing."""
    if not stream.isatty():
        yield
        return
    with _console(stream).status(text):
        yield


@contextlib.contextmanager
def progress(text: str, stream: TextIO) -> Iterator[Callable[[int, int], None]]:
    """Count on a terminal what is done and what is to do; elsewhere say nothing.

    The function that it gives takes how many were just done, and how many more there are to do.
    """
    if not stream.isatty():
        yield lambda done, more: None  # noqa: ARG005
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console(stream), transient=True) as bar:
        task = bar.add_task(text, total=0)

        def tick(done: int, more: int) -> None:
            bar.update(task, advance=done, total=(bar.tasks[0].total or 0) + more)

        yield tick


def _plain(block: Block) -> Iterator[str]:
    if isinstance(block, Table):
        yield from _plain_table(block)
    else:
        yield from block.text.rstrip("\n").split("\n")


def _plain_table(table: Table) -> Iterator[str]:
    widths = [max(len(cell.text) for cell in column) for column in zip(*table.rows, strict=True)]
    widths[-1] = 0  # the last column ends the line
    for row in table.rows:
        lines = row[-1].text.split("\n")
        heads = [cell.text.ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
        for index, line in enumerate(lines):
            cells = heads if index == 0 else [" " * width for width in widths[:-1]]
            yield "  ".join([*cells, line]).rstrip()


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False)


def _write_rich(blocks: Sequence[Block], stream: TextIO) -> None:
    console = _console(stream)
    for block in blocks:
        is_diff = isinstance(block, Diff)
        console.print(_rich(block), soft_wrap=is_diff, end="" if is_diff else "\n")


def _rich(block: Block) -> RenderableType:
    from rich.table import Table as RichTable
    from rich.text import Text

    if isinstance(block, Line):
        return Text(block.text, block.style)
    if isinstance(block, Diff):
        return Text.assemble(
            *((line, _diff_style(line)) for line in block.text.splitlines(keepends=True))
        )
    grid = RichTable.grid(padding=(0, 2, 0, 0))
    for _ in block.rows[0][:-1]:
        grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for row in block.rows:
        grid.add_row(*(Text(cell.text, cell.style) for cell in row))
    return grid


def _diff_style(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
