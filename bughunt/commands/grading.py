"""The commands of ``bughunt exam`` that come after it: grade, appeal, void."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bughunt.commands.exam import folder_argument, key_option, opened_exam, out_option
from bughunt.commands.options import BUGS_REMAIN, json_option

if TYPE_CHECKING:
    from bughunt.exam.grading.marks import Mark
    from bughunt.exam.grading.sitting import Exam

_BUILD, _RESULTS, _SUBMISSIONS = "build", "results", "submissions"
_submissions_option = click.option(
    "--submissions",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Default: FOLDER/submissions.",
)
_trust_option = click.option(
    "--trust", is_flag=True, help="Run submissions even where no jail can keep them from files."
)
_results_option = click.option(
    "--results", metavar="DIR", type=click.Path(path_type=Path), help="Default: FOLDER/results."
)


@click.command()
@folder_argument
@key_option
@out_option
@_submissions_option
@_results_option
@click.option("--jobs", metavar="N", type=click.IntRange(1), default=1, show_default=True)
@click.option(
    "--executor", metavar="URL", help="A cluster instead of this machine: dask://HOST:PORT."
)
@_trust_option
@json_option
def grade(
    folder: Path,
    key: Path,
    out: Path | None,
    submissions: Path | None,
    results: Path | None,
    jobs: int,
    executor: str | None,
    trust: bool,
    as_json: bool,
) -> None:
    """Grade what the candidates of FOLDER handed in: a folder or an archive for each.

    Nothing that was handed in is imported here: it is observed in a jail, and judged in another. A
    run that was interrupted goes on.
    Exit code 0: all is done. 1: a fault of the grader left somebody without marks.
    """
    import msgspec

    from bughunt import report
    from bughunt.exam.grading.publishing import sat
    from bughunt.exam.grading.report import graded
    from bughunt.exam.own_folder import alone_in
    from bughunt.jail.strength import strongest

    own = msgspec.structs.replace(opened_exam(folder, key, out), trusts=trust)
    into = results or folder / _RESULTS
    if executor is None and not trust:
        strongest().required()
    with alone_in(into):
        _sit(own, submissions or folder / _SUBMISSIONS, into, executor, jobs)
        marks = _published(own, folder, out, into)
    if as_json:
        report.write_json([_plain(mark) for mark in marks], sys.stdout)
    else:
        report.write(graded(marks, sat(into)[1], into), sys.stdout)
    if any(mark.record and mark.record.findings.is_ours for mark in marks):
        raise click.exceptions.Exit(BUGS_REMAIN)


def _sit(own: Exam, submissions: Path, into: Path, executor: str | None, jobs: int) -> None:
    """Grade all submissions, and leave no jail behind."""
    from bughunt import report
    from bughunt.exam.grading import workbench
    from bughunt.exam.grading.executors import opened
    from bughunt.exam.grading.sitting import grade as sit

    try:
        with (
            report.progress("Grading", sys.stderr) as tick,
            opened(executor, jobs) as (pool, workers),
        ):
            try:
                sit(own, submissions, into, pool, workers=workers, tick=tick)
            except BaseException:  # the pool waits for its threads, and they for their jails
                workbench.interrupt_all()
                raise
    finally:
        workbench.close_all()


@click.command()
@folder_argument
@click.argument("candidate")
@click.argument("number", metavar="N", type=int)
@key_option
@out_option
@_submissions_option
@_results_option
@_trust_option
@json_option
def appeal(
    folder: Path,
    candidate: str,
    number: int,
    key: Path,
    out: Path | None,
    submissions: Path | None,
    results: Path | None,
    trust: bool,
    as_json: bool,
) -> None:
    """Try symptom N of CANDIDATE again, on the recorded seeds, beside the clean code.

    Exit code 0: the verdict stands. 1: it does not.
    """
    import msgspec

    from bughunt import report
    from bughunt.exam.grading.appeal import appeal as try_again
    from bughunt.exam.grading.publishing import sat
    from bughunt.exam.grading.report import appealed

    own = msgspec.structs.replace(opened_exam(folder, key, out), trusts=trust)
    _, records = sat(results or folder / _RESULTS)
    found = try_again(own, submissions or folder / _SUBMISSIONS, records, candidate, number)
    if as_json:
        report.write_json(found, sys.stdout)
    else:
        report.write(appealed(found), sys.stdout)
    if not found.stands:
        raise click.exceptions.Exit(BUGS_REMAIN)


@click.command()
@folder_argument
@click.argument("bug")
@click.option("--reason", required=True, help="Why; it is kept with the results.")
@key_option
@out_option
@_results_option
def void(
    folder: Path, bug: str, reason: str, key: Path, out: Path | None, results: Path | None
) -> None:
    """Take BUG out of an exam that was graded, and rescale everybody without running again."""
    from bughunt import report
    from bughunt.exam.grading.report import voided
    from bughunt.exam.grading.voiding import void as take_out
    from bughunt.exam.own_folder import alone_in

    own = opened_exam(folder, key, out)
    into = results or folder / _RESULTS
    with alone_in(into):
        take_out(own, into, bug, reason)
        marks = _published(own, folder, out, into)
    report.write(voided(bug, marks), sys.stdout)


def _published(own: Exam, folder: Path, out: Path | None, into: Path) -> tuple[Mark, ...]:
    """Write all results; return the marks."""
    from bughunt.exam.grading.publishing import publish
    from bughunt.exam.hint_record import read_given
    from bughunt.exam.roster import ROSTER, read_roster

    given = read_given(out or folder / _BUILD, own.plan)
    people = {it.student_id: it for it in read_roster(folder / ROSTER)}
    return publish(own, given, people, into)


def _plain(mark: Mark) -> dict[str, object]:
    return {
        "candidate": mark.entry.candidate,
        "student_id": mark.entry.student_id,
        "state": mark.state,
        "score": mark.score,
        "maximum": mark.maximum,
        "why": mark.why,
    }
