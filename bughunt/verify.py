"""Putting a bank to the proof: which questions are asked, and what follows from the answers."""

from __future__ import annotations

import ast
import platform
import random
import time
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

from bughunt import company
from bughunt.detector import CaseRun
from bughunt.errors import BankError, did_you_mean
from bughunt.evidence import Evidence, Question
from bughunt.findings import (
    Findings,
    judge_bug,
    judge_company,
    judge_detector,
    judge_twins,
    unproved,
)
from bughunt.grade import evidence as shown
from bughunt.inspection import inspect, sites
from bughunt.mutate import clean_tree, mutate, unified_diff
from bughunt.outcome import Crashed, Passed
from bughunt.proof import (
    BugProof,
    DetectorProof,
    Proof,
    Run,
    SetProof,
    Verdict,
    verdict,
)
from bughunt.spec import Bank, Bug

_THREADS = 2  # the other number of threads
_AGAIN = 3  # seeds that are run again with more threads, and orders of all detectors
_LEVEL_SEEDS = 3
_FORCED = "raise RuntimeError('forced failure')\n"


def prove(
    bank: Bank,
    evidence: Evidence,
    *,
    seeds: int = 20,
    triples: int = 100,
    only: str | None = None,
) -> Proof:
    """Find out everything about a bank, or about one bug of it.

    Args:
        bank: the catalogue and its clean code.
        evidence: where answers come from.
        seeds: how many seeds each detector has to give the same verdict on.
        triples: how many sets of three bugs to try.
        only: the id of a bug; what does not concern it is left out.

    Raises:
        BankError: for an unknown bug.
        EnvironmentProblem: when detectors cannot be run on this machine.

    """
    started = time.monotonic()
    if only is not None and only not in bank.bugs:
        raise BankError([f"{bank.label}: no bug '{only}'. {did_you_mean(only, bank.bugs)}"])
    found = Findings(bank)
    looked_at = [bug for bug in bank.bugs.values() if only in (None, bug.id)]
    broken = _inspect(bank, bank.bugs.values(), only, found)
    names = sorted(file.stem.removeprefix("test_") for file in bank.detectors.glob("test_*.py"))
    judged = names if only is None else [bank.bugs[only].detector]

    detectors = _clean_runs(bank, evidence, judged, seeds)
    for proof in detectors:
        judge_detector(proof, found)
    alive = [bug for bug in bank.bugs.values() if bug.id not in broken]
    bugs = _bug_runs(bank, evidence, [bug for bug in looked_at if bug in alive], seeds)
    for bug_proof in bugs:
        judge_bug(bank, bug_proof, found)
    _check_dependence(bank, evidence, [bank.bugs[it.bug] for it in bugs], found)

    known = {proof.detector: proof for proof in detectors}
    matrix = _matrix(evidence, [bank.bugs[it.bug] for it in bugs], names)
    solid = [bug for bug in alive if bug.id not in unproved(bank, found.all)]
    sets = _company(bank, evidence, solid, triples, only)
    conflicts = company.conflicts(it for it in sets if it.name in ("pair", "triple"))
    judge_company(bank, sets, conflicts, found)
    twins = _indistinguishable(bugs, matrix)
    judge_twins(twins, found)
    return Proof(
        bank=bank.label,
        versions=_versions(),
        seeds=seeds,
        bugs=tuple(bugs),
        detectors=tuple(known.get(name) or _not_run(bank, name) for name in names),
        matrix=matrix,
        sets=tuple(sets),
        conflicts=tuple(conflicts),
        indistinguishable=twins,
        findings=tuple(sorted(found.all, key=lambda it: (it.severity, it.file, it.line))),
        cases=evidence.asked,
        ran=evidence.ran,
        seconds=time.monotonic() - started,
    )


