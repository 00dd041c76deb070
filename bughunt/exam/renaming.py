"""A student id that was wrong in the roster: the set stays with the person."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bughunt.errors import ExamError
from bughunt.exam import lock as locking
from bughunt.exam.answers import ANSWERS, Entry, entry_of, read_answers, sealed
from bughunt.exam.keys import ExamKey
from bughunt.exam.lock import LOCK
from bughunt.exam.own_folder import alone_in, place_own


def rename(folder: Path, key: ExamKey, old: str, new: str) -> Entry:
    """Let ``new`` have what was drawn for ``old``; a set that was drawn for ``new`` is dropped.

    Its archive is then nobody's, and the next build asks for it to be moved away. The lock says
    until then that the build is not complete.

    Raises:
        ExamError: when nobody is called ``old``, nothing was built, or the key is another.
        EnvironmentProblem: when the system refuses to write.

    """
    with alone_in(folder):
        lock = locking.read_lock(folder)
        answers = read_answers(folder / ANSWERS, key) if lock else None
        if lock is None or answers is None:
            raise ExamError(f"{folder}: no exam was built there. Name the folder of the build.")
        locking.check_signature(lock, key, folder)
        if not new.strip():
            raise ExamError("the new student id is empty. Write one.")
        entry = msgspec.structs.replace(entry_of(answers, old), student_id=new)
        others = (it for it in answers.entries if it.student_id != new)
        entries = tuple(entry if it.candidate == entry.candidate else it for it in others)
        changed = msgspec.structs.replace(answers, entries=entries)
        own = {it.candidate for it in entries}
        archives = {name: digest for name, digest in lock.archives.items() if name in own}
        begun = msgspec.structs.replace(lock, state="building", archives=archives)
        place_own(locking.encode(locking.signed(begun, key)), folder / LOCK)
        place_own(sealed(changed, key), folder / ANSWERS)
        return entry
