"""The commands that a hunter gives inside a workspace."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bughunt.commands.options import BUGS_REMAIN, bank_option, json_option, load
from bughunt.errors import BankChanged, BughuntError

if TYPE_CHECKING:
    from bughunt.desk.desk import Hints
    from bughunt.detector import Batch
    from bughunt.manifest import Symptom
    from bughunt.progress import Progress, Step
    from bughunt.progress_report import Explanation
    from bughunt.workspace import Workspace

_MOST_JOBS = 4


@click.command()
@click.argument("number", metavar="[N]", required=False, type=int)
@bank_option
@json_option
def check(number: int | None, bank: Path | None, as_json: bool) -> None:
    """Say which symptoms of this workspace are fixed, and what else broke; with N, only that one.

    One that is fixed for the first time is explained, if the bank is as it was.
    Exit code 0: all that were looked at are fixed. 1: bugs remain, or something else broke.
    """
    from bughunt import detector, grade, progress_report, regressions, report, workspace

    here = this_workspace()
    _check_tests(here)
    moment = _now()
    changed_tests = workspace.changed_tests(here)
    symptoms = here.manifest.symptoms if number is None else (_symptom(here, number),)
    sound = all(test.change == "added" for test in changed_tests)
    batch, others = _batch(here, symptoms), regressions.Regressions()
    with detector.open_runner() as run:
        with report.working(f"Checking {here.manifest.title}", sys.stderr):
            result = grade.grade(symptoms, detector.run_batch(batch, run))
        fixed = {status.number: status.fixed for status in result.statuses if sound}
        learned = _noted(here, fixed, moment, bank)
        if not as_json:
            told = progress_report.explained(learned)
            report.write(report.graded(here, result, told), sys.stdout)
        if number is None:
            with report.working("Looking for what else broke", sys.stderr):
                others = regressions.regressions(here, run, batch, moment=moment)
    for warning in others.warnings:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        record = {"fixed": result.fixed, "total": result.total, "symptoms": result.statuses}
        record |= {"broken": others.broken, "changed_tests": changed_tests}
        record |= {"explanations": learned}
        report.write_json(record, sys.stdout)
    else:
        report.write(report.concluded(here, result, others, changed_tests), sys.stdout)
    if result.fixed < result.total or others.broken:
        raise click.exceptions.Exit(BUGS_REMAIN)


def _batch(here: Workspace, symptoms: Sequence[Symptom]) -> Batch:
    """Return what must be run to grade these symptoms."""
    from bughunt.detector import Batch
    from bughunt.grade import cases

    packages, jobs = here.manifest.packages, min(_MOST_JOBS, os.cpu_count() or 1)
    return Batch(root=here.root, packages=packages, cases=cases(here.root, symptoms), jobs=jobs)


def _noted(
    here: Workspace, fixed: Mapping[int, bool], moment: datetime, bank: Path | None
) -> tuple[Explanation, ...]:
    """Keep these verdicts; return what is behind the symptoms that are fixed for the first time."""
    step = _keep(here, moment, lambda progress: progress.with_verdicts(fixed, moment))
    try:
        return _learned(here, step.newly_fixed, bank)
    except BughuntError as error:
        click.echo(f"warning: {error}", err=True)
        return ()


@click.command()
@bank_option
def watch(bank: Path | None) -> None:
    """Show the symptoms of this workspace, and after each save which of them are fixed.

    Keys: h hint, l list, d diff, a check all, r reset a file, q quit; after a fix, e explains it.
    """
    watch_workspace(this_workspace(), bank)


@click.command()
@bank_option
def diff(bank: Path | None) -> None:
    """Show what you have changed since the workspace was made."""
    from bughunt import report, workspace
    from bughunt import reset as resetting

    here = this_workspace()
    _keep(here, _now())
    is_exam = here.manifest.is_exam
    text = resetting.changes(here) if is_exam else workspace.changes(here, load(bank))
    report.write(report.changed(text), sys.stdout)


@click.command()
@click.argument("number", metavar="N", type=int)
@bank_option
def hint(number: int, bank: Path | None) -> None:
    """Show one more hint to symptom N, of three: the concept, the region, nearly the fix."""
    from bughunt import progress_report, report, workspace

    here = this_workspace()
    symptom = _symptom(here, number)
    if here.manifest.is_exam:
        _hint_in_exam(here, symptom)
        return
    bug = workspace.bugs_of(here, load(bank))[number - 1]
    moment = _now()
    step = _keep(here, moment, lambda progress: progress.with_hint(number, moment))
    taken = len(step.after.trail(number).hints)
    told = progress_report.hinted(number, bug, taken, more=f"bughunt hint {number}")
    report.write(told, sys.stdout)


def _hint_in_exam(here: Workspace, symptom: Symptom) -> None:
    from bughunt import report
    from bughunt.exam import permitted

    hints = permitted.free_hints(here, symptom.number)
    moment = _now()
    step = _keep(here, moment, lambda progress: progress.with_hint(symptom.number, moment))
    taken = len(step.after.trail(symptom.number).hints)
    report.write(permitted.hinted(symptom, hints, taken), sys.stdout)


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Say how far this hunt is: time, what the last check found, hints and answers taken."""
    from bughunt import progress_report, report

    here = this_workspace()
    moment = _now()
    progress = _keep(here, moment).after
    state: object
    if here.manifest.is_exam:
        from bughunt.exam import standing

        state = found = standing.standing(here, progress, moment)
        told = standing.told(found)
    else:
        state = hunt = progress_report.state(here, progress, moment)
        told = progress_report.told(hunt, moment)
    if as_json:
        report.write_json(state, sys.stdout)
    else:
        report.write(told, sys.stdout)


