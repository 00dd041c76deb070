"""What a repair broke: general laws that the code kept at the start and does not keep now.

Some laws are broken at the start, by the bugs that the hunter is looking for. What a law said, and
of which code, is kept in ``.bughunt/laws.json``, so that no law is asked twice about the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bughunt import general_laws, record, reset
from bughunt.detector import Batch, Runner
from bughunt.errors import BughuntError
from bughunt.general_laws import Answer, Code, Trial, code_of, digests_of_tests
from bughunt.manifest import general_file, general_law_names
from bughunt.record import Form, Found
from bughunt.workspace import Workspace

FORMAT = 2
LAWS = ".bughunt/laws.json"
_KEPT = 3  # answers of a law beside that about the start


class Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record in ``.bughunt/laws.json``."""

    format: int
    laws: Mapping[str, tuple[Answer, ...]]  # the newest last


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
    laws: int | None = None  # how many there are; None: nothing is changed since the start


_FORM = Form(LAWS, Answers, FORMAT, "a record of the other laws", "every check asks them all anew")


def regressions(
    workspace: Workspace, run: Runner, batch: Batch, *, moment: datetime
) -> Regressions:
    """Ask the general laws as far as nobody knows what they say.

    Args:
        workspace: whose laws and code these are.
        run: runs a batch.
        batch: one of the workspace, whose cases do not matter.
        moment: for the backup of a damaged record.

    """
    if not general_law_names(workspace.manifest):
        return Regressions()
    found = recover(workspace, moment)
    warnings = found.warnings
    try:
        trial = begin(workspace, found)
    except BughuntError as error:
        return Regressions(None, (*warnings, unknown(error)))
    if not trial.is_changed:
        return Regressions((), warnings)
    if not trial.is_settled:
        trial = _tried(trial, run, batch)
        if found.may_be_kept:
            warnings += keep(workspace, trial)
    return Regressions(broken(trial), warnings, len(trial.answers))


def _tried(trial: Trial, run: Runner, batch: Batch) -> Trial:
    """Return the trial at its end."""
    while trial.questions:
        trial = trial.ask()
        asked = tuple(trial.asked)
        cases = tuple(general_laws.cases(batch.root, trial.asked))
        for index, ended in run(msgspec.structs.replace(batch, cases=cases)):
            trial = trial.ended(asked[index], ended)
    return trial


def begin(workspace: Workspace, found: Found[Answers], *, is_eager: bool = False) -> Trial:
    """Return a trial of the code as it is now.

    Raises:
        BughuntError: when it cannot be read, or nobody knows any more how it was at the start.

    """
    known = found.record.laws if found.record else {}
    names = general_law_names(workspace.manifest)
    start = code_of(workspace, reset.start_files(workspace))
    now, tests = code_of(workspace), digests_of_tests(workspace)
    answers = {law: known.get(law, ()) for law in names}
    trial = Trial(start=start, now=now, tests=tests, answers=answers, is_eager=is_eager)
    return trial.saved(now, tests)


def recover(workspace: Workspace, moment: datetime) -> Found[Answers]:
    """Return the record of what laws said, if there is one; a damaged one is put away."""
    names = set(general_law_names(workspace.manifest))

    def problem(answers: Answers) -> str:
        known = answers.laws.keys()
        return "" if known <= names else "is about other laws than those of this workspace."

    return record.recover(workspace.root, _FORM, problem, moment)


def keep(workspace: Workspace, trial: Trial) -> tuple[str, ...]:
    """Write down what laws said; return why that cannot be done, if so.

    Whoever saves a test while it runs makes it say something else: such answers are left out.
    """
    try:
        trial = trial.saved(trial.now, digests_of_tests(workspace))
    except BughuntError as error:
        return (str(error),)
    laws = {law: _worth_keeping(it, trial.start) for law, it in trial.answers.items()}
    return record.keep(workspace.root, _FORM, Answers(format=FORMAT, laws=laws))


def _worth_keeping(answers: tuple[Answer, ...], start: Code) -> tuple[Answer, ...]:
    lasting = [it for it in answers if it.lasts]
    newest = lasting[-_KEPT:]
    about_start = [it for it in lasting if it.is_about(start)]
    return (*(it for it in about_start[-1:] if it not in newest), *newest)


def broken(trial: Trial) -> tuple[Broken, ...]:
    """Return what a trial has found broken so far."""
    return tuple(Broken(law, general_file(law), shown) for law, shown in trial.broken)


def unknown(error: BughuntError) -> str:
    """Return that nobody can say what broke, and why."""
    return f"What else broke is not known: {error}"
