"""The commands of ``bughunt exam``, for those who hold one."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bughunt.commands.options import BUGS_REMAIN, json_option, load

if TYPE_CHECKING:
    from bughunt.exam.plan import Plan
    from bughunt.spec import Bank

_BUILD = "build"

folder_argument = click.argument("folder", type=click.Path(path_type=Path))
key_option = click.option(
    "--key", metavar="FILE", required=True, type=click.Path(path_type=Path), help="The key's file."
)
_roster_option = click.option(
    "--roster", metavar="FILE", type=click.Path(path_type=Path), help="Default: FOLDER/roster.csv."
)
out_option = click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="Default: FOLDER/build."
)


@click.group()
def exam() -> None:
    """Hold an exam: different bugs for each candidate, equally hard, sealed."""


@exam.command()
@folder_argument
def init(folder: Path) -> None:
    """Write a plan (exam.yaml) and a roster to start from into FOLDER."""
    from bughunt import report
    from bughunt.exam.beginning import begin

    for file in begin(folder):
        click.echo(f"written: {report.shown(file)}")
    key = report.shown(folder.with_name(f"{folder.absolute().name}.key"))
    click.echo(f"Next: bughunt exam keygen {key}")


@exam.command()
@click.argument("file", type=click.Path(path_type=Path))
def keygen(file: Path) -> None:
    """Write a new key to FILE, which only you can read.

    Who has it knows every answer, and without it nothing can be graded: keep a copy in a safe
    place, and neither beside the archives nor in version control.
    """
    from bughunt.exam.keys import write_key

    write_key(file)
    click.echo(f"written: {file}")


@exam.command()
@folder_argument
@key_option
@_roster_option
@out_option
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Default: one for each core.")
@click.option("--no-cache", is_flag=True, help="Prove every set again.")
@json_option
def build(
    folder: Path,
    key: Path,
    roster: Path | None,
    out: Path | None,
    jobs: int | None,
    no_cache: bool,
    as_json: bool,
) -> None:
    """Draw and prove a set for each candidate of FOLDER, and pack the archives.

    A build that was interrupted goes on. With a longer roster, those who are known keep their sets.
    """
    from bughunt import report
    from bughunt.exam.build import Order
    from bughunt.exam.build import build as make
    from bughunt.exam.keys import read_key
    from bughunt.exam.patience import PatientEvidence
    from bughunt.exam.report import built, built_record
    from bughunt.exam.roster import ROSTER, read_roster
    from bughunt.proving.answer_store import Store, default_path

    secret = read_key(key)
    plan, bank = planned(folder)
    content, candidates = read_roster(roster or folder / ROSTER)
    order = Order(plan=plan, bank=bank, roster=content, candidates=candidates)
    store = Store(None if no_cache else default_path())
    with (
        contextlib.closing(store),
        report.progress("Building", sys.stderr) as tick,
        PatientEvidence(bank, store, jobs=jobs or os.cpu_count() or 1, tick=tick) as evidence,
    ):
        result = make(order, secret, evidence, out or folder / _BUILD, tick)
    if as_json:
        report.write_json(built_record(result), sys.stdout)
    else:
        report.write(built(result), sys.stdout)


@exam.command()
@folder_argument
@key_option
@out_option
@json_option
def verify(folder: Path, key: Path, out: Path | None, as_json: bool) -> None:
    """Hold what was built for FOLDER against lock, answer key, plan and bank.

    Exit code 0: everything is as it was made. 1: something is not.
    """
    from bughunt import report
    from bughunt.exam.audit import audit
    from bughunt.exam.keys import read_key
    from bughunt.exam.report import audited

    secret = read_key(key)
    plan, bank = planned(folder)
    number, flaws = audit(plan, bank, secret, out or folder / _BUILD)
    if as_json:
        report.write_json({"archives": number, "flaws": flaws}, sys.stdout)
    else:
        report.write(audited(number, flaws), sys.stdout)
    if flaws:
        raise click.exceptions.Exit(BUGS_REMAIN)


@exam.command()
@folder_argument
@click.argument("candidate")
@click.argument("number", metavar="N", type=int)
@key_option
@out_option
def hint(folder: Path, candidate: str, number: int, key: Path, out: Path | None) -> None:
    """Give CANDIDATE (the name of an archive) the next hint to symptom N, and note its cost."""
    from bughunt import report
    from bughunt.errors import ExamError
    from bughunt.exam.answers import ANSWERS, read_answers
    from bughunt.exam.hint_record import AT_WORK, give
    from bughunt.exam.keys import read_key
    from bughunt.exam.own_folder import held
    from bughunt.exam.report import hinted

    secret = read_key(key)
    plan, bank = planned(folder)
    built = out or folder / _BUILD
    answers = read_answers(built / ANSWERS, secret)
    if answers is None:
        raise ExamError(f"{built / ANSWERS}: is missing. Build the exam first.")
    with held(built / AT_WORK):
        given = give(plan, bank, answers, built, candidate, number)
    report.write(hinted(given), sys.stdout)


def planned(folder: Path) -> tuple[Plan, Bank]:
    """Read the plan of an exam, and the bank that it names."""
    from bughunt.exam.plan import PLAN, read_plan

    plan = read_plan(folder / PLAN)
    return plan, load(plan.bank)
