"""Drawn sets, proved: only those in which every bug shows, and none hides another, are given out.

With all bugs of a set in the code each is caught by its own detector; with any one fixed, its
detector is green and the others stay red. So two bugs that the same detectors see are never in one
set: the detector of one would stay red because of the other. Of a set that fails, the pairs that
disturb each other are found and avoided from then on, and the draw goes on for its candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from bughunt.errors import ExamError
from bughunt.exam.draw import draw
from bughunt.exam.patience import PatientEvidence
from bughunt.exam.plan import Plan, pool
from bughunt.exam.pool import Item, Pool
from bughunt.grade import evidence as shown
from bughunt.proving import company
from bughunt.proving.evidence import Question
from bughunt.running.outcome import Passed
from bughunt.spec import Bank, Conflict

Sets = dict[str, frozenset[str]]


class Drawn(msgspec.Struct, frozen=True):
    """The sets of the candidates, and what was found out on the way."""

    sets: Sets  # of those without one before, by opaque id
    proved: int  # different sets that were put into the code
    conflicts: tuple[Conflict, ...]  # that the bank does not list


def pool_of(plan: Plan, bank: Bank, conflicts: Iterable[Conflict] = ()) -> Pool:
    """Return what may be drawn for a plan.

    Raises:
        ExamError: when the plan names what the bank does not have.

    """
    items = (Item(bug.id, bug.difficulty, bug.detector) for bug in pool(plan, bank))
    known = [it.bugs for it in (*bank.conflicts, *conflicts)]
    return Pool(items, plan.strata, plan.band, known)


def draw_and_prove(
    plan: Plan,
    bank: Bank,
    evidence: PatientEvidence,
    seeds: Mapping[str, bytes],
    *,
    proof_seeds: Sequence[int],
    kept: Mapping[str, frozenset[str]],
    known: Iterable[Conflict] = (),
    had: Mapping[str, frozenset[str]] | None = None,
) -> Drawn:
    """Draw a set for each candidate without one, until all of them hold.

    Args:
        plan: how sets are drawn.
        bank: from which.
        evidence: where verdicts come from.
        seeds: of the candidates, by opaque id.
        proof_seeds: on which sets are proved.
        kept: sets that are given out already, by opaque id.
        known: conflicts that were found in an earlier draw.
        had: bugs that a candidate must not get, by opaque id.

    Raises:
        ExamError: when the wishes cannot be met, or a detector rejects the clean code.
        EnvironmentProblem: when detectors cannot be run on this machine.

    """
    conflicts = list(known)
    avoided: set[frozenset[str]] = set()
    settled = dict(kept)
    held: set[frozenset[str]] = set()
    tried = 0
    while True:
        fresh = draw(
            pool_of(plan, bank, conflicts),
            seeds,
            overlap=plan.overlap,
            kept=settled,
            avoided=frozenset(avoided),
            had=had,
        )
        new = sorted(set(fresh.values()) - held, key=sorted)
        _check_clean(bank, evidence, new, proof_seeds)
        failed = _disturbed(bank, evidence, new, proof_seeds)
        tried += len(new)
        held |= set(new) - set(failed)
        settled |= {name: names for name, names in fresh.items() if names in held}
        if not failed:
            drawn = {name: names for name, names in settled.items() if name not in kept}
            return Drawn(drawn, tried, tuple(conflicts))
        avoided |= set(failed)
        conflicts += _pairs_to_avoid(bank, evidence, failed, proof_seeds)


def _check_clean(
    bank: Bank, evidence: PatientEvidence, sets: Iterable[frozenset[str]], seeds: Sequence[int]
) -> None:
    """Raise when a detector of the sets rejects the clean code."""
    detectors = sorted({bank.bugs[name].detector for names in sets for name in names})
    clean = evidence.with_bugs(())
    questions = [Question(clean, (name,), seed) for name in detectors for seed in seeds]
    for question, ended in zip(questions, evidence.ask(questions), strict=True):
        outcome = ended.runs[0].outcome
        if not isinstance(outcome, Passed):
            text = f"the detector '{question.detectors[0]}' rejects the clean code"
            advice = "Look at it with 'bughunt bank verify', or leave its bugs out."
            raise ExamError(f"{bank.label}: {text}: {shown(outcome)}. {advice}")


def _disturbed(
    bank: Bank, evidence: PatientEvidence, sets: Sequence[frozenset[str]], seeds: Sequence[int]
) -> list[frozenset[str]]:
    """Return the sets in which a bug is not caught, or one keeps the detector of another red."""
    groups = [
        company.Group("set", tuple(bank.bugs[name] for name in sorted(names)), seeds)
        for names in sets
    ]
    proofs = company.examine(evidence, groups)
    return [names for names, proof in zip(sets, proofs, strict=True) if proof.disturbed]


def _pairs_to_avoid(
    bank: Bank, evidence: PatientEvidence, sets: Iterable[frozenset[str]], seeds: Sequence[int]
) -> list[Conflict]:
    """Return the pairs within these sets that disturb each other."""
    pairs = {
        tuple(bug.id for bug in pair.bugs): pair._replace(seeds=seeds)
        for names in sets
        for pair in company.pairs(bank.bugs[name] for name in sorted(names))
    }
    return company.conflicts(company.examine(evidence, [pairs[ids] for ids in sorted(pairs)]))