def _inspect(bank: Bank, bugs: Iterable[Bug], only: str | None, found: Findings) -> set[str]:
    """Note what can be seen without running anything; return the bugs that cannot be made."""
    broken = set()
    for bug in bugs:
        findings = inspect(bank, bug)
        if any(finding.rule == "edit-fails" for finding in findings):
            broken.add(bug.id)
        if only in (None, bug.id):
            found.all += findings
    return broken


def _clean_runs(
    bank: Bank, evidence: Evidence, names: Sequence[str], seeds: int
) -> list[DetectorProof]:
    """Run detectors on the clean code: alone on all seeds, with more threads, and in any order."""
    clean = evidence.with_bugs(())
    again = range(min(_AGAIN, seeds))
    questions = [Question(clean, (name,), seed) for name in names for seed in range(seeds)]
    questions += [Question(clean, (name,), seed, _THREADS) for name in names for seed in again]
    questions += [Question(clean, _shuffled(names, order), order) for order in again]
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for question, ended in zip(questions, evidence.ask(questions), strict=True):
        alone = len(question.detectors) == 1
        order = "alone" if alone else f"shuffled {question.seed}"
        for name, run in zip(question.detectors, _runs(question, ended, None, order), strict=True):
            runs[name].append(run)
    return [
        DetectorProof(
            detector=name,
            law=_law(bank.detectors / f"test_{name}.py"),
            seconds=min(run.seconds for run in runs[name]),
            runs=tuple(runs[name]),
        )
        for name in names
    ]


def _not_run(bank: Bank, name: str) -> DetectorProof:
    """Return the proof of a detector that is not in question: it only has a column."""
    law = _law(bank.detectors / f"test_{name}.py")
    return DetectorProof(detector=name, law=law, seconds=0.0, runs=())


def _shuffled(names: Sequence[str], order: int) -> tuple[str, ...]:
    generator = random.Random(f"order {order}")
    places = {name: generator.random() for name in names}
    return tuple(sorted(names, key=places.__getitem__))


def _law(file: Path) -> str:
    """Return the first line of a detector's docstring; "" when there is none to be read."""
    try:
        text = ast.get_docstring(ast.parse(file.read_bytes())) or ""
    except (OSError, SyntaxError, ValueError):
        return ""
    return text.partition("\n")[0]


def _runs(question: Question, ended: CaseRun, bug: Bug | None, order: str) -> list[Run]:
    return [
        Run(
            verdict=verdict(run.outcome, bug.expect if bug else None),
            seed=question.seed,
            threads=question.threads,
            order=order,
            seconds=run.seconds,
            evidence=shown(run.outcome),
        )
        for run in ended.runs
    ]


def _bug_runs(bank: Bank, evidence: Evidence, bugs: Sequence[Bug], seeds: int) -> list[BugProof]:
    """Run the detector of each bug on the code that has the bug and no other."""
    ways = [(seed, 1) for seed in range(seeds)]
    ways += [(seed, _THREADS) for seed in range(min(_AGAIN, seeds))]
    asked = [(bug, seed, threads) for bug in bugs for seed, threads in ways]
    questions = [
        Question(evidence.with_bugs((bug,)), (bug.detector,), seed, threads)
        for bug, seed, threads in asked
    ]
    runs: dict[str, list[Run]] = {bug.id: [] for bug in bugs}
    for (bug, *_), question, ended in zip(asked, questions, evidence.ask(questions), strict=True):
        runs[bug.id] += _runs(question, ended, bug, "alone")
    return [
        BugProof(
            bug=bug.id,
            sites=sites(bank, bug),
            diff=_diff(bank, bug),
            runs=tuple(runs[bug.id]),
        )
        for bug in bugs
    ]


def _diff(bank: Bank, bug: Bug) -> str:
    tree = mutate(bank, (bug,))
    return unified_diff(tree.clean, tree.mutated)


