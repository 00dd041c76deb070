"""What the answers mean: findings, in words that an instructor can act on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bughunt.proving.proof import BugProof, DetectorProof, Finding, Run, SetProof, Verdict
from bughunt.spec import Bank, Conflict
from bughunt.yaml_document import Keys, line_of

_SLOWEST = 2.0  # seconds that a detector may take
# What a verdict means of the clean code, and of the code with the bug of the detector.
_OF_CLEAN_CODE = {Verdict.MISSED: "passes", Verdict.CAUGHT_OTHERWISE: "rejects the clean code"}
_OF_A_BUG = {Verdict.CAUGHT: "catches the bug", Verdict.MISSED: "passes with the bug"}
# With one of these a bug says nothing in company.
_UNPROVED = (
    *("flaky", "missed", "caught-otherwise", "crashed", "timed-out"),
    *("not-collected", "false-alarm"),
)


class Findings:
    """Findings as they come up."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self.all: list[Finding] = []

    def entry(self, rule: str, keys: Keys, text: str, *, warning: bool = False) -> None:
        """Note what is wrong with an entry of the catalogue."""
        self.all.append(
            Finding(
                rule=rule,
                severity="warning" if warning else "error",
                file=self._bank.label,
                line=line_of(self._bank.lines, keys),
                text=text,
                bug=str(keys[1]) if keys[0] == "bugs" else None,
            )
        )

    def detector(self, rule: str, name: str, text: str) -> None:
        """Note what is wrong with a detector."""
        folder = os.path.relpath(self._bank.detectors, self._bank.path.parent)
        file = Path(self._bank.label).parent / folder / f"test_{name}.py"
        self.all.append(
            Finding(
                rule=rule,
                severity="error",
                file=os.path.normpath(file),
                line=1,
                text=text,
                detector=name,
            )
        )

    def sorted(self) -> tuple[Finding, ...]:
        """Return the findings, errors first, in the order of their places."""
        return tuple(sorted(self.all, key=lambda it: (it.severity, it.file, it.line)))


def judge_detector(proof: DetectorProof, found: Findings) -> None:
    """Note false alarms, flakes and slowness of a detector on the clean code."""
    name, first = proof.detector, proof.runs[0]
    if flake := _disagreement(proof.runs, _OF_CLEAN_CODE):
        found.detector("flaky", name, f"{flake}. Let the law hold whatever the seed.")
    elif first.verdict is Verdict.NOT_COLLECTED:
        found.detector("not-collected", name, first.evidence)
    elif first.verdict is Verdict.TIMED_OUT:
        found.detector("timed-out", name, f"{first.evidence} on the clean code. Make it smaller.")
    elif first.verdict is not Verdict.MISSED:
        text = f"rejects the clean code: {first.evidence}. Correct the law, or the code."
        found.detector("false-alarm", name, text)
    elif proof.seconds > _SLOWEST:
        text = f"takes {proof.seconds:.1f} s at best; {_SLOWEST:g} s are allowed. Make it smaller."
        found.detector("slow-detector", name, text)


def judge_bug(bank: Bank, proof: BugProof, found: Findings) -> None:
    """Note it when the detector of a bug does not say what the entry declares."""
    bug, first = bank.bugs[proof.bug], proof.runs[0]
    keys: Keys = ("bugs", bug.id, "detector")
    expected = f"{{raises: {bug.expect.exception}}}" if bug.expect.exception else "assertion"
    if flake := _disagreement(proof.runs, _OF_A_BUG):
        text = f"'{bug.detector}' {flake}. Let the law see the bug whatever the seed."
        found.entry("flaky", keys, text)
    elif first.verdict is Verdict.MISSED:
        text = f"'{bug.detector}' passes with the bug on all {len(proof.runs)} runs. The edit may"
        found.entry("missed", keys, f"{text} change nothing that matters, or the law looks away.")
    elif first.verdict is Verdict.CRASHED or first.verdict is Verdict.CAUGHT_OTHERWISE:
        rule = "crashed" if first.verdict is Verdict.CRASHED else "caught-otherwise"
        text = f"declares {expected}, but its detector ended with: {first.evidence}."
        advice = "Declare that, if it is what a hunter should see."
        found.entry(rule, ("bugs", bug.id, "expect"), f"{text} {advice}")
    elif first.verdict is Verdict.TIMED_OUT:
        text = f"{first.evidence} with the bug. Let the law give up sooner."
        found.entry("timed-out", keys, text)
    elif first.verdict is Verdict.NOT_COLLECTED:
        found.entry("not-collected", keys, f"with the bug: {first.evidence}")
    elif (seconds := min(run.seconds for run in proof.runs)) > _SLOWEST:
        text = f"'{bug.detector}' takes {seconds:.1f} s at best with the bug; {_SLOWEST:g} s are"
        found.entry("slow-detector", keys, f"{text} allowed. Let the law give up sooner.")


