"""What an exam is to be: exam.yaml, read and checked."""

from __future__ import annotations

import contextlib
import re
import zoneinfo
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

import msgspec

from bughunt import yaml_document
from bughunt.conversion import misfits, shown
from bughunt.errors import BankError, ExamError, did_you_mean
from bughunt.exam.plan_entry import HARDEST, CostEntry, DrawEntry, PlanEntry, TimeEntry
from bughunt.spec import Bank, Bug
from bughunt.yaml_document import Document, Keys, line_of

PLAN = "exam.yaml"
_MOMENT = "%Y-%m-%d %H:%M"


class Stratum(msgspec.Struct, frozen=True):
    """So many bugs of difficulties from ``low`` to ``high``."""

    low: int
    high: int
    bugs: int

    def __contains__(self, difficulty: int) -> bool:
        return self.low <= difficulty <= self.high

    def __str__(self) -> str:
        return f"{self.low}" if self.low == self.high else f"{self.low}-{self.high}"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """An exam as it is planned."""

    path: Path
    label: str  # that path as messages show it
    content: bytes
    id: str
    title: str
    attempt: int
    bugs: int  # of each candidate
    strata: tuple[Stratum, ...]  # of difficulties that do not overlap
    band: int
    overlap: int
    levels: tuple[str, ...]
    topics: tuple[str, ...]
    leave_out: tuple[str, ...]
    seeds: int
    minutes: int
    opens: datetime | None
    closes: datetime | None
    hints: Literal["none", "free", "cost"]
    hint_cost: float
    detectors: bool
    points: tuple[float, ...]  # by difficulty, from 1
    regression: float
    partial: float  # of the points, for places put right of an open bug that has several
    total: float | None  # that each candidate can reach; None: the sum of the points
    earlier: str | None  # folder of a build whose bugs nobody gets again, seen from exam.yaml
    bank: Path | None  # of a levels.yaml; None: the one that comes with bughunt
    lines: dict[Keys, int]

    def reach(self, difficulties: Iterable[int]) -> float:
        """Return how many points a candidate with bugs of these difficulties can reach."""
        return self.total or sum(self.points[it - 1] for it in difficulties)

    def message(self, keys: Keys, text: str) -> str:
        """Return ``exam.yaml:LINE: draw.band: text``."""
        path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        return f"{self.label}:{line_of(self.lines, keys)}: {path.lstrip('.')}: {text}"