@click.command()
@click.argument("number", metavar="N", type=int)
@click.option("--yes", is_flag=True, help="Do not ask first.")
@bank_option
def reveal(number: int, yes: bool, bank: Path | None) -> None:
    """Give up on symptom N: show its bug, why it matters and where it happened.

    Of a symptom that a check has seen fixed, nothing is given up, and nothing is asked.
    """
    from bughunt import report, workspace

    here = this_workspace()
    symptom = _symptom(here, number)
    bugs = workspace.bugs_of(here, loaded := load(bank))
    bug = bugs[number - 1]
    moment = _now()
    is_fixed = _keep(here, moment).after.trail(number).first_fixed is not None
    if not (yes or is_fixed):
        click.echo(f"Symptom {number}: {symptom.text}", err=True)
        if not _agrees("Show the answer?"):
            click.echo("\nnothing shown; --yes skips the question", err=True)
            return
    _keep(here, moment, lambda progress: progress.with_answer(number, moment))
    text = workspace.mutation_diff(loaded, bug, beside=bugs)
    report.write(report.revealed(number, bug, text), sys.stdout)


@click.command()
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--all", "everything", is_flag=True, help="Every file of the packages.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def reset(file: str | None, everything: bool, yes: bool) -> None:
    """Put FILE back as it was when the workspace was made, bugs included.

    What stood there is kept in .bughunt/backup.
    """
    from bughunt import progress_report, report
    from bughunt import reset as resetting

    if (file is not None) == everything:
        raise click.UsageError("name one FILE, or --all. 'bughunt diff' shows what is changed.")
    here = this_workspace()
    moment = _now()
    _keep(here, moment)
    start = resetting.start_files(here)
    left = resetting.added(here, start) if everything else ()
    paths = tuple(start) if file is None else (resetting.named(here, file, start),)
    changed = resetting.differing(here, {path: start[path] for path in paths})
    if changed and not yes:
        click.echo(f"Not as at the start: {', '.join(changed)}", err=True)
        if not _agrees("Put back, and keep a copy?"):
            click.echo("\nnothing changed; --yes skips the question", err=True)
            return
    folder = resetting.put_back(here, {path: start[path] for path in changed}, moment)
    report.write(progress_report.put_back(changed, left, folder), sys.stdout)


