"""What is given out, held to what was proved: another form of the code is the same program.

Sets are proved on the code as it stands in the bank. A candidate gets it in a form of his own; so
each such tree is compared with the one that was proved, and the detectors of its set are run on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bughunt.errors import ExamError
from bughunt.exam.answers import Entry
from bughunt.exam.camouflage.sameness import differences
from bughunt.exam.paper import Disguise
from bughunt.exam.patience import PatientEvidence
from bughunt.grade import evidence as shown
from bughunt.mutate import clean_tree, mutate
from bughunt.proving.evidence import Question
from bughunt.proving.proof import Verdict, verdict
from bughunt.running.outcome import Outcome
from bughunt.spec import Bank, Bug

_TOGETHER = 16  # candidates whose trees are held in memory at a time
_ADVICE = "Write that place of the bank in another way, and build again."


def check_forms(
    bank: Bank,
    entries: Sequence[Entry],
    evidence: PatientEvidence,
    disguise: Disguise,
    seed: int,
) -> None:
    """Raise when the tree of a candidate is not the program that was proved.

    Each tree is asked twice, once without the bugs and once with them: all detectors of the set
    in one process, and again alone those that do not say there what they should.

    Raises:
        ExamError: with the first place that became another program, or what a detector says.
        EnvironmentProblem: when detectors cannot be run on this machine.

    """
    for start in range(0, len(entries), _TOGETHER):
        sides = [
            side
            for entry in entries[start : start + _TOGETHER]
            for side in _sides(bank, entry, disguise)
        ]
        questions = [_question(evidence, bank, side, seed) for side in sides]
        for side, asked, ended in zip(sides, questions, evidence.ask(questions), strict=True):
            _check(bank, evidence, side, asked, [it.outcome for it in ended.runs])


class _Side(NamedTuple):
    """A tree in the form of one candidate, with his bugs or without them."""

    bugs: tuple[Bug, ...]
    texts: dict[str, str]
    has_bugs: bool


def _sides(bank: Bank, entry: Entry, disguise: Disguise) -> Iterator[_Side]:
    bugs = tuple(bank.bugs[name] for name in entry.bugs)
    tree = mutate(bank, bugs)
    own = disguise(tree, bytes.fromhex(entry.camouflage))
    bugged = [path for path, text in own.clean.items() if text != own.mutated[path]]
    for before, after, paths in (
        (tree.mutated, own.mutated, None),
        (tree.clean, own.clean, bugged),
    ):
        if found := differences(before, after, paths):
            text = f"the form of candidate {entry.candidate} is another program: {found[0]}"
            raise ExamError(f"{bank.label}: {text}. {_ADVICE}")
    yield _Side(bugs, own.clean, has_bugs=False)
    yield _Side(bugs, own.mutated, has_bugs=True)


def _question(evidence: PatientEvidence, bank: Bank, side: _Side, seed: int) -> Question:
    clean = clean_tree(bank)
    overlay = {path: text for path, text in side.texts.items() if text != clean[path]}
    bugs = frozenset(it.id for it in side.bugs) if side.has_bugs else frozenset()
    state = evidence.with_texts(overlay, bugs)
    return Question(state, tuple(it.detector for it in side.bugs), seed)


def _check(
    bank: Bank,
    evidence: PatientEvidence,
    side: _Side,
    asked: Question,
    outcomes: Sequence[Outcome],
) -> None:
    wanted = Verdict.CAUGHT if side.has_bugs else Verdict.MISSED
    for bug, outcome in zip(side.bugs, outcomes, strict=True):
        if verdict(outcome, bug.expect) is wanted:
            continue
        alone = Question(asked.state, (bug.detector,), asked.seed)
        outcome = evidence.ask((alone,))[0].runs[0].outcome
        if verdict(outcome, bug.expect) is not wanted:
            what = f"misses '{bug.id}'" if side.has_bugs else "rejects the clean code"
            text = f"the detector '{bug.detector}' {what} in another form (seed {asked.seed})"
            raise ExamError(f"{bank.label}: {text}: {shown(outcome)}. {_ADVICE}")
