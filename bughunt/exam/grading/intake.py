"""What was handed in, and by whom: one folder or archive for each candidate.

A submission says whose it is by the signed sheet of its workspace. Without one, the name under
which it was handed in decides: an opaque id or a student id.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from bughunt.errors import ExamError
from bughunt.exam import sheet as sheets
from bughunt.exam.answers import Answers, Entry
from bughunt.exam.grading import folder as folders
from bughunt.exam.grading import unpacking
from bughunt.exam.grading.entries import NotGradable, Refusal, Taken, clean, moment
from bughunt.exam.keys import ExamKey
from bughunt.exam.sheet import SHEET

_DEEPEST_ROOT = 3
_REPORTS = ("REPORT.md", "report.json")
_PROGRESS = ".bughunt/progress.json"
_PACKED = datetime(2025, 1, 3, tzinfo=timezone.utc)  # unpacked files may bear the start of 2025


class HandedIn(msgspec.Struct, frozen=True, kw_only=True):
    """One submission, with the paths that a workspace has."""

    source: str  # name of the folder or archive, made printable
    files: dict[str, bytes]  # that are looked at
    names: tuple[str, ...]  # of all files
    refused: tuple[Refusal, ...]
    modified: str | None  # when, as the file system says, in UTC
    first_change: str = ""  # of a source, as the files say: no zone where they name none
    last_change: str = ""
    digest: str  # of all that is graded
    trouble: str = ""  # why nobody can grade it
    is_ours: bool = False  # whether that is a fault of the grader
    remarks: tuple[str, ...] = ()
    candidate: str | None = None  # opaque id; None: nobody knows whose it is

    @property
    def report(self) -> str:
        """The name of the written report; "" when there is none."""
        return next((name for name in _REPORTS if name in self.files), "")

    @property
    def progress(self) -> bytes | None:
        """The hunter's own record, which nobody need believe."""
        return self.files.get(_PROGRESS)


def handed_in(folder: Path) -> tuple[Path, ...]:
    """Return what lies in a folder; what is neither a folder nor an archive is for a human.

    Raises:
        ExamError: when there is none.

    """
    try:
        paths = tuple(sorted(it for it in folder.iterdir() if not it.name.startswith(".")))
    except OSError as error:
        text = f"{folder}: cannot be read: {error.strerror}. Name the folder of submissions."
        raise ExamError(text) from None
    if not paths:
        text = f"{folder}: holds no submission. Put a folder or an archive for each into it."
        raise ExamError(text)
    return paths


def taken_in(path: Path, packages: Iterable[str]) -> HandedIn:
    """Read one submission; what cannot be read says why."""
    source = clean(path.name)
    try:
        place, taken = _taken(path, set(packages))
        found = _rooted(taken, set(packages))
    except NotGradable as error:
        return unread(path, str(error))
    first, last = _changes(found)
    return HandedIn(
        source=source, files=found.files, names=found.names, refused=found.refused,
        modified=_modified(place, taken), digest=_digest(found.files),
        first_change=first, last_change=last,
    )  # fmt: skip


def unread(path: Path, trouble: str) -> HandedIn:
    """Return a submission that nobody can grade."""
    return HandedIn(
        source=clean(path.name), files={}, names=(), refused=(), modified=_text(_written(path)),
        digest=_digest({"source": os.fsencode(path.name)}), trouble=trouble,
    )  # fmt: skip


def attributed(submission: HandedIn, name: str, answers: Answers, key: ExamKey) -> HandedIn:
    """Return the submission with whose it is.

    Args:
        submission: as it was read.
        name: of its folder or archive.
        answers: who takes part.
        key: with which sheets were signed.

    """
    people = {it.candidate: it for it in answers.entries}
    named = _named(name, people.values())
    content = submission.files.get(SHEET)
    remarks = list(submission.remarks)
    signed = None
    if content is not None:
        sheet = sheets.decode(content)
        if sheet is None or not sheets.is_genuine(sheet, key):
            remarks.append(f"{SHEET} is not as it was handed out")
        elif (sheet.exam, sheet.attempt) != (answers.exam, answers.attempt):
            remarks.append(f"{SHEET} belongs to exam '{sheet.exam}', attempt {sheet.attempt}")
        elif sheet.candidate in people:
            signed = sheet.candidate
    if signed and named and signed != named:
        text = f"holds the workspace of {signed} and is named after {named}. Ask whose it is."
        return msgspec.structs.replace(submission, trouble=text, remarks=tuple(remarks))
    return msgspec.structs.replace(submission, candidate=signed or named, remarks=tuple(remarks))


