"""An exam, made: an archive for each candidate, and what the organiser keeps.

All is decided before anything is written. The lock stands in the folder first, so that a folder
whose build was interrupted tells what it was made from; each file is placed whole; the lock is
written again, complete, last. The same inputs give the same bytes, so that a second run finds what
is there already, and makes what is missing or differs.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from bughunt.errors import ExamError
from bughunt.exam import lock as locking
from bughunt.exam.answers import ANSWERS, Answers, Entry, read_answers, sealed, with_times
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.draw import draw
from bughunt.exam.fairness import Fairness, fairness
from bughunt.exam.harmless import check_forms
from bughunt.exam.kept_bank import KEPT, is_kept, keep
from bughunt.exam.keys import ExamKey
from bughunt.exam.lock import LOCK, Lock, sha256
from bughunt.exam.own_folder import alone_in, is_trace, place_own
from bughunt.exam.page import page
from bughunt.exam.paper import Disguise, archive
from bughunt.exam.patience import PatientEvidence
from bughunt.exam.phases import Phases
from bughunt.exam.plan import Plan
from bughunt.exam.roster import Candidate, roster_digest
from bughunt.exam.seating import seating
from bughunt.exam.tables import table
from bughunt.exam.trial import Drawn, draw_and_prove, pool_of
from bughunt.spec import Bank

ARCHIVES = "archives"
HANDOUT = "handout.csv"
FAIRNESS = "fairness.html"
_COLUMNS = ("student_id", "name", "email", "section", "archive", "minutes", "opens", "deadline")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be built."""

    plan: Plan
    bank: Bank
    candidates: tuple[Candidate, ...]
    disguise: Disguise = disguised


class Placed(msgspec.Struct, frozen=True):
    """An archive that was written now."""

    entry: Entry
    changed: bool  # since an earlier build: who was given that needs this one


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What was built."""

    folder: Path
    candidates: int
    drawn: int  # candidates who had no set before
    placed: tuple[Placed, ...]  # archives that were missing or differed
    gone: tuple[Entry, ...]  # that have a set, and are no longer in the roster
    figures: Fairness
    drawing: Drawn

    @property
    def made(self) -> int:
        """How many archives were written."""
        return len(self.placed)

    @property
    def kept(self) -> int:
        """How many archives were there already."""
        return self.candidates - self.made


def build(
    order: Order,
    key: ExamKey,
    evidence: PatientEvidence,
    folder: Path,
    phases: Phases | None = None,
) -> Built:
    """Build an exam into a folder, or go on where a build of the same exam ended.

    Args:
        order: plan, bank and roster.
        key: of the exam.
        evidence: where verdicts on drawn sets come from.
        folder: of this exam alone; it is made.
        phases: told what is being done.

    Raises:
        ExamError: when the wishes cannot be met, a form of the code is another program, the folder
            holds something else, or another command is writing into it.
        BankError: when the bank cannot serve a set.
        EnvironmentProblem: when the system refuses to write.

    """
    _check_free(folder)
    with alone_in(folder):
        return _built(_Job(order, key, folder, phases or Phases()), evidence)


def sketch(order: Order, key: ExamKey, folder: Path) -> Fairness:
    """Draw as ``build`` would, prove nothing and write nothing; return how fair it is.

    Raises:
        ExamError: when the wishes cannot be met, or the folder holds something else.

    """
    _check_free(folder)
    plan, bank = order.plan, order.bank
    before = _known(folder, locking.begun(plan, bank, key), key)
    asked = seating(plan, order.candidates, key, before)
    drawn = draw(
        pool_of(plan, bank, before.conflicts if before else ()),
        asked.seeds,
        overlap=plan.overlap,
        kept=asked.kept,
        had=asked.had,
    )
    return fairness(pool_of(plan, bank), asked.kept | drawn, plan)


class _Job(NamedTuple):
    """A build that goes on."""

    order: Order
    key: ExamKey
    folder: Path
    phases: Phases

    def archive(self, entry: Entry) -> Path:
        """Return where the archive of a candidate stands."""
        return self.folder / ARCHIVES / f"{entry.candidate}.zip"

    def place(self, lock: Lock) -> None:
        """Sign the lock and write it."""
        place_own(locking.encode(locking.signed(lock, self.key)), self.folder / LOCK)


def _built(job: _Job, evidence: PatientEvidence) -> Built:
    order, key, folder, phases = job
    plan, bank = order.plan, order.bank
    lock = locking.begun(plan, bank, key)
    before = _known(folder, lock, key)
    phases.begin("Drawing and proving sets")
    answers, drawing = _answers(order, key, evidence, before)
    _check_strangers(folder, [entry.candidate for entry in answers.entries])
    phases.begin("Proving the forms of the code")
    new = [it for it in answers.entries if not job.archive(it).exists()]
    check_forms(bank, new, evidence, order.disguise, answers.proof_seeds[0])
    sets = {entry.candidate: frozenset(entry.bugs) for entry in answers.entries}
    figures = fairness(pool_of(plan, bank), sets, plan)
    people = {it.student_id for it in order.candidates}
    gone = tuple(it for it in answers.entries if it.student_id not in people)
    files = {
        ANSWERS: sealed(answers, key),
        HANDOUT: _handout(order, answers).encode(),
        FAIRNESS: page(plan, bank, answers, figures, gone).encode(),
    }
    phases.begin("Packing archives")
    lock = msgspec.structs.replace(
        lock, roster=roster_digest(order.candidates), points=figures.points
    )
    placed = _placed(job, answers, lock, files)
    return Built(
        folder=folder,
        candidates=len(answers.entries),
        drawn=len(drawing.sets),
        placed=placed,
        gone=gone,
        figures=figures,
        drawing=drawing,
    )


def _placed(
    job: _Job, answers: Answers, lock: Lock, files: Mapping[str, bytes]
) -> tuple[Placed, ...]:
    """Write all that is decided, between two locks; return the archives that were written."""
    old = locking.read_lock(job.folder)
    given = old.archives if old else {}
    job.place(msgspec.structs.replace(lock, archives=given))
    keep(job.order.bank, job.folder)
    archives, placed = _archives(job, answers, given)
    for name, content in files.items():
        place_own(content, job.folder / name)
    digests = {name: sha256(content) for name, content in files.items()}
    job.place(msgspec.structs.replace(lock, state="complete", archives=archives, files=digests))
    return placed


def _known(folder: Path, lock: Lock, key: ExamKey) -> Answers | None:
    """Return the answers of an earlier build in the folder; one of something else is refused."""
    old = locking.read_lock(folder)
    if old is None:
        return None
    if changed := locking.differences(old, lock):
        text = f"{folder}: holds another build: {', and '.join(changed)}."
        advice = "Put that back as it was, or build in another folder."
        if old.inputs.bank != lock.inputs.bank and is_kept(folder, old):
            advice = f"{advice} Its bank is kept in {folder / KEPT}: name that in exam.yaml (bank)."
        raise ExamError(f"{text} {advice}")
    locking.check_signature(old, key, folder)
    answers = read_answers(folder / ANSWERS, key)
    if old.state == "complete" and answers is None:
        text = f"{folder / ANSWERS}: is missing, and it knows who was given what."
        raise ExamError(f"{text} Restore it, or build in another folder.")
    return answers


def _check_free(folder: Path) -> None:
    """Raise when something is there that no build made."""
    if not folder.exists() or (folder / LOCK).exists():
        return
    if not folder.is_dir() or not all(is_trace(it.name) for it in folder.iterdir()):
        text = f"{folder}: holds something that no build made. Choose another folder."
        raise ExamError(text)


def _answers(
    order: Order, key: ExamKey, evidence: PatientEvidence, before: Answers | None
) -> tuple[Answers, Drawn]:
    """Return who has what, with those that came late, and how theirs was drawn."""
    plan, bank = order.plan, order.bank
    asked = seating(plan, order.candidates, key, before)
    entries = {entry.candidate: entry for entry in (before.entries if before else ())}
    proof_seeds = tuple(key.proof_seed(plan.id, plan.attempt, it) for it in range(plan.seeds))
    drawing = draw_and_prove(
        plan,
        bank,
        evidence,
        asked.seeds,
        proof_seeds=proof_seeds,
        kept=asked.kept,
        known=before.conflicts if before else (),
        had=asked.had,
    )
    for name, chosen in drawing.sets.items():
        student = asked.people[name].student_id
        entries[name] = Entry(
            student_id=student,
            candidate=name,
            bugs=_numbered(chosen, asked.seeds[name]),
            seed=asked.seeds[name].hex(),
            camouflage=key.camouflage_seed(plan.id, plan.attempt, student).hex(),
            minutes=plan.minutes,
            opens=None,
            deadline=None,
        )
    timed = {name: with_times(entries[name], it, plan) for name, it in asked.people.items()}
    answers = Answers(
        exam=plan.id,
        attempt=plan.attempt,
        proof_seeds=proof_seeds,
        window=pool_of(plan, bank).window,
        conflicts=drawing.conflicts,
        entries=tuple(entry for _, entry in sorted((entries | timed).items())),
    )
    return answers, drawing


def _numbered(chosen: Iterable[str], seed: bytes) -> tuple[str, ...]:
    """Return the bugs in the candidate's numbering, which tells nothing of them."""
    generator = random.Random(int.from_bytes(seed[::-1], "big"))
    places = {name: generator.random() for name in sorted(chosen)}
    return tuple(sorted(places, key=places.__getitem__))


