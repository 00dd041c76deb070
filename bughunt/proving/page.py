"""A proof as a page: one file that needs no network, for a screen of any width and for paper.

The template takes records of texts and numbers only, and escapes every text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from bughunt.page_template import filled
from bughunt.proving.proof import RULES, BugProof, DetectorProof, Finding, Proof, Run, Verdict
from bughunt.proving.report import (
    SEEN,
    Part,
    counted,
    effort,
    ordered,
    own_detectors,
    parts,
    size,
    subject,
    verdict_of,
)
from bughunt.spec import Bank, Bug

_TEMPLATE = Path(__file__).parent / "pages" / "proof.html"
_HARDEST = 5
_SIGNS = {
    "own": "●",
    "seen": "○",
    "lost": "✕",
    "crashed": "!",
    "late": "◔",
    "absent": "?",
    "none": "",
}
_LEGEND = {
    "own": "caught by its own detector, as declared",
    "seen": "seen by another detector, or otherwise than declared",
    "lost": "missed by its own detector",
    "crashed": "crashed: no judgement",
    "late": "timed out",
    "absent": "detector not collected",
}
_KINDS = {
    Verdict.CAUGHT: "own",
    Verdict.CAUGHT_OTHERWISE: "seen",
    Verdict.MISSED: "none",
    Verdict.CRASHED: "crashed",
    Verdict.TIMED_OUT: "late",
    Verdict.NOT_COLLECTED: "absent",
}


class _Cell(msgspec.Struct, frozen=True):
    kind: str  # a key of _SIGNS
    sign: str
    title: str
    is_own: bool


class _Row(msgspec.Struct, frozen=True):
    bug: str
    cells: tuple[_Cell, ...]


class _Matrix(msgspec.Struct, frozen=True):
    columns: tuple[str, ...]  # first the own detectors of the bugs, so that these form a diagonal
    rows: tuple[_Row, ...]
    silent: tuple[str, ...]  # detectors that see none of the bugs


class _Told(msgspec.Struct, frozen=True):
    """Runs with the same verdict."""

    kind: str
    sign: str
    verdict: str
    times: str
    where: str
    evidence: str


class _DiffLine(msgspec.Struct, frozen=True):
    kind: Literal["added", "removed", "place", "file", "same"]
    text: str


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """All about one bug."""

    bug: Bug
    state: str  # a key of _SIGNS
    summary: str
    levels: str
    difficulty: str
    sites: tuple[str, ...]
    diff: tuple[_DiffLine, ...]
    law: str
    told: tuple[_Told, ...]
    timing: str
    seen_by: tuple[tuple[str, str], ...]  # other detectors and what they say
    findings: tuple[Finding, ...]


class _Bar(msgspec.Struct, frozen=True):
    detector: str
    law: str
    milliseconds: str
    percent: float
    clean: tuple[_Told, ...]


class _Group(msgspec.Struct, frozen=True):
    name: str
    bugs: tuple[str, ...]
    disturbed: tuple[str, ...]


class _Kind(msgspec.Struct, frozen=True):
    """Sets of one kind; of many, only those that are disturbed are shown one by one."""

    name: str
    summary: str
    groups: tuple[_Group, ...]


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    """What the template shows."""

    verdict: str
    holds: bool
    size: str
    effort: str
    versions: str
    parts: tuple[Part, ...]
    findings: tuple[tuple[Finding, str], ...]
    rules: dict[str, str]
    matrix: _Matrix
    legend: tuple[tuple[str, str, str], ...]
    bugs: tuple[_Entry, ...]
    sets: tuple[_Kind, ...]
    conflicts: tuple[tuple[tuple[str, ...], str], ...]
    indistinguishable: tuple[tuple[str, ...], ...]
    bars: tuple[_Bar, ...]


def page(bank: Bank, proof: Proof) -> str:
    """Return the proof as HTML that stands alone. It holds the answers to all bugs."""
    return filled(_TEMPLATE, page=_page(bank, proof))


def _page(bank: Bank, proof: Proof) -> _Page:
    return _Page(
        verdict=verdict_of(proof),
        holds=proof.holds,
        size=size(proof),
        effort=effort(proof),
        versions=", ".join(f"{name} {version}" for name, version in proof.versions.items()),
        parts=parts(bank, proof),
        findings=tuple((finding, subject(finding)) for finding in ordered(proof.findings)),
        rules=RULES,
        matrix=_matrix(bank, proof),
        legend=tuple((kind, _SIGNS[kind], meaning) for kind, meaning in _LEGEND.items()),
        bugs=tuple(
            _entry(bank.bugs[bug.bug], bank, proof, index) for index, bug in enumerate(proof.bugs)
        ),
        sets=tuple(_sets(proof)),
        conflicts=tuple((conflict.bugs, conflict.because) for conflict in proof.conflicts),
        indistinguishable=proof.indistinguishable,
        bars=_bars(proof.detectors),
    )


def _matrix(bank: Bank, proof: Proof) -> _Matrix:
    own = own_detectors(bank)
    names = [detector.detector for detector in proof.detectors]
    seeing = {
        name
        for row in proof.matrix
        for name, verdict in zip(names, row, strict=True)
        if verdict is not Verdict.MISSED
    }
    diagonal = list(dict.fromkeys(own[bug.bug] for bug in proof.bugs if own[bug.bug] in names))
    columns = diagonal + [name for name in names if name in seeing and name not in diagonal]
    rows = []
    for bug, verdicts in zip(proof.bugs, proof.matrix, strict=bool(proof.matrix)):
        said = dict(zip(names, verdicts, strict=True))
        cells = tuple(_cell(bug.bug, name, said[name], name == own[bug.bug]) for name in columns)
        rows.append(_Row(bug.bug, cells))
    silent = tuple(name for name in names if name not in columns)
    return _Matrix(tuple(columns), tuple(rows), silent)


def _cell(bug: str, detector: str, verdict: Verdict, is_own: bool) -> _Cell:
    kind = _kind(verdict, is_own=is_own)
    whose = ", its own detector" if is_own else ""
    return _Cell(kind, _SIGNS[kind], f"{bug} × {detector}{whose}: {verdict.value}", is_own)


def _kind(verdict: Verdict, *, is_own: bool) -> str:
    return "lost" if is_own and verdict is Verdict.MISSED else _KINDS[verdict]


def _entry(bug: Bug, bank: Bank, proof: Proof, index: int) -> _Entry:
    proved = proof.bugs[index]
    laws = {detector.detector: detector.law for detector in proof.detectors}
    said = dict(zip(laws, proof.matrix[index], strict=True)) if proof.matrix else {}
    told = tuple(_told(proved.runs, of_a_bug=True))
    caught = sum(run.verdict is Verdict.CAUGHT for run in proved.runs)
    worst = next((it.kind for it in told if it.kind != "own"), "own" if told else "absent")
    named = [level.title for level in bank.levels.values() if bug.id in level.bugs]
    return _Entry(
        bug=bug,
        state=worst,
        summary=f"caught in {caught} of {counted(len(proved.runs), 'run')}",
        levels=", ".join(named),
        difficulty="●" * bug.difficulty + "○" * (_HARDEST - bug.difficulty),
        sites=tuple(f"{site.path}:{site.line} ({site.operator})" for site in proved.sites),
        diff=tuple(_diff(proved)),
        law=laws.get(bug.detector, ""),
        told=told,
        timing=_timing(proved.runs),
        seen_by=tuple(
            (name, verdict.value if verdict not in SEEN else "sees it")
            for name, verdict in said.items()
            if name != bug.detector and verdict is not Verdict.MISSED
        ),
        findings=tuple(it for it in ordered(proof.findings) if it.bug == bug.id),
    )


def _diff(bug: BugProof) -> Iterator[_DiffLine]:
    for line in bug.diff.splitlines():
        if line.startswith(("---", "+++")):
            yield _DiffLine("file", line)
        elif line.startswith("@@"):
            yield _DiffLine("place", line)
        elif line.startswith(("+", "-")):
            yield _DiffLine("added" if line.startswith("+") else "removed", line)
        else:
            yield _DiffLine("same", line)


def _told(runs: Sequence[Run], *, of_a_bug: bool) -> Iterator[_Told]:
    """Yield what was said, the most frequent verdict last: what stands out comes first."""
    groups: dict[Verdict, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.verdict, []).append(run)
    for verdict, same in sorted(groups.items(), key=lambda group: len(group[1])):
        kind, said = _kind(verdict, is_own=of_a_bug), verdict.value
        if not of_a_bug:
            kind, said = _of_clean_code(verdict)
        yield _Told(
            kind, _SIGNS[kind], said, counted(len(same), "run"), _where(same), same[0].evidence
        )


def _of_clean_code(verdict: Verdict) -> tuple[str, str]:
    """Return kind and words: the clean code is right, so a detector that sees a bug is wrong."""
    if verdict is Verdict.MISSED:
        return "own", "passes"
    return ("lost", "false alarm") if verdict in SEEN else (_KINDS[verdict], verdict.value)


def _where(runs: Iterable[Run]) -> str:
    seeds = sorted({run.seed for run in runs})
    threads = sorted({run.threads for run in runs})
    orders = dict.fromkeys(run.order for run in runs)
    noun = "seed" if len(seeds) == 1 else "seeds"
    return f"{noun} {_ranges(seeds)}; threads {', '.join(map(str, threads))}; {', '.join(orders)}"


def _ranges(numbers: Sequence[int]) -> str:
    """Return ``0–4, 7`` for numbers in ascending order."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    return ", ".join("–".join(map(str, bounds)) for bounds in ranges)


