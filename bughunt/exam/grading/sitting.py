"""All submissions of an exam, graded: through any executor, and on from where a run was ended.

Submissions are read here, one after the other and only a few ahead; workers look at their code. A
record is placed as soon as its submission is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path

import msgspec

from bughunt import __version__
from bughunt.errors import BughuntError, ExamError
from bughunt.exam.answers import Answers, Entry
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.grading import record as records
from bughunt.exam.grading.entries import clean
from bughunt.exam.grading.examining import Task, examined
from bughunt.exam.grading.intake import HandedIn, attributed, handed_in, taken_in, unread
from bughunt.exam.grading.origins import Origins
from bughunt.exam.grading.record import Findings, Record
from bughunt.exam.keys import ExamKey
from bughunt.exam.lock import bank_digest
from bughunt.exam.own_folder import make_folder
from bughunt.exam.paper import Disguise
from bughunt.exam.plan import Plan
from bughunt.jail.strength import NoJail
from bughunt.placement import place_file
from bughunt.progress import Progress
from bughunt.spec import Bank

SITTING = "sitting.json"
REPORTS = "reports"
SEEDS = 6  # on which a law may be asked
_AHEAD = 3  # submissions that are read before a worker is free, for each of them
_FORMAT = 1
_LONGEST_LINE = 10_000


class Sitting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which records belong together, and what was taken out of the marks."""

    format: int = _FORMAT
    exam: str
    attempt: int
    records: tuple[str, ...] = ()  # names of files
    void: dict[str, str] = {}  # reason by bug


class Exam(msgspec.Struct, frozen=True, kw_only=True):
    """An exam that was built, and what opens it."""

    plan: Plan
    bank: Bank
    key: ExamKey
    answers: Answers
    disguise: Disguise = disguised
    trusts: bool = False  # whether submissions may be run where no jail can hold them

    def entry(self, candidate: str) -> Entry:
        """Return what the answer key has about a candidate.

        Raises:
            ExamError: when it has nothing.

        """
        for entry in self.answers.entries:
            if candidate in (entry.candidate, entry.student_id):
                return entry
        text = f"no candidate '{clean(candidate)}' in exam '{self.plan.id}'."
        raise ExamError(f"{text} Give the name of an archive or a student id.")

    def task(self, submission: HandedIn, *, digest: str) -> Task:
        """Return what a worker needs; it gets seeds and no key."""
        assert submission.candidate is not None
        entry = self.entry(submission.candidate)
        about = (self.plan.id, self.plan.attempt, entry.candidate, submission.digest)
        return Task(
            bank=self.bank.path,
            bank_digest=digest,
            bugs=entry.bugs,
            camouflage=bytes.fromhex(entry.camouflage),
            disguise=self.disguise,
            submission=submission,
            seeds=tuple(self.key.grading_seed(*about, it) for it in range(SEEDS)),
            asks_others=self.plan.regression > 0,
            trusts=self.trusts,
        )

    def read(self, path: Path) -> HandedIn:
        """Read one submission, and say whose it is."""
        submission = taken_in(path, self.bank.packages)
        return attributed(submission, path.name, self.answers, self.key)


def grade(
    exam: Exam,
    submissions: Path,
    results: Path,
    pool: Executor,
    *,
    workers: int = 1,
    tick: Callable[[int, int], None] = lambda done, more: None,  # noqa: ARG005
) -> Sitting:
    """Grade every submission of a folder; what was graded before is not graded again.

    Args:
        exam: to which they belong.
        submissions: the folder in which they lie.
        results: the folder in which records are kept.
        pool: where workers run.
        workers: how many there are.
        tick: told how many were just done, and how many more are to be.

    Raises:
        ExamError: when there are no submissions, or the results are of another exam.
        NoJail: when nothing can hold them.
        EnvironmentProblem: when the system refuses to write.

    """
    paths = handed_in(submissions)
    sitting = _begun(exam, results)
    for made in (results, results / records.RECORDS, results / REPORTS):
        make_folder(made)
    run = _Run(exam, results)
    tick(0, len(paths))
    names = set()
    for record in run.records(paths, pool, workers * _AHEAD):
        records.keep(record, results)
        names.add(records.name_of(record.digest, record.candidate))
        tick(1, 0)
    sitting = msgspec.structs.replace(sitting, records=tuple(sorted(names)))
    place_sitting(sitting, results)
    return sitting


def _begun(exam: Exam, results: Path) -> Sitting:
    """Return what the folder holds of this exam, or a sitting that has only begun."""
    sitting = read_sitting(results) or Sitting(exam=exam.plan.id, attempt=exam.plan.attempt)
    if (sitting.exam, sitting.attempt) != (exam.plan.id, exam.plan.attempt):
        text = f"{results}: holds results of exam '{sitting.exam}', attempt {sitting.attempt}."
        raise ExamError(f"{text} Choose another folder.")
    return sitting


def read_sitting(results: Path) -> Sitting | None:
    """Return what a folder of results is about; None: nothing yet.

    Raises:
        ExamError: when the record cannot be read.

    """
    file = results / SITTING
    try:
        return msgspec.json.decode(file.read_bytes(), type=Sitting)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        text = f"{file}: cannot be read: {error}. Restore it, or grade into another folder."
        raise ExamError(text) from None