def _taken(path: Path, packages: set[str]) -> tuple[Path, Taken]:
    """Return what was handed in, and where: course systems put an archive into a folder."""
    if path.is_symlink():
        raise NotGradable("is a link. Put the folder or archive itself there.")
    if not path.is_dir():
        return path, _unpacked(path)
    taken = folders.walked(path)
    inside = [it for it in taken.names if "/" not in it and unpacking.is_archive(it)]
    if len(inside) == 1 and not _roots(taken.files, packages):
        return path / inside[0], _unpacked(path / inside[0])
    return path, taken


def _unpacked(path: Path) -> Taken:
    if not unpacking.is_archive(path.name):
        kinds = ", ".join(unpacking.SUFFIXES)
        raise NotGradable(f"is no folder and no archive that is read ({kinds}). Ask for one.")
    try:
        content = folders.read_file(path, unpacking.LARGEST_ARCHIVE)
    except OSError as error:
        raise NotGradable(f"cannot be read: {error.strerror}. Look at it.") from None
    if len(content) > unpacking.LARGEST_ARCHIVE:
        text = f"has more than {unpacking.LARGEST_ARCHIVE} bytes. Ask for the code alone."
        raise NotGradable(text)
    return unpacking.unpacked(content)


def _rooted(taken: Taken, packages: set[str]) -> Taken:
    """Return what was taken with paths from the folder in which the packages lie."""
    roots = sorted(_roots(taken.files, packages), key=lambda root: (root.count("/"), root))
    if not roots:
        names = " and ".join(f"'{name}'" for name in sorted(packages))
        raise NotGradable(f"holds no code of {names}. Ask for the folder of the exam.")
    if len(roots) > 1 and roots[0].count("/") == roots[1].count("/"):
        shown = f"'{clean(roots[0])}' and '{clean(roots[1])}'"
        raise NotGradable(f"holds several workspaces: {shown}. Ask which is meant.")
    top = roots[0]
    return Taken(
        {path[len(top) :]: it for path, it in taken.files.items() if path.startswith(top)},
        tuple(path[len(top) :] for path in taken.names if path.startswith(top)),
        taken.refused,
        {path[len(top) :]: it for path, it in taken.times.items() if path.startswith(top)},
    )


def _roots(files: Iterable[str], packages: set[str]) -> set[str]:
    found = set()
    for path in files:
        parts = path.split("/")
        for depth, part in enumerate(parts[:-1][: _DEEPEST_ROOT + 1]):
            if part in packages:
                found.add("".join(f"{it}/" for it in parts[:depth]))
                break
    return found


def stem_of(name: str) -> str:
    """Return the name of a folder or archive without what says that it is one."""
    found = (it for it in unpacking.SUFFIXES if name.lower().endswith(it))
    return name[: -len(max(found, key=len, default="")) or None]


def _named(name: str, people: Iterable[Entry]) -> str | None:
    """Return the candidate whose opaque or student id the name is."""
    stems = {stem_of(name), Path(name).stem}
    return next((it.candidate for it in people if stems & {it.candidate, it.student_id}), None)


def _digest(files: dict[str, bytes]) -> str:
    hashed = hashlib.sha256()
    for part in _parts(files):
        hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()


def _parts(files: dict[str, bytes]) -> Iterator[bytes]:
    for path in sorted(files):
        yield os.fsencode(path)
        yield files[path]


def _modified(path: Path, taken: Taken) -> str | None:
    """Return when a submission was last written; a folder's time is that of its newest source."""
    sources = [it for name, it in taken.times.items() if name.endswith(".py")]
    return _text(max(sources) if sources and path.is_dir() else _written(path))


def _written(path: Path) -> datetime | None:
    try:
        return moment(path.lstat().st_mtime)
    except OSError:
        return None


def _changes(taken: Taken) -> tuple[str, str]:
    """Return between which times sources were changed, without those of the archive as packed."""
    sources = [it for name, it in taken.times.items() if name.endswith(".py")]
    later = [it for it in sources if it.replace(tzinfo=timezone.utc) > _PACKED]
    later.sort(key=lambda it: it.replace(tzinfo=timezone.utc))
    if not later:
        return "", ""
    return _text(later[0]) or "", _text(later[-1]) or ""


def _text(time: datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time else None