def _check_dependence(bank: Bank, evidence: Evidence, bugs: Sequence[Bug], found: Findings) -> None:
    """Note detectors that a change without effect turns red, or that never load their subject."""
    clean = clean_tree(bank)

    def replaced(bug: Bug, texts: dict[str, str]) -> Question:
        paths = sorted({edit.path for edit in bug.edits})
        return Question(evidence.with_texts({path: texts[path] for path in paths}), (bug.detector,))

    same = {path: f"{text}\n# The end.\n" for path, text in clean.items()}
    forced = dict.fromkeys(clean, _FORCED)
    answers = evidence.ask([replaced(bug, texts) for bug in bugs for texts in (same, forced)])
    for bug, without_effect, failed in zip(bugs, answers[::2], answers[1::2], strict=True):
        files = ", ".join(sorted({edit.path for edit in bug.edits}))
        said = without_effect.runs[0].outcome
        if not isinstance(said, Passed) and isinstance(_clean_outcome(evidence, bug), Passed):
            text = f"turns red when a comment is added to {files}: {shown(said)}."
            found.detector("false-alarm", bug.detector, f"{text} Observe what the code does.")
        said = failed.runs[0].outcome
        if not (isinstance(said, Crashed) and said.message == "forced failure"):
            text = f"does not notice that {files} cannot be imported ({shown(said)})."
            found.detector("blind-detector", bug.detector, f"{text} Call the real code.")


def _clean_outcome(evidence: Evidence, bug: Bug) -> object:
    (ended,) = evidence.ask([Question(evidence.with_bugs(()), (bug.detector,))])
    return ended.runs[0].outcome


def _matrix(
    evidence: Evidence, bugs: Sequence[Bug], names: Sequence[str]
) -> tuple[tuple[Verdict, ...], ...]:
    """Return what each detector says of each bug alone."""
    questions = [Question(evidence.with_bugs((bug,)), (name,)) for bug in bugs for name in names]
    answers = iter(evidence.ask(questions))
    return tuple(
        tuple(
            verdict(next(answers).runs[0].outcome, bug.expect if name == bug.detector else None)
            for name in names
        )
        for bug in bugs
    )


def _company(
    bank: Bank, evidence: Evidence, solid: Sequence[Bug], triples: int, only: str | None
) -> list[SetProof]:
    """Put levels, all pairs and a sample of triples into the code."""

    def concerning(groups: Iterable[company.Group]) -> list[company.Group]:
        return [it for it in groups if only is None or only in {bug.id for bug in it.bugs}]

    known = {bug.id: bug for bug in solid}
    proofs = company.examine(evidence, concerning(company.pairs(solid)))
    found = company.conflicts(proofs)
    listed = [
        company.Group("triple", tuple(known[name] for name in conflict.bugs))
        for conflict in bank.conflicts
        if len(conflict.bugs) > 2 and all(name in known for name in conflict.bugs)
    ]
    drawn = company.triples(solid, [*found, *bank.conflicts], triples)
    proofs += company.examine(evidence, concerning([*listed, *drawn]))
    levels = company.levels(bank, solid, range(_LEVEL_SEEDS))
    return [*company.examine(evidence, concerning(levels)), *proofs]


def _indistinguishable(
    bugs: Sequence[BugProof], matrix: Sequence[Sequence[Verdict]]
) -> tuple[tuple[str, ...], ...]:
    """Return groups of bugs that are seen by the same detectors."""
    rows: dict[tuple[bool, ...], list[str]] = {}
    for proof, verdicts in zip(bugs, matrix, strict=True):
        rows.setdefault(tuple(it is not Verdict.MISSED for it in verdicts), []).append(proof.bug)
    return tuple(tuple(ids) for row, ids in rows.items() if len(ids) > 1 and any(row))


def _versions() -> dict[str, str]:
    """Return the versions of what the verdicts depend on most."""
    names = ("bughunt", "torch", "numpy")
    installed = {it.name: it.version for it in metadata.distributions() if it.name in names}
    return {"python": platform.python_version(), **dict(sorted(installed.items()))}
