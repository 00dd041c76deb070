"""What was proved of a bank, on one screen: what holds, what does not, and where to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from bughunt.proving.proof import Finding, Proof, Run, Verdict
from bughunt.report import Block, Line, Table
from bughunt.spec import Bank

State = Literal["ok", "warning", "error", "-"]

# Which findings speak against which part of the proof; every rule has one place.
PARTS = {
    "edits": ("draft", "edit-fails", "no-change", "outside-target", "wide-diff"),
    "spoilers": ("spoiler", "telling-comment", "contradicting-comment", "unused-name"),
    "clean code": ("false-alarm", "not-collected", "blind-detector", "slow-detector"),
    "bugs": ("missed", "caught-otherwise", "crashed", "timed-out", "silent-edit"),
    "flakes": ("flaky",),
    "company": ("masked", "conflict-not-listed", "conflict-unfounded"),
    "matrix": ("indistinguishable",),
}
SIGNS = {
    Verdict.CAUGHT: "#",
    Verdict.CAUGHT_OTHERWISE: "o",
    Verdict.MISSED: ".",
    Verdict.CRASHED: "!",
    Verdict.TIMED_OUT: "t",
    Verdict.NOT_COLLECTED: "?",
}
OWN_MISSED = "x"
SEEN = (Verdict.CAUGHT, Verdict.CAUGHT_OTHERWISE)
_STYLES = {"ok": "green", "warning": "yellow", "error": "bold red", "-": "dim"}
_KINDS = ("level", "pair", "triple")
_FINDINGS = 8  # as many as are shown on one screen
_NAMED = 5  # detectors that see a bug
_WIDTH = 80
_GAP = 2


class Part(msgspec.Struct, frozen=True):
    """One of the things that are proved, and how it stands."""

    name: str
    state: State  # "-" when nothing was tried
    text: str


def proved(bank: Bank, proof: Proof, *, verbose: bool = False) -> tuple[Block, ...]:
    """Return the headline, a line for each part of the proof, and the findings, errors first.

    Args:
        bank: that was put to the proof.
        proof: what was found out.
        verbose: show every finding, and the matrix.

    """
    rows = tuple(
        (Line(part.state, _STYLES[part.state]), Line(part.name), Line(part.text))
        for part in parts(bank, proof)
    )
    headline = Line(verdict_of(proof), "bold green" if proof.holds else "bold red")
    about = (Line(size(proof)), Line(effort(proof)))
    blocks: list[Block] = [headline, *about, Line(""), Table(rows)]
    findings = ordered(proof.findings)
    shown = findings if verbose else findings[:_FINDINGS]
    if shown:
        blocks += [Line(""), Table(tuple(_finding_row(finding) for finding in shown))]
    if rest := findings[len(shown) :]:
        blocks.append(Line(f"And {_rules(rest)}. Show all with --verbose.", "dim"))
    if verbose and proof.matrix:
        blocks += [Line(""), *_matrix(bank, proof)]
    return tuple(blocks)


def verdict_of(proof: Proof) -> str:
    """Return in one line whether the proof holds."""
    counts = Counter(finding.severity for finding in proof.findings)
    noted = [counted(counts[kind], kind) for kind in ("error", "warning") if counts[kind]]
    holds = "holds" if proof.holds else "does not hold"
    return f"{proof.bank} {holds}{': ' if noted else ''}{', '.join(noted)}"


def size(proof: Proof) -> str:
    """Return in one line what was put to the proof."""
    bugs, detectors = (
        counted(len(_looked_at(proof)), "bug"),
        counted(len(proof.detectors), "detector"),
    )
    return f"{bugs}, {detectors}, {counted(proof.seeds, 'seed')}"


def effort(proof: Proof) -> str:
    """Return in one line how much the proof rests on, and what it took."""
    verdicts = f"{counted(proof.cases, 'verdict')} in {proof.seconds:.1f} seconds"
    return f"{verdicts}: {proof.ran:,} run now, {proof.cases - proof.ran:,} known already"


def counted(number: int, noun: str) -> str:
    """Return ``1 bug``, or ``12 bugs``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the errors, then the warnings; in each the order stays."""
    return tuple(sorted(findings, key=lambda finding: finding.severity != "error"))


def subject(finding: Finding) -> str:
    """Return what the finding is about, as messages begin: ``bug 'x': ``."""
    if finding.bug is not None:
        return f"bug '{finding.bug}': "
    return f"detector '{finding.detector}': " if finding.detector is not None else ""


def own_detectors(bank: Bank) -> dict[str, str]:
    """Return the detector of each bug, by the bug's id."""
    return {name: bug.detector for name, bug in bank.bugs.items()}


