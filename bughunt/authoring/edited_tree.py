"""Where an edited version of the clean tree comes from: a folder, or a diff."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from bughunt.authoring.hunks import split
from bughunt.errors import BankError, WorkspaceError
from bughunt.mutate import clean_tree, read
from bughunt.placement import place
from bughunt.spec import Bank
from bughunt.yaml_document import content_of

_LEFT_BEHIND = ("__pycache__",)
_RANGE = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NO_NEWLINE = "\\ No newline"


class Edited(msgspec.Struct, frozen=True):
    """The files that differ from the clean ones, and those that no edit can express."""

    texts: dict[str, str]
    problems: tuple[str, ...] = ()


def write_scratch(bank: Bank, destination: Path) -> Path:
    """Write a copy of the packages to edit.

    Raises:
        DestinationExists: when something stands there.
        WorkspaceError: when that is in a package of the bank, or among its detectors.
        EnvironmentProblem: when the system refuses.

    """
    target = destination.resolve()
    for folder in (*(bank.root / package for package in bank.packages), bank.detectors):
        if target.is_relative_to(folder.resolve()):
            text = f"{destination}: lies in {folder}, so the copy would become a part of the bank."
            raise WorkspaceError(f"{text} Choose a folder outside.")
    files = {path: read(bank.root / path) for path in bank.files}
    advice = "Choose another folder, or remove that one."
    return place(files, destination, time=int(time.time()), advice=advice)


def from_folder(bank: Bank, folder: Path) -> Edited:
    """Compare the packages in a folder with the clean ones.

    Raises:
        WorkspaceError: when the folder holds none of the packages.
        BankError: when a file cannot be read.

    """
    present = [package for package in bank.packages if (folder / package).is_dir()]
    if not present:
        names = " or ".join(bank.packages)
        text = f"{folder}: holds no folder {names}. Name an edited copy of {bank.root}."
        raise WorkspaceError(text)
    contents = {
        file.relative_to(folder).as_posix(): content_of(file, "Put it back as it was.")
        for package in present
        for file in sorted((folder / package).rglob("*"))
        if file.is_file() and _counts(file.relative_to(folder))
    }
    expected = {path for path in bank.files if path.split("/")[0] in present}
    return _compared(bank, contents, expected)


def _counts(path: Path) -> bool:
    hidden = any(part.startswith(".") or part in _LEFT_BEHIND for part in path.parts)
    return not hidden and path.suffix not in (".pyc", ".pyo", ".so", ".pyd")


def _compared(bank: Bank, contents: Mapping[str, bytes], expected: set[str]) -> Edited:
    clean = clean_tree(bank)
    texts: dict[str, str] = {}
    problems: list[str] = []
    for path in sorted(expected | contents.keys()):
        if path not in contents:
            problems.append(f"{path}: is missing. An edit takes code away, no file: put it back.")
        elif path not in bank.files:
            problems.append(f"{path}: is new. An edit changes code that is there: remove the file.")
        elif path not in clean:
            if contents[path] != read(bank.root / path):
                text = "is no Python, and edits change nothing else: put it back as it was."
                problems.append(f"{path}: {text}")
        else:
            try:
                text = contents[path].decode("utf-8")
            except UnicodeDecodeError as error:
                problems.append(f"{path}: is not UTF-8 at byte {error.start}. Save it as UTF-8.")
                continue
            if text != clean[path]:
                texts[path] = text
    return Edited(texts, tuple(problems))


def from_diff(bank: Bank, diff: str) -> Edited:
    """Apply a diff, as git and ``diff -u`` write them, to the clean texts.

    Raises:
        BankError: when it is no diff, or was not made from the clean tree.

    """
    clean = clean_tree(bank)
    texts: dict[str, str] = {}
    problems: list[str] = []
    found = False
    for old, new, hunks in _files(split(diff)):
        found = True
        path = new if new != "/dev/null" else old
        if path not in clean or "/dev/null" in (old, new):
            problems.append(f"{path}: {_unfit(path, old, new)}")
        else:
            text = _patched(clean[path], hunks, path)
            if text != clean[path]:
                texts[path] = text
    if not found:
        raise BankError(["the diff: names no file. Give what 'git diff' or 'diff -u' writes."])
    return Edited(texts, tuple(problems))


def _unfit(path: str, old: str, new: str) -> str:
    if old == "/dev/null":
        return "is new. An edit changes code that is there: leave the file out."
    if new == "/dev/null":
        return "is deleted. An edit takes code away, no file: leave it in."
    kind = PurePosixPath(path).suffix
    what = "is no Python file" if kind != ".py" else "is no file"
    return f"{what} of the packages, the only ones that edits change. Take it out of the diff."


_Hunks = list[tuple[int, list[str]]]  # the first line in the old text, from 1, and the lines


def _files(lines: list[str]) -> Iterator[tuple[str, str, _Hunks]]:
    """Yield old path, new path and hunks of each file of a diff."""
    place = 0
    while place + 1 < len(lines):
        if not (lines[place].startswith("--- ") and lines[place + 1].startswith("+++ ")):
            place += 1
            continue
        old, new = _path(lines[place]), _path(lines[place + 1])
        place += 2
        hunks: _Hunks = []
        while place < len(lines) and (found := _RANGE.match(lines[place])):
            counts = [int(found[n]) if found[n] is not None else 1 for n in (2, 4)]
            stop = _end_of_hunk(lines, place + 1, counts)
            hunks.append((int(found[1]) + (counts[0] == 0), lines[place + 1 : stop]))
            place = stop
        yield old, new, hunks


def _path(line: str) -> str:
    name = line[4:].split("\t")[0].strip()
    return name if name == "/dev/null" else name.removeprefix("a/").removeprefix("b/")


def _end_of_hunk(lines: list[str], place: int, counts: list[int]) -> int:
    """Return the number of the line behind a hunk of so many old and new lines."""
    old, new = counts
    while place < len(lines) and (old > 0 or new > 0 or lines[place].startswith(_NO_NEWLINE)):
        mark = lines[place][:1]
        old -= mark in " -\n\r"
        new -= mark in " +\n\r"
        place += 1
    return place


def _patched(text: str, hunks: _Hunks, path: str) -> str:
    """Return a text with the lines of hunks replaced, each where it says or where its lines are."""
    lines = split(text)
    for start, body in reversed(hunks):
        old, new = _side(body, "-"), _side(body, "+")
        place = _find(lines, old, start - 1)
        if place is None:
            text = f"{path}:{start}: the diff does not fit the clean code here."
            raise BankError([f"{text} Make it from the clean tree: 'bughunt bank scratch'."])
        lines[place : place + len(old)] = new
    return "".join(lines)


def _side(body: list[str], mark: str) -> list[str]:
    """Return the lines of one side of a hunk."""
    found: list[str] = []
    for number, line in enumerate(body):
        if line[:1] in (" ", mark, "\n", "\r"):
            bare = line[1:] if line[:1] in (" ", mark) else line
            ends = number + 1 < len(body) and body[number + 1].startswith(_NO_NEWLINE)
            found.append(bare.rstrip("\r\n") if ends else bare)
    return found


def _find(lines: list[str], old: list[str], start: int) -> int | None:
    """Return where lines are: the place nearest to the one that is told."""
    places = range(len(lines) - len(old) + 1)
    fitting = [place for place in places if lines[place : place + len(old)] == old]
    return min(fitting, key=lambda place: abs(place - start), default=None)