def watch_workspace(here: Workspace, path: Path | None) -> None:
    """Watch until the hunter quits."""
    from bughunt.desk import desk, terminal

    _check_tests(here)
    terminal.check_terminal()
    answers = desk.Bank(
        hints=lambda number: _hints(here, number, path),
        has_hints=_has_hints(here),
        learned=lambda numbers: _learned(here, numbers, path),
    )
    desk.watch(here, answers)


def _has_hints(here: Workspace) -> bool:
    if not here.manifest.is_exam:
        return True
    from bughunt.exam import permitted

    return bool(permitted.sheet_of(here).hint_texts)


def _hints(here: Workspace, number: int, path: Path | None) -> Hints:
    """Return what shows the hints to a symptom to a watch, once it knows how many are taken."""
    from bughunt import progress_report, workspace
    from bughunt.desk import desk

    if here.manifest.is_exam:
        from bughunt.exam import permitted

        texts = permitted.free_hints(here, number)
        return functools.partial(permitted.hinted, _symptom(here, number), texts)
    bug = workspace.bugs_of(here, load(path))[number - 1]
    return functools.partial(progress_report.hinted, number, bug, more=desk.MORE)


def _check_tests(here: Workspace) -> None:
    """Insist on the tests, which an exam may have left out."""
    if here.manifest.is_exam:
        from bughunt.exam import permitted

        permitted.check_tests(here)


def _agrees(question: str) -> bool:
    """Ask; the end of the input is a no."""
    try:
        return click.confirm(question, err=True)
    except click.Abort as error:  # click makes one exception of two
        if isinstance(error.__context__, EOFError):
            return False
        raise


def is_in_workspace() -> bool:
    """Return whether the current folder is in a workspace, be it a damaged one."""
    from bughunt.workspace import folder_around

    return folder_around(Path.cwd()) is not None


def this_workspace() -> Workspace:
    """Return the workspace around the current folder."""
    from bughunt.workspace import find_workspace

    return find_workspace(Path.cwd())


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def _keep(
    workspace: Workspace, moment: datetime, change: Callable[[Progress], Progress] | None = None
) -> Step:
    """Note in the progress of the hunt what happened at this moment."""
    from bughunt import progress

    step = progress.update(workspace, moment, change)
    for warning in step.warnings:
        click.echo(f"warning: {warning}", err=True)
    return step


def _learned(here: Workspace, numbers: Sequence[int], path: Path | None) -> tuple[Explanation, ...]:
    """Return what was behind these symptoms; in an exam, nothing.

    Raises:
        BughuntError: when the bank is not what they came from.

    """
    from bughunt import workspace
    from bughunt.progress_report import Explanation

    if not numbers or here.manifest.is_exam:
        return ()
    try:
        bank = load(path)
        workspace.pristine(here, bank)
        bugs = workspace.bugs_of(here, bank)
    except BughuntError as error:
        raise BughuntError(f"Not explained: {_reason(error)}") from error
    answers = ((number, bugs[number - 1]) for number in numbers)
    return tuple(
        Explanation(number, bug.explanation, bug.reference, bug.cost) for number, bug in answers
    )


def _reason(error: BughuntError) -> str:
    """Return on one line why a bank has no explanation."""
    if isinstance(error, BankChanged):
        return "the bank is not the one that the workspace was made from. Give that with --bank."
    return str(error).partition("\n")[0]


def _symptom(workspace: Workspace, number: int) -> Symptom:
    symptoms = workspace.manifest.symptoms
    for symptom in symptoms:
        if symptom.number == number:
            return symptom
    raise click.BadParameter(
        f"there is no symptom {number}; this workspace has 1 to {len(symptoms)}.", param_hint="'N'"
    )
