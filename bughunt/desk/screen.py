"""What a watch shows: rows of text that fit any terminal, in plain ASCII but for what is quoted.

Words say everything; styles only repeat it.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence

import msgspec

from bughunt.desk.watching import NEWS, Watch, Watched
from bughunt.regressions import Broken
from bughunt.report import BROKE, and_more, by_evidence, counted, none_of

_HINT = "h hint  "
KEYS = f"{_HINT}l list  d diff  a check all  r reset file  q quit"
_EXPLAIN = "e explain  "
_PAGE_KEYS = "space: on  b: back  any other key: return"
_MOST_LINES = 5  # for one symptom
INDENT = 10
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


class Span(msgspec.Struct, frozen=True):
    """A piece of a row: bold, dim, green, red, yellow, cyan or plain."""

    text: str
    style: str = ""


Row = tuple[Span, ...]


class Page(msgspec.Struct, frozen=True):
    """A text to read, such as a hint."""

    text: str
    top: int = 0  # the first line that is shown
    is_diff: bool = False
    hang: int = 0  # columns before the rest of a line that is broken, at least


class Others(msgspec.Struct, frozen=True):
    """The laws that no symptom names."""

    broken: tuple[Broken, ...]  # since the start
    answered: int
    total: int  # of those that are asked
    is_settled: bool


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All that can be on the screen."""

    title: str
    watch: Watch
    others: Others | None = None  # None: there are none
    saved: tuple[str, ...] = ()  # the files of the last save
    seconds: float | None = None  # that the answer to it took
    notes: tuple[str, ...] = ()  # what went wrong, and what a key did
    question: str = ""
    page: Page | None = None
    can_explain: bool = False
    can_hint: bool = True


def draw(view: View, width: int, height: int) -> tuple[Row, ...]:
    """Return at most ``height`` rows, none wider than ``width`` columns."""
    rows = _page(view.page, width, height) if view.page else _desk(view, width, height)
    return tuple(_cropped(row, width) for row in rows[: max(0, height)])


def turned(page: Page, width: int, height: int, *, by: int) -> Page:
    """Return the page, so many screens further on or back."""
    room = _room(height)
    last = max(0, len(_folded(page, width)) - room)
    return msgspec.structs.replace(page, top=min(last, max(0, page.top + by * room)))


def listing(watch: Watch, others: Others | None = None) -> str:
    """Return every symptom and its evidence in full, and what else broke; a cause is told once."""
    entries = [f"{text} (stops {numbers(it)})" for text, it in watch.obstacles.items()]
    indent = " " * INDENT
    for it in watch.symptoms:
        is_told = it.status and it.status.evidence not in watch.obstacles
        told = f"\n{indent}{it.status.evidence}" if it.status and is_told else ""
        entries.append(f"{it.number:>2} {_state(watch, it).text:<6} {it.symptom.text}{told}")
    if others and others.broken:
        entries.append(BROKE)
        entries += [_listed(group, watch.obstacles) for group in by_evidence(others.broken)]
    return "\n\n".join(entries)


def _listed(group: Sequence[Broken], obstacles: Container[str]) -> str:
    """Return laws that one thing breaks, and that, unless it is told already."""
    laws, evidence = f"   {group[0].words}{and_more(group)}", group[0].evidence
    told = "cannot run either" if evidence in obstacles else evidence
    return f"{laws}\n{' ' * INDENT}{told}"


def _desk(view: View, width: int, height: int) -> list[Row]:
    watch = view.watch
    fixed = f"{len(watch.symptoms) - len(watch.open_numbers)} of {len(watch.symptoms)} fixed"
    title = _short(view.title, width - len(fixed) - 2)
    gap = " " * (width - _cells(title) - len(fixed))
    foot = [*_told(view, width), *_last(view, width)]
    foot = foot[-max(1, height - 3) :]
    room = height - len(foot) - 2
    body = [*_obstacles(watch, width), *_symptoms(watch, width, room)][: max(0, room)]
    blank: list[Row] = [()] * max(0, room - len(body))
    return [(Span(title + gap, "bold"), Span(fixed, "bold")), (), *body, *blank, *foot]