def _disagreement(runs: Sequence[Run], words: Mapping[Verdict, str]) -> str | None:
    """Return a sentence that names runs which do not agree, with their seeds; None if all do."""

    def said(run: Run) -> str:
        return words.get(run.verdict, f"is {run.verdict.value}")

    alone = [run for run in runs if run.order == "alone" and run.threads == 1]
    seeds: dict[str, list[int]] = {}
    for run in alone:
        seeds.setdefault(said(run), []).append(run.seed)
    if len(seeds) > 1:
        return " and ".join(f"{word} on {_seeds(those)}" for word, those in seeds.items())
    usual = {run.seed: run for run in alone}
    for run in runs:
        if run.seed in usual and run.verdict is not usual[run.seed].verdict:
            way, order = f"with {run.threads} threads and another order of sets", ""
            if run.order != "alone":
                way, order = "after other detectors in one process", f", order '{run.order}'"
            found = f"{said(run)} {way} (seed {run.seed}{order}: {run.evidence})"
            return f"{said(usual[run.seed])} alone and {found}"
    return None


def _seeds(seeds: Sequence[int]) -> str:
    listed = ", ".join(map(str, seeds[:8])) + (" ..." if len(seeds) > 8 else "")
    return f"seed {listed}" if len(seeds) == 1 else f"seeds {listed}"


def judge_company(
    bank: Bank,
    sets: Iterable[SetProof],
    conflicts: Sequence[Conflict],
    found: Findings,
) -> None:
    """Note levels that cannot be hunted, and conflicts that the catalogue lacks or has in vain."""
    for it in sets:
        if it.disturbed and it.level is not None:
            text = f"{'; '.join(it.disturbed)}. Take one of them out of the level."
            found.entry("masked", ("levels", it.level, "bugs"), text)
    for conflict in conflicts:
        if bank.conflict_in(conflict.bugs) is None:
            names = ", ".join(conflict.bugs)
            text = f"{conflict.because} Add it under 'conflicts': {{bugs: [{names}], because: ...}}"
            advice = "('bughunt bank verify --write-conflicts' does), or change one of the bugs."
            found.entry("conflict-not-listed", ("bugs", conflict.bugs[0]), f"{text} {advice}")
    examined = [set(it.bugs) for it in sets]
    for index, listed in enumerate(bank.conflicts):
        is_known = any(set(it.bugs) <= set(listed.bugs) for it in conflicts)
        if not is_known and set(listed.bugs) in examined:
            text = f"{', '.join(listed.bugs)} do not disturb each other. Remove the conflict."
            found.entry("conflict-unfounded", ("conflicts", index), text, warning=True)


def judge_twins(twins: Iterable[tuple[str, ...]], found: Findings) -> None:
    """Note bugs that are seen by the same detectors."""
    for first, *others in twins:
        text = f"is seen by the same detectors as {', '.join(others)}. A hunter cannot tell them"
        advice = "apart by symptoms; give each a law that only it breaks."
        found.entry("indistinguishable", ("bugs", first), f"{text} {advice}", warning=True)


def unproved(bank: Bank, findings: Iterable[Finding]) -> set[str]:
    """Return the bugs that are not caught, or by a detector that cannot be relied on."""
    found = [finding for finding in findings if finding.rule in _UNPROVED]
    detectors = {finding.detector for finding in found}
    bugs = {finding.bug for finding in found}
    return {bug.id for bug in bank.bugs.values() if bug.id in bugs or bug.detector in detectors}