def _check_strangers(folder: Path, names: Iterable[str]) -> None:
    """Raise when the folder holds archives of others."""
    expected = {f"{name}.zip" for name in names}
    for file in sorted((folder / ARCHIVES).glob("[!.]*")):
        if file.name not in expected:
            text = f"{file}: belongs to nobody in this roster, nor to an earlier build."
            raise ExamError(f"{text} Move it away, and build again.")


def _archives(
    job: _Job, answers: Answers, given: Mapping[str, str]
) -> tuple[dict[str, str], tuple[Placed, ...]]:
    """Place what is missing or differs; return the digests of all, and what was placed.

    Args:
        job: the build.
        answers: who has what.
        given: digests of the archives of an earlier build, by opaque id.

    """
    order = job.order
    digests: dict[str, str] = {}
    placed: list[Placed] = []
    job.phases.tick(0, len(answers.entries))
    for entry in answers.entries:
        content = archive(order.bank, order.plan, entry, job.key, order.disguise)
        digest = sha256(content)
        file = job.archive(entry)
        if _content(file) != content:
            place_own(content, file)
            before = given.get(entry.candidate, digest)
            placed.append(Placed(entry, changed=before != digest))
        digests[entry.candidate] = digest
        job.phases.tick(1, 0)
    return digests, tuple(placed)


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _handout(order: Order, answers: Answers) -> str:
    """Return the table that says who is to get which archive."""
    entries: Mapping[str, Entry] = {entry.student_id: entry for entry in answers.entries}
    rows = []
    for person in sorted(order.candidates, key=lambda person: person.student_id):
        entry = entries[person.student_id]
        file = f"{ARCHIVES}/{entry.candidate}.zip"
        about = (person.student_id, person.name, person.email, person.section)
        rows.append((*about, file, entry.minutes, entry.opens, entry.deadline))
    return table(_COLUMNS, rows)
