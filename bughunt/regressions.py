"""What a repair broke: general laws that the code kept at the start and does not keep now.

Some laws are broken at the start, by the bugs that the hunter is looking for. Which are not is
found once, on the code of the first commit, and kept in ``.bughunt/start.json`` with the files that
each law asks for. From then on only those laws are asked whose files are not as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bughunt import general_laws, record, reset
from bughunt.dependence import Saves
from bughunt.detector import Batch, Runner
from bughunt.errors import BughuntError
from bughunt.general_laws import Law, Trial
from bughunt.manifest import general_file, general_law_names
from bughunt.record import Form, Found
from bughunt.running.outcome import Passed
from bughunt.workspace import Workspace, changed_tests, package_files, sources

FORMAT = 1
START = ".bughunt/start.json"


class AtStart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the start code makes of one law."""

    kept: bool
    files: tuple[str, ...] | None  # of the packages, that the law asked for; None: not known


class Start(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record in ``.bughunt/start.json``."""

    format: int
    laws: dict[str, AtStart]  # general laws of the workspace, but for those without a verdict


class Broken(msgspec.Struct, frozen=True):
    """A law that was kept at the start and is broken now."""

    law: str
    file: str  # from the root of the workspace
    evidence: str  # one line

    @property
    def words(self) -> str:
        """The law, to be read."""
        return self.law.replace("_", " ")


class Regressions(msgspec.Struct, frozen=True):
    """What a look at the general laws found."""

    broken: tuple[Broken, ...] | None = None  # None: nobody can say
    warnings: tuple[str, ...] = ()
    kept: int | None = None  # laws that the start code kept; None: nothing is changed since


NOTHING_KNOWN = Start(format=FORMAT, laws={})
_FORM = Form(START, Start, FORMAT, "a record of the start", "every check tries the start anew")


def regressions(
    workspace: Workspace, run: Runner, batch: Batch, *, moment: datetime, keeps: bool
) -> Regressions:
    """Ask the general laws that the code kept at the start, as far as it has changed.

    Args:
        workspace: whose laws and code these are.
        run: runs a batch.
        batch: one of the workspace, whose cases do not matter.
        moment: for the backup of a damaged record.
        keeps: whether what the start code keeps may be written down: not if the tests are changed.

    """
    if not general_law_names(workspace.manifest):
        return Regressions()
    found = recover(workspace, moment)
    warnings, start = list(found.warnings), found.record or NOTHING_KNOWN
    try:
        files = reset.start_files(workspace)
    except BughuntError as error:
        return Regressions(None, (*warnings, unknown(error)))
    if not (saves := since_start(workspace, files)):
        return Regressions((), tuple(warnings))
    missing = of_missing(workspace, start)
    if not missing.is_settled:
        start = of_trial(_tried(missing, run, batch, sources(files)), start)
        if keeps and found.may_be_kept:
            warnings += keep(workspace, start)
    trial = of_kept(start).saved(saves)
    return Regressions(broken(_tried(trial, run, batch)), tuple(warnings), len(trial.laws))


def _tried(
    trial: Trial, run: Runner, batch: Batch, overlay: Mapping[str, str] | None = None
) -> Trial:
    """Return the trial at its end; under an overlay, laws are asked one by one."""
    while groups := trial.groups if overlay is None else trial.singles:
        cases = tuple(general_laws.cases(batch.root, groups, overlay))
        trial = trial.ask()
        for index, ended in run(msgspec.structs.replace(batch, cases=cases)):
            trial = trial.ended(groups[index], ended)
    return trial


def of_missing(workspace: Workspace, start: Start) -> Trial:
    """Return a trial of the general laws whose verdict on the start code is not known yet."""
    names = set(general_law_names(workspace.manifest)) - start.laws.keys()
    return Trial({name: Law(name) for name in sorted(names)}, waiting=frozenset(names))


def of_kept(start: Start) -> Trial:
    """Return a trial of the laws that the start code kept, as long as nothing has changed."""
    kept = {name: it.files for name, it in start.laws.items() if it.kept}
    files = {name: None if it is None else frozenset(it) for name, it in kept.items()}
    return Trial({name: Law(name, Passed(), it) for name, it in files.items()})


def of_trial(trial: Trial, before: Start) -> Start:
    """Return what was known of the start code before a trial of it, and what that found.

    A law whose process was ended before it could tell anything is left out, to be asked again.
    """
    found = {
        name: AtStart(law.passes, tuple(sorted(law.files)))
        for name, law in trial.laws.items()
        if law.files is not None
    }
    return Start(format=FORMAT, laws=dict(sorted((before.laws | found).items())))


def since_start(workspace: Workspace, files: Mapping[str, bytes]) -> Saves:
    """Return what is other than at the start, of the packages and of the tests."""
    tests, now = changed_tests(workspace), package_files(workspace)
    changed = {path for path in files.keys() & now.keys() if now[path] != files[path]}
    changed |= {it.file for it in tests if it.change == "changed"}
    others = (files.keys() ^ now.keys()) | {it.file for it in tests if it.change != "changed"}
    return Saves(frozenset(changed), frozenset(others))


def recover(workspace: Workspace, moment: datetime) -> Found[Start]:
    """Return the record of the start, if there is one; a damaged one is put away."""
    names = set(general_law_names(workspace.manifest))

    def problem(start: Start) -> str:
        known = set(start.laws)
        return "" if known <= names else "is about other laws than those of this workspace."

    return record.recover(workspace.root, _FORM, problem, moment)


def keep(workspace: Workspace, start: Start) -> tuple[str, ...]:
    """Write down what the start code keeps; return why that cannot be done, if so."""
    return record.keep(workspace.root, _FORM, start)


def broken(trial: Trial) -> tuple[Broken, ...]:
    """Return what a trial of laws that were kept at the start has found broken so far."""
    return tuple(Broken(it.name, general_file(it.name), it.evidence) for it in trial.broken)


def unknown(error: BughuntError) -> str:
    """Return that nobody can say what broke, and why."""
    return f"What else broke is not known, for want of the code at the start: {error}"