def _timing(runs: Sequence[Run]) -> str:
    if not runs:
        return "not run"
    seconds = sorted(run.seconds for run in runs)
    return f"{_milliseconds(seconds[len(seconds) // 2])} (slowest {_milliseconds(seconds[-1])})"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


def _sets(proof: Proof) -> Iterator[_Kind]:
    for kind in dict.fromkeys(group.kind for group in proof.sets):
        groups = [group for group in proof.sets if group.kind == kind]
        disturbed = sum(bool(group.disturbed) for group in groups)
        shown = [it for it in groups if kind == "level" or it.disturbed]
        yield _Kind(
            kind,
            f"{counted(len(groups), kind)}, {disturbed or 'none'} disturbed",
            tuple(_Group(it.name, it.bugs, it.disturbed) for it in shown),
        )


def _bars(detectors: Sequence[DetectorProof]) -> tuple[_Bar, ...]:
    """Return the detectors that ran, the slowest first, each in relation to it."""
    slowest_first = sorted((it for it in detectors if it.runs), key=lambda it: -it.seconds)
    longest = max((it.seconds for it in slowest_first), default=0.0) or 1.0
    return tuple(
        _Bar(
            it.detector,
            it.law,
            _milliseconds(it.seconds),
            round(100 * it.seconds / longest, 1),
            tuple(_told(it.runs, of_a_bug=False)),
        )
        for it in slowest_first
    )
