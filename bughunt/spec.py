"""A catalogue of bugs, loaded and checked: from levels.yaml to a ``Bank``."""

from __future__ import annotations

import builtins
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import msgspec

from bughunt import yaml_document
from bughunt.catalogue import BugEntry, Catalogue, ImpactEntry, SourceEntry
from bughunt.conversion import misfits, shown
from bughunt.errors import did_you_mean
from bughunt.spoilers import spoilers
from bughunt.yaml_document import Document, Keys, described, line_of
from mutations import Operator, UnknownOperator, operator_names, operator_type

DEFAULT_BANK = Path(__file__).parent / "bank" / "levels.yaml"
UNWRITTEN = "TODO"  # how a text begins that its author has still to write; of topics, in lower case
_BUILT = (".pyc", ".pyo", ".so", ".pyd")
_MISSPELT = 0.88  # how alike two words are when one is a slip of the other
_EXCEPTIONS = tuple(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
)


class Expect(msgspec.Struct, frozen=True):
    """How the detector fails when the bug is there."""

    kind: Literal["assertion", "raises"]
    exception: str | None = None  # the class name, for "raises"


class Bug(msgspec.Struct, frozen=True, kw_only=True):
    """One defect: how it is made, how it shows, and what a hunter is told about it."""

    id: str
    symptom: str
    topics: tuple[str, ...]
    difficulty: int
    edits: tuple[Operator, ...]
    detector: str
    expect: Expect
    hints: tuple[str, str, str]
    explanation: str
    reference: str
    cost: str | None = None  # in measured numbers
    impact: str | None = None  # how its cost is measured: a key of the bank's impacts

    @property
    def unwritten(self) -> tuple[str, ...]:
        """The fields that are still to be written. A bug that has some is a draft."""
        return tuple(
            field
            for field in ("symptom", "topics", "detector", "hints", "explanation", "reference")
            if any(it.startswith((UNWRITTEN, UNWRITTEN.lower())) for it in _texts(self, field))
        )


def _texts(bug: Bug, field: str) -> tuple[str, ...]:
    value = getattr(bug, field)
    return (value,) if isinstance(value, str) else value


class Impact(msgspec.Struct, frozen=True):
    """A way to measure what a bug costs."""

    probe: Path
    files: tuple[str, ...]  # patterns of the files whose bugs it is for


class Conflict(msgspec.Struct, frozen=True):
    """Bugs that disturb each other's detectors, so that they are never chosen together."""

    bugs: tuple[str, ...]  # two or more
    because: str


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A named choice of bugs, in the hunter's numbering."""

    name: str
    title: str
    minutes: int
    bugs: tuple[str, ...]


