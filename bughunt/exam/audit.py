"""A build, looked at from outside: whether everything in its folder is as it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from bughunt.errors import ExamError
from bughunt.exam import lock as locking
from bughunt.exam import sheet as sheets
from bughunt.exam.answers import ANSWERS, Answers, Entry, read_answers
from bughunt.exam.archive import unpacked
from bughunt.exam.build import ARCHIVES
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.kept_bank import KEPT, bank_of, is_kept
from bughunt.exam.keys import ExamKey
from bughunt.exam.lock import LOCK, Lock, sha256
from bughunt.exam.paper import Disguise, archive
from bughunt.exam.plan import Plan
from bughunt.exam.settled import as_settled
from bughunt.exam.sheet import SHEET


class Flaw(msgspec.Struct, frozen=True):
    """Something that is not as it was made."""

    file: str  # from the folder of the build
    text: str


class Audit(msgspec.Struct, frozen=True):
    """What an audit found."""

    archives: int
    flaws: tuple[Flaw, ...] = ()
    notes: tuple[str, ...] = ()  # what has changed around the build and harms nothing


def audit(plan: Plan, key: ExamKey, folder: Path, disguise: Disguise = disguised) -> Audit:
    """Look at everything in the folder of a build.

    The lock is held to its signature, and every file to the lock. Each archive is held to the one
    that follows from the lock, the answer key and the bank, whatever the plan says by now.

    Raises:
        ExamError: when there is no build, the answer key does not open, or the bank is lost.
        BankError: when a file of the bank cannot be read.

    """
    lock = locking.read_lock(folder)
    if lock is None:
        raise ExamError(f"{folder}: no {LOCK}. Name the folder of an exam that was built.")
    if lock.inputs.key != key.fingerprint():
        raise ExamError(f"{folder}: was built with another key. Give the key of this exam.")
    answers = read_answers(folder / ANSWERS, key)
    if answers is None:
        raise ExamError(f"{folder / ANSWERS}: is missing. Restore it.")
    bank, note = bank_of(plan, lock, folder)
    flaws = [
        *_lock(lock, locking.begun(plan, bank, key), key, folder),
        *_files(lock, folder),
        *_names(lock, answers, folder),
    ]
    was = as_settled(plan, lock.inputs.plan)
    for entry in answers.entries:
        made_of = archive(bank, was, entry, key, disguise)
        flaws += _archive(folder, entry, made_of, key)
    return Audit(len(answers.entries), tuple(flaws), (note,) if note else ())


def _lock(lock: Lock, now: Lock, key: ExamKey, folder: Path) -> Iterator[Flaw]:
    """Yield what is wrong with the lock itself, beside one of today, and with the kept bank."""
    yield from (Flaw(LOCK, f"{it}.") for it in locking.differences(lock, now))
    if not locking.is_genuine(lock, key):
        yield Flaw(LOCK, "is not as it was written: its signature is not ours. Restore it.")
    if lock.state != "complete":
        yield Flaw(LOCK, "the build was interrupted. Build again.")
    if not is_kept(folder, lock):
        yield Flaw(KEPT, "is not the bank that the exam was built from. Build again.")


def _archive(folder: Path, entry: Entry, made_of: bytes, key: ExamKey) -> Iterator[Flaw]:
    """Yield in what the archive of a candidate is not the one that follows from its set."""
    name = f"{ARCHIVES}/{entry.candidate}.zip"
    content = _content(folder / name)
    if content is None:
        yield Flaw(name, "is missing. Build again.")
    elif content != made_of:
        yield from (Flaw(name, it) for it in _differences(content, made_of, entry, key))


def _files(lock: Lock, folder: Path) -> Iterator[Flaw]:
    """Yield the files that are not those that the lock knows."""
    known = {f"{ARCHIVES}/{name}.zip": digest for name, digest in lock.archives.items()}
    for name, digest in (known | lock.files).items():
        content = _content(folder / name)
        if content is None and name in lock.files:
            yield Flaw(name, "is missing. Build again.")
        elif content is not None and sha256(content) != digest:
            yield Flaw(name, "is not the file that the lock knows.")


def _names(lock: Lock, answers: Answers, folder: Path) -> Iterator[Flaw]:
    """Yield archives that are nobody's, and candidates that only one of lock and answers knows."""
    known = {entry.candidate for entry in answers.entries}
    for name in sorted(known ^ lock.archives.keys()):
        where = "answer key" if name in known else "lock"
        yield Flaw(f"{ARCHIVES}/{name}.zip", f"is known to the {where} only.")
    for file in sorted((folder / ARCHIVES).glob("*")):
        if file.name not in {f"{name}.zip" for name in known}:
            yield Flaw(f"{ARCHIVES}/{file.name}", "belongs to no candidate.")


def _differences(content: bytes, made_of: bytes, entry: Entry, key: ExamKey) -> Iterator[str]:
    """Say in what an archive differs from the one that plan, bank and answer key give."""
    files, wanted = unpacked(content, entry.candidate), unpacked(made_of, entry.candidate)
    if files is None or wanted is None:
        yield "is no archive of ours, or damaged."
        return
    sheet = sheets.decode(files.get(SHEET, b""))
    if sheet is None:
        yield f"has no readable {SHEET}."
    elif not sheets.is_genuine(sheet, key):
        yield f"the signature of {SHEET} is not ours."
    elif sheet.candidate != entry.candidate:
        yield f"holds the sheet of {sheet.candidate}."
    yield from _other_files(files, wanted)
    if files == wanted:
        yield "holds the right files, and is packed in another way."


def _other_files(files: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> Iterator[str]:
    for path in sorted(files.keys() | wanted.keys()):
        if path not in files:
            yield f"{path} is missing."
        elif path not in wanted:
            yield f"{path} does not belong to it."
        elif files[path] != wanted[path]:
            yield f"{path} is not what the set of this candidate gives."


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