def parts(bank: Bank, proof: Proof) -> tuple[Part, ...]:
    """Return how each thing that is proved stands."""
    return (
        _part(proof, "edits", _edits(proof)),
        _part(proof, "spoilers", _spoilers(proof)),
        _part(proof, "clean code", _clean_code(proof)),
        _part(proof, "bugs", _bugs(bank, proof)),
        _part(proof, "flakes", _flakes(proof)),
        *_sets(proof),
        _part(proof, "company", _company(proof)),
        _part(proof, "matrix", _cells(proof)),
    )


def _part(proof: Proof, name: str, text: str) -> Part:
    found = {finding.severity for finding in proof.findings if finding.rule in PARTS[name]}
    if not text and not found:
        return Part(name, "-", "not tried")
    state: State = "error" if "error" in found else "warning" if found else "ok"
    return Part(name, state, text or "see below")


def _noted(proof: Proof, name: str) -> int:
    return sum(finding.rule in PARTS[name] for finding in proof.findings)


def _edits(proof: Proof) -> str:
    sites = [site for bug in proof.bugs for site in bug.sites]
    files = counted(len({site.path for site in sites}), "file")
    places = f"{counted(len(sites), 'place')} in {files}"
    asked = len(_looked_at(proof))
    return f"{len(proof.bugs)} of {counted(asked, 'bug')} applied, at {places}" if asked else ""


def _looked_at(proof: Proof) -> set[str]:
    """Return the bugs that were tried; one whose edits fail has no proof of its own."""
    failed = {it.bug for it in proof.findings if it.rule == "edit-fails" and it.bug is not None}
    return failed | {bug.bug for bug in proof.bugs}


def _spoilers(proof: Proof) -> str:
    if not _looked_at(proof):
        return ""
    noted = _noted(proof, "spoilers")
    return f"{noted} to look at" if noted else "none in texts, comments and names"


def _clean_code(proof: Proof) -> str:
    asked = [detector for detector in proof.detectors if detector.runs]
    passed = sum(_all(detector.runs, Verdict.MISSED) for detector in asked)
    runs = [run for detector in asked for run in detector.runs]
    text = f"{passed} of {counted(len(asked), 'detector')} {_pass(len(asked))} it"
    return f"{text}, {_breadth(runs)}" if asked else ""


def _pass(number: int) -> str:
    return "passes" if number == 1 else "pass"


def _bugs(bank: Bank, proof: Proof) -> str:
    """Count the bugs that are caught; what a detector says that rejects all code counts nothing."""
    own = own_detectors(bank)
    blind = _blind(proof)
    ran = [bug for bug in proof.bugs if bug.runs]
    asked = [bug for bug in ran if own.get(bug.bug) not in blind]
    caught = sum(_all(bug.runs, Verdict.CAUGHT) for bug in asked)
    runs = [run for bug in asked for run in bug.runs]
    rest = f"; {len(ran) - len(asked)} not tried" if len(asked) < len(ran) else ""
    return f"{caught} of {len(asked)} caught as declared, {_breadth(runs)}{rest}" if asked else ""


def _blind(proof: Proof) -> set[str | None]:
    """Return the detectors that reject the clean code."""
    return {it.detector for it in proof.findings if it.rule == "false-alarm"}


def _all(runs: Sequence[Run], verdict: Verdict) -> bool:
    return all(run.verdict is verdict for run in runs)


def _breadth(runs: Sequence[Run]) -> str:
    seeds = {run.seed for run in runs}
    threads = {run.threads for run in runs}
    orders = {run.order for run in runs}
    wide = [counted(len(seeds), "seed")]
    if len(threads) > 1:
        wide.append(f"{' and '.join(map(str, sorted(threads)))} threads")
    if len(orders) > 1:
        wide.append(f"{len(orders)} orders")
    return f"on {', '.join(wide)}"


def _flakes(proof: Proof) -> str:
    asked = sum(bool(detector.runs) for detector in proof.detectors)
    flaky = {finding.detector for finding in proof.findings if finding.rule == "flaky"}
    text = f"{len(flaky) or 'none'} of {counted(asked, 'detector')} changed its verdict"
    return text if asked else ""


def _sets(proof: Proof) -> Iterator[Part]:
    """Yield a line for each kind of set; a disturbed level is wrong, others are worth knowing."""
    kinds = dict.fromkeys((*_KINDS, *(group.kind for group in proof.sets)))
    for kind in kinds:
        groups = [group for group in proof.sets if group.kind == kind]
        disturbed = sum(bool(group.disturbed) for group in groups)
        if not groups:
            yield Part(f"{kind}s", "-", "not tried")
            continue
        wrong: State = "error" if kind == "level" else "warning"
        text = f"{disturbed or 'none'} of {len(groups)} disturbed"
        yield Part(f"{kind}s", wrong if disturbed else "ok", text)