class Bank(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A catalogue and the clean code that it is about.

    A bank is equal to itself only, so that what was read for it can be kept by it: files that
    change on disk are seen by the next ``load_bank``.
    """

    path: Path  # of levels.yaml
    label: str  # that path as messages show it
    root: Path  # of the clean source tree
    packages: tuple[str, ...]
    files: tuple[str, ...]  # of the packages, relative to the root, with "/", sorted
    detectors: Path
    levels: dict[str, Level]
    bugs: dict[str, Bug]
    impacts: dict[str, Impact]  # by kind; the first that covers an edited file is a bug's own
    experiments: Path | None = None  # folder of what notebooks show: <detector>.py, playground.py
    conflicts: tuple[Conflict, ...] = ()
    lines: dict[Keys, int]

    def message(self, keys: Keys, text: str) -> str:
        """Return ``levels.yaml:LINE: bug 'x': field: text`` for an entry of the catalogue."""
        return f"{self.label}:{line_of(self.lines, keys)}: {described(keys)}{text}"

    def conflict_in(self, bugs: Collection[str]) -> Conflict | None:
        """Return the first of the conflicts whose bugs are all among these."""
        return next((it for it in self.conflicts if set(it.bugs) <= set(bugs)), None)


def load_bank(path: Path | None = None) -> Bank:
    """Load a catalogue; None: the one that comes with bughunt.

    Raises:
        BankError: with one line for each problem that was found.

    """
    path = (path or DEFAULT_BANK).resolve()
    content = yaml_document.content_of(path, "Give the path of a levels.yaml.")
    document = yaml_document.parse(content, _label(path))
    document.check()
    broken = _note_misfits(document)
    source = msgspec.convert(document.data["source"], SourceEntry)
    impacts = _impacts(document, path.parent)
    bank = Bank(
        path=path,
        label=document.label,
        root=path.parent / source.root,
        packages=source.packages,
        files=_package_files(path.parent / source.root, source.packages),
        detectors=path.parent / document.data["detectors"],
        levels={
            name: msgspec.convert({"name": name, **entry}, Level)
            for name, entry in document.data["levels"].items()
            if ("levels", name) not in broken
        },
        bugs={
            name: _bug(name, msgspec.convert(entry, BugEntry), impacts, document)
            for name, entry in document.data["bugs"].items()
            if ("bugs", name) not in broken
        },
        impacts=impacts,
        experiments=_experiments(document, path.parent),
        conflicts=msgspec.convert(document.data.get("conflicts", ()), tuple[Conflict, ...]),
        lines=document.lines,
    )
    _check_folders(bank, document)
    _check_bugs(bank, document)
    _check_topics(bank, document)
    _check_levels(bank, document)
    _check_conflicts(bank, document)
    document.check()
    return bank


def _note_misfits(document: Document) -> set[Keys]:
    """Note what does not fit its type; return the levels and bugs that cannot be read.

    Without the outline around them nothing else can be looked at.
    """
    broken = set()
    for keys, text in misfits(document.data, Catalogue):
        document.complain(keys, text)
        broken.add(keys[:2])
    if any(len(keys) < 2 or keys[0] not in ("bugs", "levels") for keys in broken):
        document.check()
    return broken


def _label(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _package_files(root: Path, packages: tuple[str, ...]) -> tuple[str, ...]:
    """List the sources and the data of the packages, without what running them leaves behind."""
    found = []
    for package in packages:
        for folder, folders, files in os.walk(root / package):
            folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
            kept = [name for name in files if not name.startswith(".")]
            kept = [name for name in kept if not name.endswith(_BUILT)]
            found += [Path(folder, name).relative_to(root).as_posix() for name in kept]
    return tuple(sorted(found))


def _is_there(path: Path, is_right: Callable[[Path], bool] = Path.is_dir) -> bool:
    """Tell whether there is such a folder, or file; of a name that the system refuses, none is."""
    try:
        return is_right(path)
    except OSError:
        return False


def _check_folders(bank: Bank, document: Document) -> None:
    """Raise when packages or detectors are missing: every bug would be wrong."""
    for index, package in enumerate(bank.packages):
        if not _is_there(bank.root / package):
            text = f"no folder '{package}' in {bank.root}. Name the packages under 'root'."
            document.complain(("source", "packages", index), text)
    if not _is_there(bank.detectors):
        text = f"no folder {bank.detectors}. Name that of the detectors."
        document.complain(("detectors",), text)
    if not _is_there(bank.detectors) or not bank.files:
        document.check()


def _impacts(document: Document, folder: Path) -> dict[str, Impact]:
    """Return the ways to measure; a probe that is missing is noted."""
    impacts = {}
    for kind, data in document.data.get("impacts", {}).items():
        entry = msgspec.convert(data, ImpactEntry)
        impacts[kind] = Impact(folder / entry.probe, entry.files)
        if not _is_there(impacts[kind].probe, Path.is_file):
            text = f"no file {impacts[kind].probe}. Name that of the probe."
            document.complain(("impacts", kind, "probe"), text)
    return impacts


def _experiments(document: Document, folder: Path) -> Path | None:
    """Return the folder of the experiments; one that is missing is noted."""
    if (name := document.data.get("experiments")) is None:
        return None
    if not _is_there(folder / name):
        text = f"no folder {folder / name}. Name that of the experiments, or leave it out."
        document.complain(("experiments",), text)
    return Path(folder, name)


def _impact_of(edits: Iterable[Operator], impacts: dict[str, Impact]) -> str | None:
    """Return the first kind that is for one of the edited files."""
    edited = {edit.path for edit in edits}
    for kind, impact in impacts.items():
        if any(fnmatchcase(path, pattern) for path in edited for pattern in impact.files):
            return kind
    return None


def _bug(name: str, entry: BugEntry, impacts: dict[str, Impact], document: Document) -> Bug:
    """Return the record; an edit that cannot be read is noted and left out."""
    edits = (
        _edit(edit, ("bugs", name, "edits", index), document)
        for index, edit in enumerate(entry.edits)
    )
    raises = None if entry.expect == "assertion" else entry.expect.raises
    expect = Expect("raises" if raises else "assertion", raises)
    fields = msgspec.structs.asdict(entry)
    good = tuple(edit for edit in edits if edit is not None)
    if entry.impact is not None and entry.impact not in impacts:
        text = f"no kind {shown(entry.impact)} in 'impacts'. {did_you_mean(entry.impact, impacts)}"
        document.complain(("bugs", name, "impact"), text)
    impact = entry.impact or _impact_of(good, impacts)
    fields.update(id=name, expect=expect, edits=good, impact=impact)
    return Bug(**fields)


def _edit(edit: dict[str, Any], keys: Keys, document: Document) -> Operator | None:
    name = edit.get("operator")
    if not isinstance(name, str):
        text = f"names no operator. {did_you_mean('', operator_names())}"
        document.complain((*keys, "operator"), text)
        return None
    try:
        kind = operator_type(name)
    except UnknownOperator as error:
        document.complain((*keys, "operator"), str(error))
        return None
    unfit = list(misfits(edit, kind, keys))
    for place, text in unfit:
        document.complain(place, text)
    return None if unfit else msgspec.convert(edit, kind)


def _check_bugs(bank: Bank, document: Document) -> None:
    """Note what is wrong with bugs that are well formed."""
    laws = {file.stem.removeprefix("test_") for file in bank.detectors.glob("test_*.py")}
    for name, bug in bank.bugs.items():
        if bug.detector not in laws:
            text = f"no test_{bug.detector}.py in {bank.detectors}. "
            document.complain(("bugs", name, "detector"), text + did_you_mean(bug.detector, laws))
        if close := _close_exception(bug.expect):
            text = f"no exception '{bug.expect.exception}'. Did you mean '{close}'?"
            document.complain(("bugs", name, "expect", "raises"), text)
        for index, edit in enumerate(bug.edits):
            if problem := _target_problem(bank, edit.target):
                document.complain(("bugs", name, "edits", index, "target"), problem)
        for text in spoilers(name, bug.symptom, bug.edits):
            problem = f"{shown(text)} gives the bug away. Say what a user sees, not where or why."
            document.complain(("bugs", name, "symptom"), problem)


def _close_exception(expect: Expect) -> str | None:
    """Return the built-in exception of which the expected one is a slip; others are their own."""
    if expect.exception is None or expect.exception in _EXCEPTIONS:
        return None
    close = get_close_matches(expect.exception, _EXCEPTIONS, n=1, cutoff=_MISSPELT)
    return close[0] if close else None


def _target_problem(bank: Bank, target: str) -> str | None:
    file = target.partition("::")[0]
    if ".." in file.split("/") or file.split("/")[0] not in bank.packages:
        return f"{shown(file)} lies outside the packages. {did_you_mean('', bank.packages)}"
    if not file.endswith(".py") or file not in bank.files:
        known = [file for file in bank.files if file.endswith(".py")]
        return f"no Python file {shown(file)} in {bank.root}. {did_you_mean(file, known)}"
    return None


def _check_topics(bank: Bank, document: Document) -> None:
    """Note each topic that is used once and looks like a slip of another one."""
    uses = Counter(topic for bug in bank.bugs.values() for topic in bug.topics)
    for name, bug in bank.bugs.items():
        for index, topic in enumerate(bug.topics):
            others = [other for other, count in uses.items() if other != topic and count > 1]
            close = get_close_matches(topic, others, n=1, cutoff=_MISSPELT)
            if uses[topic] == 1 and close:
                text = f"'{topic}' is used once only. Did you mean '{close[0]}'?"
                document.complain(("bugs", name, "topics", index), text)


def _check_levels(bank: Bank, document: Document) -> None:
    """Note bugs that a level names in vain, twice, or beside another bug with the same law."""
    for level in bank.levels.values():
        laws: dict[str, str] = {}
        for index, name in enumerate(level.bugs):
            keys = ("levels", level.name, "bugs", index)
            if name not in document.data["bugs"]:
                text = f"no bug '{name}'. {did_you_mean(name, document.data['bugs'])}"
                document.complain(keys, text)
            elif name in level.bugs[:index]:
                document.complain(keys, f"'{name}' stands twice. Remove one.")
            elif name in bank.bugs and (missing := bank.bugs[name].unwritten):
                text = f"'{name}' is a draft. Write its {', '.join(missing)} first."
                document.complain(keys, text)
            elif name in bank.bugs:
                law = bank.bugs[name].detector
                other = laws.setdefault(law, name)
                if other != name:
                    text = f"'{name}' and '{other}' share the detector '{law}'. Keep one of them."
                    document.complain(keys, text)


def _check_conflicts(bank: Bank, document: Document) -> None:
    """Note conflicts between bugs that do not exist, and levels that hold one."""
    for index, conflict in enumerate(bank.conflicts):
        for place, name in enumerate(conflict.bugs):
            keys = ("conflicts", index, "bugs", place)
            if name not in document.data["bugs"]:
                text = f"no bug '{name}'. {did_you_mean(name, document.data['bugs'])}"
                document.complain(keys, text)
            elif name in conflict.bugs[:place]:
                document.complain(keys, f"'{name}' stands twice. Remove one.")
    for level in bank.levels.values():
        if found := bank.conflict_in(level.bugs):
            text = f"{_listed(found.bugs)} are in conflict: {found.because.strip()} Remove one."
            document.complain(("levels", level.name, "bugs"), text)


def _listed(names: Iterable[str]) -> str:
    *others, last = (f"'{name}'" for name in names)
    return f"{', '.join(others)} and {last}"