def place_sitting(sitting: Sitting, results: Path) -> None:
    """Write what a folder of results is about.

    Raises:
        EnvironmentProblem: when the system refuses.

    """
    content = msgspec.json.format(msgspec.json.encode(sitting), indent=1)
    place_file(content + b"\n", results / SITTING)


class _Run:
    """One run over all submissions."""

    def __init__(self, exam: Exam, results: Path) -> None:
        self._exam, self._results = exam, results
        self._origins = Origins(exam.bank, exam.answers)
        self._bank_digest = bank_digest(exam.bank)
        parts = (__version__, exam.plan.id, exam.plan.attempt, self._bank_digest, SEEDS)
        asked = f"{parts} {exam.plan.regression > 0} {exam.key.fingerprint()}"
        self._stamp = hashlib.sha256(asked.encode()).hexdigest()
        self._known = {
            (it.candidate, it.digest): it
            for it in records.kept(results)
            if it.stamp == self._stamp and it.is_graded
        }

    def records(self, paths: tuple[Path, ...], pool: Executor, ahead: int) -> Iterator[Record]:
        """Yield the record of each submission as it is done."""
        pending: dict[Future[Findings], HandedIn] = {}
        seen: dict[str, list[str]] = {}  # under which names the same was handed in, by its record
        try:
            for path in paths:
                submission = self._read(path)
                name = records.name_of(submission.digest, submission.candidate)
                seen.setdefault(name, []).append(submission.source)
                if len(seen[name]) > 1:
                    continue
                if (known := self._without_running(submission)) is not None:
                    yield self._record(submission, known)
                    continue
                task = self._exam.task(submission, digest=self._bank_digest)
                pending[pool.submit(examined, task)] = submission
                if len(pending) >= ahead:
                    yield from self._done(pending)
            while pending:
                yield from self._done(pending)
            yield from self._equals(seen)
        finally:
            for future in pending:
                future.cancel()

    def _equals(self, seen: Mapping[str, Sequence[str]]) -> Iterator[Record]:
        """Yield again, with all its names, the record of what was handed in more than once."""
        for record in records.kept(self._results):
            sources = seen.get(records.name_of(record.digest, record.candidate), ())
            if len(sources) > 1:
                text = f"was handed in {len(sources)} times, all equal: {', '.join(sources)}"
                yield msgspec.structs.replace(record, remarks=(*record.remarks, text))

    def _origin(self, submission: HandedIn, findings: Findings) -> tuple[str, ...]:
        try:
            return self._origins.remarks(submission, findings)
        except Exception as error:  # what it was copied from decides on no mark
            return (f"whose copy it is cannot be told: {type(error).__name__}",)

    def _read(self, path: Path) -> HandedIn:
        """Read a submission; a fault of ours with one stops no other."""
        try:
            return self._exam.read(path)
        except Exception as error:
            text = f"reading it failed: {type(error).__name__}: {clean(str(error))}."
            return msgspec.structs.replace(unread(path, text), is_ours=True)

    def _without_running(self, submission: HandedIn) -> Findings | None:
        """Return what can be said at once: it was graded before, or nobody can grade it."""
        if submission.trouble:
            return Findings(trouble=submission.trouble, is_ours=submission.is_ours)
        if submission.candidate is None:
            return Findings(trouble="nobody knows whose it is. Name it after the candidate.")
        known = self._known.get((submission.candidate, submission.digest))
        return known.findings if known else None

    def _done(self, pending: dict[Future[Findings], HandedIn]) -> Iterator[Record]:
        """Yield the records of those that are done, once one is."""
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            submission = pending.pop(future)
            error = future.exception()
            if isinstance(error, NoJail):
                raise error
            findings = future.result() if error is None else _lost(error)
            yield self._record(submission, findings)

    def _record(self, submission: HandedIn, findings: Findings) -> Record:
        progress = _progress(submission)
        if submission.report:
            text = submission.files[submission.report].decode("utf-8", "replace")
            name = f"{submission.candidate or 'nobody'}-{submission.digest[:24]}.txt"
            place_file(_plain(text).encode(), self._results / REPORTS / name)
        return Record(
            exam=self._exam.plan.id,
            attempt=self._exam.plan.attempt,
            stamp=self._stamp,
            candidate=submission.candidate,
            source=submission.source,
            digest=submission.digest,
            modified=submission.modified,
            remarks=(*submission.remarks, *self._origin(submission, findings)),
            report=submission.report,
            hints_said=sum(len(it.hints) for it in progress.symptoms) if progress else None,
            began=progress.started.isoformat(timespec="seconds") if progress else "",
            first_change=submission.first_change,
            last_change=submission.last_change,
            findings=findings,
        )


def _lost(error: BaseException) -> Findings:
    kind = "" if isinstance(error, BughuntError) else f"{type(error).__name__}: "
    text = f"its worker was lost: {kind}{clean(str(error))}. Grade again."
    return Findings(trouble=text, is_ours=True)


def _plain(text: str) -> str:
    """Return a text whose lines hold nothing that steers a terminal."""
    return "".join(f"{clean(line, _LONGEST_LINE)}\n" for line in text.splitlines())


def _progress(submission: HandedIn) -> Progress | None:
    """Return the candidate's own record, which need not be true; None: there is none to be read."""
    if submission.progress is None:
        return None
    try:
        return msgspec.json.decode(submission.progress, type=Progress)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