def read_plan(path: Path) -> Plan:
    """Read exam.yaml.

    Raises:
        ExamError: with one line for each problem that was found.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        text = f"{path}: cannot be read: {error.strerror}. Make one with 'bughunt exam init'."
        raise ExamError(text) from None
    document = yaml_document.parse(content, _label(path))
    try:
        document.check()
        unfit = list(misfits(document.data, PlanEntry))
        for keys, text in unfit:
            document.complain(keys, text)
        if unfit and isinstance(document.data, dict):
            _complain_of_the_rest(document, path, {keys for keys, _ in unfit})
        document.check()
        plan = _plan(msgspec.convert(document.data, PlanEntry), document, path, content)
        document.check()
    except BankError as error:
        raise ExamError(str(error)) from None
    return plan


def pool(plan: Plan, bank: Bank) -> tuple[Bug, ...]:
    """Return the bugs that may be drawn, in the order of their ids.

    Raises:
        ExamError: when the plan names levels, topics or bugs that the bank does not have.

    """
    topics = {topic for bug in bank.bugs.values() for topic in bug.topics}
    problems = [
        plan.message(("draw", field, index), f"no {kind} '{name}'. {did_you_mean(name, known)}")
        for field, kind, known in (
            ("levels", "level", set(bank.levels)),
            ("topics", "topic", topics),
            ("leave_out", "bug", set(bank.bugs)),
        )
        for index, name in enumerate(getattr(plan, field))
        if name not in known
    ]
    if problems:
        raise ExamError("\n".join(problems))
    of_levels = {bug for name in plan.levels for bug in bank.levels[name].bugs}
    return tuple(
        bug
        for name, bug in sorted(bank.bugs.items())
        if not bug.unwritten
        and (not plan.levels or name in of_levels)
        and (not plan.topics or not set(plan.topics).isdisjoint(bug.topics))
        and name not in plan.leave_out
    )


def _label(path: Path) -> str:
    here, path = Path.cwd(), path.absolute()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _plan(entry: PlanEntry, document: Document, path: Path, content: bytes) -> Plan:
    """Return the record; what contradicts itself is noted in the document."""
    draw, scoring = entry.draw, entry.scoring
    opens, closes = _window(entry.time, document)
    flat = scoring.points
    return Plan(
        path=path,
        label=document.label,
        content=content,
        id=entry.id,
        title=" ".join(entry.title.split()),
        attempt=entry.attempt,
        bugs=draw.bugs,
        strata=_strata(draw, document),
        band=draw.band,
        overlap=_overlap(draw, document),
        levels=draw.levels,
        topics=draw.topics,
        leave_out=draw.leave_out,
        seeds=draw.seeds,
        minutes=entry.time.minutes,
        opens=opens,
        closes=closes,
        hints="cost" if isinstance(entry.hints, CostEntry) else entry.hints,
        hint_cost=entry.hints.cost if isinstance(entry.hints, CostEntry) else 0.0,
        detectors=entry.detectors,
        points=flat if isinstance(flat, tuple) else (flat,) * HARDEST,
        regression=scoring.regression,
        partial=scoring.partial,
        total=scoring.total,
        earlier=entry.earlier,
        bank=_catalogue(entry.bank, document, path.parent),
        lines=document.lines,
    )


def _complain_of_the_rest(document: Document, path: Path, unfit: set[Keys]) -> None:
    """Note what contradicts itself in the sections that can be read, though others cannot."""
    with contextlib.suppress(msgspec.ValidationError):
        draw = msgspec.convert(_known(document, "draw", DrawEntry, unfit), DrawEntry)
        _strata(draw, document)
        _overlap(draw, document)
    with contextlib.suppress(msgspec.ValidationError):
        _window(msgspec.convert(_known(document, "time", TimeEntry, unfit), TimeEntry), document)
    if isinstance(document.data.get("bank"), str):
        _catalogue(document.data["bank"], document, path.parent)


def _known(document: Document, name: str, kind: type[msgspec.Struct], unfit: set[Keys]) -> Any:
    """Return a section without the fields that do not exist."""
    data = document.data.get(name)
    if not isinstance(data, dict):
        return None
    unknown = {keys[1] for keys in unfit if keys[:1] == (name,) and len(keys) == 2}
    unknown -= set(kind.__struct_fields__)
    return {key: value for key, value in data.items() if key not in unknown}


def _strata(draw: DrawEntry, document: Document) -> tuple[Stratum, ...]:
    """Return the strata; without any, one that holds every difficulty."""
    if not draw.strata:
        return (Stratum(1, HARDEST, draw.bugs),)
    strata: list[Stratum] = []
    for index, entry in enumerate(draw.strata):
        keys: Keys = ("draw", "strata", index, "difficulty")
        ends = re.fullmatch(r"([1-5])(?:-([1-5]))?", str(entry.difficulty))
        if ends is None or ends[1] > (ends[2] or ends[1]):
            text = f"{shown(entry.difficulty)} is no range within 1-5. Write one such as 2-3."
            document.complain(keys, text)
            continue
        fresh = Stratum(int(ends[1]), int(ends[2] or ends[1]), entry.bugs)
        for other in strata:
            if fresh.low <= other.high and other.low <= fresh.high:
                text = f"{fresh} and {other} have difficulties in common. Keep strata apart."
                document.complain(keys, text)
        strata.append(fresh)
    asked = sum(entry.bugs for entry in draw.strata)
    if asked != draw.bugs:
        text = (
            f"the strata hold {asked} bugs, and a candidate gets {draw.bugs}. Make both the same."
        )
        document.complain(("draw", "strata"), text)
    return tuple(strata)


def _overlap(draw: DrawEntry, document: Document) -> int:
    """Return the bound; without one, no two sets are alike as a whole."""
    overlap = max(draw.bugs - 1, 0) if draw.overlap is None else draw.overlap
    if overlap > draw.bugs:
        text = f"{overlap} is more than the {draw.bugs} bugs of a candidate. Write at most that."
        document.complain(("draw", "overlap"), text)
    return overlap


def _window(entry: TimeEntry, document: Document) -> tuple[datetime | None, datetime | None]:
    """Return when the exam opens and closes, in its zone."""
    try:
        zone = zoneinfo.ZoneInfo(entry.zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        text = f"no time zone '{entry.zone}'. {_nearest_zone(entry.zone)}"
        document.complain(("time", "zone"), text)
        return None, None
    moments = {
        name: _moment(text, zone, document, ("time", name))
        for name in ("opens", "closes")
        if (text := getattr(entry, name)) is not None
    }
    opens, closes = moments.get("opens"), moments.get("closes")
    if opens and closes and _seconds(opens, closes) < 60 * entry.minutes:
        text = f"closes less than {entry.minutes} minutes after it opens. Let it close later."
        document.complain(("time", "closes"), text)
    return opens, closes


def _seconds(start: datetime, end: datetime) -> float:
    """Return how long it is; within one zone Python would subtract what clocks show."""
    return (end.astimezone(timezone.utc) - start.astimezone(timezone.utc)).total_seconds()


def _nearest_zone(name: str) -> str:
    return did_you_mean(name, zoneinfo.available_timezones())


def _moment(text: str, zone: zoneinfo.ZoneInfo, document: Document, keys: Keys) -> datetime | None:
    try:
        moment = datetime.strptime(text, _MOMENT).replace(tzinfo=zone)
    except ValueError:
        document.complain(
            keys, f"'{text}' is no date and time. Write one such as 2027-03-01 09:00."
        )
        return None
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():  # clocks are changed then
        back = moment.astimezone(timezone.utc).astimezone(zone)
        is_there = back.replace(tzinfo=None) == moment.replace(tzinfo=None)
        often = "comes twice" if is_there else "is left out"
        document.complain(keys, f"'{text}' {often} in {zone.key}. Write another hour.")
    return moment


def _catalogue(text: str | None, document: Document, folder: Path) -> Path | None:
    if text is None:
        return None
    path = folder / text
    path = path / "levels.yaml" if path.is_dir() else path
    if not path.is_file():
        document.complain(("bank",), f"no file {path}. Name a levels.yaml or its folder.")
    return path
