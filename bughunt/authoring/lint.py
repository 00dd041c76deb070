"""Everything that can be said of a bank without running a detector."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from bughunt import detector_files
from bughunt.authoring.ties import loose_ends
from bughunt.errors import BankError, MutationFailed
from bughunt.mutate import mutate, read
from bughunt.proving.findings import Findings
from bughunt.proving.inspection import inspect
from bughunt.proving.proof import Finding
from bughunt.spec import Bank, Level, load_bank

CATALOGUE = "levels.yaml"
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<text>.*)", re.DOTALL)
_SUFFIXES = (".yaml", ".yml")


class Complaint(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Something that is wrong with a bank, or that should be known of it."""

    file: str  # as messages show it
    line: int
    text: str  # what about, what, the value, and the next step
    rule: str  # one of those of a proof; "untied"; "catalogue" when it cannot even be loaded
    is_note: bool = False  # it should be known, and is no fault


class Linted(msgspec.Struct, frozen=True):
    """A bank that was looked at."""

    label: str  # the catalogue, as messages show it
    bugs: int  # how many it has; 0 when it cannot be loaded
    complaints: tuple[Complaint, ...]  # in the order of places


def catalogues(files: Iterable[Path]) -> tuple[Path, ...]:
    """Return the catalogues that files belong to, each once; a file of no bank has none.

    A YAML file and a folder are what they are; any other file belongs to the ``levels.yaml`` in its
    folder, or in the nearest one above.
    """
    return tuple(dict.fromkeys(found for file in files if (found := _catalogue_of(file))))


def _catalogue_of(file: Path) -> Path | None:
    if file.is_dir():
        return (file / CATALOGUE).resolve()
    if file.suffix in _SUFFIXES:
        return file.resolve()
    above = (folder / CATALOGUE for folder in file.absolute().parents)
    return next((found.resolve() for found in above if found.is_file()), None)


def lint(catalogue: Path | None) -> tuple[Complaint, ...]:
    """Return what is wrong with a bank, in the order of places; None: the one of bughunt."""
    return looked_at(catalogue).complaints


def looked_at(catalogue: Path | None) -> Linted:
    """Return the same, and what was looked at."""
    label, bugs = str(catalogue), 0
    try:
        bank = load_bank(catalogue)
        label, bugs = bank.label, len(bank.bugs)
        found = {*_of_bugs(bank), *_of_levels(bank), *_of_detectors(bank), *_notes(bank)}
    except BankError as error:
        found = {_told(problem) for problem in error.problems}
    return Linted(label, bugs, tuple(sorted(found)))


def _told(problem: str, rule: str = "catalogue") -> Complaint:
    """Return a problem that begins with its place; one without a line is about the whole file."""
    place = _PLACE.fullmatch(problem)
    if place is None:
        file, _, text = problem.partition(": ")
        return Complaint(file=file, line=1, text=text, rule=rule)
    return Complaint(file=place["file"], line=int(place["line"]), text=place["text"], rule=rule)


def noted(finding: Finding) -> Complaint:
    """Return a finding of a proof as a complaint."""
    kind, name = ("bug", finding.bug) if finding.bug else ("detector", finding.detector)
    return Complaint(
        file=finding.file,
        line=finding.line,
        text=f"{kind} '{name}': {finding.text}",
        rule=finding.rule,
    )


def _of_bugs(bank: Bank) -> Iterator[Complaint]:
    for bug in bank.bugs.values():
        yield from map(noted, inspect(bank, bug))


def _of_levels(bank: Bank) -> Iterator[Complaint]:
    """Put the bugs of each level together; what fails for a bug alone is told there."""
    for level in bank.levels.values():
        for problem in _problems_together(bank, level):
            yield _told(problem, "edit-fails")


def _problems_together(bank: Bank, level: Level) -> tuple[str, ...]:
    try:
        mutate(bank, [bank.bugs[name] for name in level.bugs])
    except MutationFailed as error:
        return error.problems
    return ()


def _of_detectors(bank: Bank) -> Iterator[Complaint]:
    """Read every detector of the folder."""
    found = Findings(bank)
    for file in sorted(bank.detectors.glob("test_*.py")):
        name = file.stem.removeprefix("test_")
        for problem in detector_files.problems(bank, name):
            found.detector("not-collected", name, problem)
    return map(noted, found.all)


def _notes(bank: Bank) -> Iterator[Complaint]:
    """Say which detectors leave room for made-up data in an exam."""
    found = Findings(bank)
    for file in sorted(bank.detectors.glob("test_*.py")):
        name = file.stem.removeprefix("test_")
        if not detector_files.problems(bank, name):
            for text in loose_ends(read(file).decode()):
                found.detector("untied", name, text)
    return (msgspec.structs.replace(noted(it), is_note=True) for it in found.all)