def _told(view: View, width: int) -> list[Row]:
    """Return what happened, above the keys."""
    rows: list[Row] = [(), *_wrapped(_answer(view), width, "bold"), *_others(view, width)]
    for note in view.notes:
        rows += _wrapped(note, width, "yellow")
    return rows


def _last(view: View, width: int) -> list[Row]:
    if view.question:
        return _wrapped(view.question, width, "cyan")
    keys = KEYS if view.can_hint else KEYS.removeprefix(_HINT)
    return _wrapped((_EXPLAIN if view.can_explain else "") + keys, width, "dim")


def _answer(view: View) -> str:
    """Return in a sentence what the last save led to."""
    watch = view.watch
    cause = f"{_files(view.saved)} saved: " if view.saved else ""
    if not watch.is_settled:
        return f"{cause}checking {numbers(sorted(watch.waiting | watch.asked))} ..."
    stuck = {number for group in watch.obstacles.values() for number in group}
    told = ((word, [it.number for it in watch.symptoms if it.news == word]) for word in NEWS)
    others = ((word, [it for it in found if it not in stuck]) for word, found in told)
    parts = [f"{numbers(it)} {'is' if len(it) == 1 else 'are'} {word}" for word, it in others if it]
    if stuck:
        parts.append(f"{numbers(sorted(stuck))} cannot run")
    if not watch.open_numbers:
        parts.append("all are fixed")
    elif not view.saved:
        parts.append(f"{len(watch.open_numbers)} of {len(watch.symptoms)} are open")
    took = f" ({view.seconds:.1f} s)" if view.seconds is not None else ""
    return f"{cause}{', '.join(parts) or 'nothing new'}{took}."


def _others(view: View, width: int) -> list[Row]:
    """Return what else broke: a row for what stops symptoms as well, and one for the rest."""
    others = view.others
    if others is None:
        return []
    if not others.broken:
        looking = f"Looking for what else broke ... {others.answered} of {others.total}"
        text = none_of(others.total) if others.is_settled else looking
        return [(Span(_short(text, width)),)]
    causes = by_evidence(others.broken)
    own = [group for group in causes if group[0].evidence not in view.watch.obstacles]
    stopped = len(others.broken) - sum(map(len, own))
    pending = "" if others.is_settled else "?"
    text = f"{counted(stopped, 'other law')} cannot run{pending} either."
    rows: list[Row] = [(Span(_short(text, width), "red"),)] if stopped else []
    return [*rows, _own(own, pending, width)] if own else rows


def _own(causes: Sequence[Sequence[Broken]], pending: str, width: int) -> Row:
    head = f"{counted(len(causes), 'thing')} broke{pending}: "
    more = f" and {len(causes) - 1} more (l lists them)" if len(causes) > 1 else ""
    tail = and_more(causes[0]) + more
    law = _short(_clean(causes[0][0].words), max(0, width - len(head) - len(tail)))
    return (Span(f"{head}{law}{tail}", "red"),)


def numbers(found: Sequence[int]) -> str:
    """Return numbers as they are spoken: 1, 2 and 3."""
    *most, last = map(str, found)
    return f"{', '.join(most)} and {last}" if most else last