def _company(proof: Proof) -> str:
    if not proof.sets:
        return ""
    number = len(proof.conflicts)
    return f"{counted(number, 'conflict')}, never drawn" if number else "no bugs in conflict"


def _cells(proof: Proof) -> str:
    if not proof.matrix:
        return ""
    if len(proof.matrix) == 1:
        return _seen_by(proof)
    cells = [verdict for row in proof.matrix for verdict in row]
    marked = sum(verdict is not Verdict.MISSED for verdict in cells)
    size = f"{len(proof.matrix)} x {len(proof.detectors)}"
    alike = sum(map(len, proof.indistinguishable))
    same = f"{alike} bugs look alike" if alike else "no two bugs look alike"
    return f"{marked} of {len(cells):,} cells ({size}) see a bug; {same}"


def _seen_by(proof: Proof) -> str:
    """Name the detectors that see the one bug that was looked at."""
    said = {
        it.detector: verdict
        for it, verdict in zip(proof.detectors, proof.matrix[0], strict=True)
        if it.detector not in _blind(proof)
    }
    names = [name for name, verdict in said.items() if verdict is not Verdict.MISSED]
    listed = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    text = f"seen by {len(names)} of {counted(len(said), 'detector')}"
    return f"{text}: {listed}{more}" if names else text


def _finding_row(finding: Finding) -> tuple[Line, ...]:
    place = f"{finding.file}:{finding.line}  [{finding.rule}]"
    return (
        Line(finding.severity, _STYLES[finding.severity]),
        Line(f"{place}\n{subject(finding)}{finding.text}"),
    )


def _rules(findings: Sequence[Finding]) -> str:
    """Return how many findings of each rule there are, the most frequent first."""
    counts = Counter(finding.rule for finding in findings).most_common()
    return f"{len(findings)} more: " + ", ".join(f"{count} {rule}" for rule, count in counts)


def sign(verdict: Verdict, *, is_own: bool) -> str:
    """Return the sign of a cell of the matrix."""
    return OWN_MISSED if is_own and verdict is Verdict.MISSED else SIGNS[verdict]


def _matrix(bank: Bank, proof: Proof) -> Iterator[Block]:
    """Yield the matrix in bands as wide as the screen, and what numbers and signs mean.

    Detectors that see nothing have no column.
    """
    own = own_detectors(bank)
    rows = [
        [
            sign(verdict, is_own=own.get(bug.bug) == detector.detector)
            for verdict, detector in zip(row, proof.detectors, strict=True)
        ]
        for bug, row in zip(proof.bugs, proof.matrix, strict=True)
    ]
    columns = [
        index for index in range(len(proof.detectors)) if any(row[index] != "." for row in rows)
    ]
    names = [bug.bug for bug in proof.bugs]
    width = max(1, _WIDTH - _GAP - max(map(len, names)))
    for start in range(0, len(columns), width):
        yield from _band(names, rows, columns[start : start + width], start + 1)
        yield Line("")
    yield from (
        Line(f"{number:>3}  {proof.detectors[index].detector}")
        for number, index in enumerate(columns, 1)
    )
    if silent := len(proof.detectors) - len(columns):
        yield Line(f"     without a column, for they see no bug: {counted(silent, 'detector')}")
    yield Line("")
    for sign_, meaning in _legend():
        yield Line(f"  {sign_}  {meaning}")


def _band(
    names: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[int], first: int
) -> Iterator[Line]:
    """Yield some columns, with their numbers written downwards."""
    indent = max(map(len, names))
    numbers = [f"{first + place:>2}" for place in range(len(columns))]
    for digit in range(2):
        head = "".join(number[-2:][digit] for number in numbers)
        yield Line(f"{'':{indent + _GAP}}{head}".rstrip(), "bold")
    for name, row in zip(names, rows, strict=True):
        yield Line(f"{name:{indent + _GAP}}{''.join(row[index] for index in columns)}")


def _legend() -> Iterator[tuple[str, str]]:
    yield SIGNS[Verdict.CAUGHT], "caught by its own detector, as declared"
    yield SIGNS[Verdict.CAUGHT_OTHERWISE], "caught by another detector, or otherwise"
    yield OWN_MISSED, "missed by its own detector"
    for verdict in (Verdict.CRASHED, Verdict.TIMED_OUT, Verdict.NOT_COLLECTED):
        yield SIGNS[verdict], verdict.value
    yield SIGNS[Verdict.MISSED], "passes, and is about something else"
