"""What can be said of one bug within seconds: whether it holds alone, before it has company."""

from __future__ import annotations

from bughunt.proving.evidence import Evidence, Question
from bughunt.proving.findings import Findings, judge_bug, judge_detector
from bughunt.proving.inspection import inspect
from bughunt.proving.proof import BugProof, DetectorProof, Finding, Run
from bughunt.proving.verify import runs_of
from bughunt.report import Block, Line
from bughunt.spec import Bank, Bug


def first_look(bank: Bank, evidence: Evidence, bug: Bug, *, seeds: int) -> tuple[Finding, ...]:
    """Return what speaks against a bug and its detector, with no other bug in the code.

    Raises:
        EnvironmentProblem: when detectors cannot be run on this machine.

    """
    found = Findings(bank)
    found.all += inspect(bank, bug)
    if any(finding.rule == "edit-fails" for finding in found.all):
        return found.sorted()
    clean, bugged = (_runs(evidence, bug, seeds, has_bug=it) for it in (False, True))
    seconds = min(run.seconds for run in clean)
    judge_detector(DetectorProof(detector=bug.detector, law="", seconds=seconds, runs=clean), found)
    judge_bug(bank, BugProof(bug=bug.id, sites=(), diff="", runs=bugged), found)
    return found.sorted()


def _runs(evidence: Evidence, bug: Bug, seeds: int, *, has_bug: bool) -> tuple[Run, ...]:
    """Ask the bug's own detector of the clean code, or of that with the bug."""
    about = bug if has_bug else None
    state = evidence.with_bugs((bug,) if has_bug else ())
    asked = [Question(state, (bug.detector,), seed) for seed in range(seeds)]
    answers = zip(asked, evidence.ask(asked), strict=True)
    return tuple(run for it, ended in answers for run in runs_of(it, ended, about, "alone"))


def told(bug: Bug, findings: tuple[Finding, ...], seeds: int) -> tuple[Block, ...]:
    """Return that in words, and what is still to come."""
    errors = [finding for finding in findings if finding.severity == "error"]
    on = f"on {seeds} seeds" if seeds > 1 else "on one seed"
    if not errors:
        text = f"Alone, '{bug.id}' holds {on}. Now other ways to run, detectors and bugs beside it."
        return (Line(text, "green"),)
    rows = (Line(f"{it.file}:{it.line}: {it.text}", "red") for it in errors)
    return (Line(f"Alone, '{bug.id}' does not hold {on}:", "bold red"), *rows)