def _files(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _obstacles(watch: Watch, width: int) -> Iterator[Row]:
    for text, stopped in watch.obstacles.items():
        yield from _wrapped(f"{text} (stops {numbers(stopped)})", width, "red")
        yield ()


def _symptoms(watch: Watch, width: int, room: int) -> list[Row]:
    """Return the symptoms with as many lines each as there is room for."""
    room -= sum(1 for _ in _obstacles(watch, width))
    for lines in range(_MOST_LINES, 0, -1):
        entries = [_entry(watch, it, width, lines) for it in watch.symptoms]
        rows = [row for entry in entries for row in entry]
        if len(rows) + len(entries) - 1 <= room:
            return [row for entry in entries for row in (*entry, ())][:-1]
        if len(rows) <= room:
            return rows
    # Not even a line for each: the open ones come first.
    order = sorted(watch.symptoms, key=lambda it: (it.is_fixed, it.number))
    kept = order[: max(0, room - 1)]
    more = (Span(f"... and {len(order) - len(kept)} more: l lists them"),)
    return [*(_entry(watch, it, width, 1)[0] for it in kept), more]


def _entry(watch: Watch, it: Watched, width: int, lines: int) -> list[Row]:
    """Return one symptom in at most so many lines; the last of several is the evidence."""
    state = _state(watch, it)
    head = (Span(f"{it.number:>2} "), Span(f"{state.text:<6} ", state.style))
    told = "" if it.is_fixed or not it.status or state.text == "stuck" else it.status.evidence
    if it.is_fixed:
        lines = 1
    room = max(INDENT, width - INDENT)
    evidence = _lines(told, room, 1 if lines < _MOST_LINES else 2)[: lines - 1]
    text = _lines(it.symptom.text, room, lines - len(evidence)) or [""]
    rest = [*text[1:], *evidence]
    return [(*head, Span(text[0])), *((Span(" " * INDENT + line),) for line in rest)]


def _lines(text: str, width: int, most: int) -> list[str]:
    return textwrap.wrap(_clean(text), width, max_lines=max(1, most), placeholder=" ...")


def _state(watch: Watch, it: Watched) -> Span:
    """Return a word: with a question mark if it is about to be asked anew."""
    if it.status is None:
        return Span("...", "dim")
    pending = "?" if it.number in watch.waiting | watch.asked else ""
    if any(it.number in stopped for stopped in watch.obstacles.values()):
        return Span(f"stuck{pending}", "red")
    return Span(f"fixed{pending}", "green") if it.is_fixed else Span(f"open{pending}", "red")


def _page(page: Page, width: int, height: int) -> list[Row]:
    lines = _folded(page, width)
    room = _room(height)
    shown = lines[page.top : page.top + room]
    rows: list[Row] = [
        (Span(line, _DIFF_STYLES.get(line[:1], "") if page.is_diff else ""),) for line in shown
    ]
    place = f"  ({page.top + len(shown)} of {len(lines)} lines)" if len(lines) > room else ""
    blank: list[Row] = [()] * (room - len(shown) + 1)
    return [*rows, *blank, (Span(f"{_PAGE_KEYS}{place}", "dim"),)]


def _room(height: int) -> int:
    """Return how many lines of a page there are between top and keys."""
    return max(1, height - 2)


def _folded(page: Page, width: int) -> list[str]:
    """Return the lines of a page, the long ones broken, with their indentation."""
    folded = []
    for line in map(_clean, page.text.rstrip("\n").split("\n")):
        spaces = max(page.hang, len(line) - len(line.lstrip()))
        indent = " " * min(spaces, max(0, width - 1))
        pieces = textwrap.wrap(line, max(1, width), subsequent_indent=indent) or [""]
        folded += pieces if len(line) > width else [line]
    return folded


def _wrapped(text: str, width: int, style: str) -> list[Row]:
    return [(Span(line, style),) for line in textwrap.wrap(_clean(text), max(1, width))]


def _short(text: str, width: int) -> str:
    """Return the text, or its beginning and three dots."""
    if _cells(text) <= width:
        return text
    return _cut(text, max(0, width - 4)).rstrip() + " ..." if width > 4 else _cut(text, width)


def _cropped(row: Row, width: int) -> Row:
    spans = []
    for span in row:
        text = _cut(_clean(span.text), width)
        width -= _cells(text)
        spans.append(Span(text, span.style))
    return tuple(spans)


def _cut(text: str, width: int) -> str:
    """Return as many characters as fit into so many columns."""
    used = 0
    for index, character in enumerate(text):
        used += _cells(character)
        if used > width:
            return text[:index]
    return text


def _cells(text: Iterable[str]) -> int:
    """Return how many columns a terminal needs for the text."""
    return sum(
        0 if unicodedata.combining(it) else 1 + (unicodedata.east_asian_width(it) in "WF")
        for it in text
    )


def _clean(text: str) -> str:
    """Return the text without what would move the cursor or change the terminal."""
    return "".join(it if it.isprintable() else " " if it.isspace() else "?" for it in text)
