"""The commands of ``bughunt exam``, for those who hold one."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bughunt.commands.options import BUGS_REMAIN, json_option, load

if TYPE_CHECKING:
    from collections.abc import Callable

    from bughunt.exam.build import Built, Order
    from bughunt.exam.grading.sitting import Exam
    from bughunt.exam.keys import ExamKey
    from bughunt.exam.plan import Plan
    from bughunt.report import Block
    from bughunt.spec import Bank

_BUILD = "build"

folder_argument = click.argument("folder", type=click.Path(path_type=Path))


def _private(_context: click.Context, _parameter: click.Parameter, file: Path) -> Path:
    """Warn of a key that others can read."""
    with contextlib.suppress(OSError):
        if os.name == "posix" and file.stat().st_mode & 0o077:
            click.echo(f"{file}: others can read this key. Run chmod 600 {file}.", err=True)
    return file


key_option = click.option(
    "--key",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    callback=_private,
    help="The key's file.",
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
    click.echo(f"Next: bughunt exam keygen {shlex.quote(key)}")


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
@click.option("--dry-run", is_flag=True, help="Draw only, and say how fair it is; write nothing.")
@json_option
def build(
    folder: Path,
    key: Path,
    roster: Path | None,
    out: Path | None,
    jobs: int | None,
    no_cache: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Draw and prove a set for each candidate of FOLDER, and pack the archives.

    A build that was interrupted goes on. With a longer roster, those who are known keep their sets.
    What takes long is the proof: --dry-run shows in a second what band and overlap make of a draw.
    """
    from bughunt.exam.build import Order, sketch
    from bughunt.exam.keys import read_key
    from bughunt.exam.report import built, built_record, fair
    from bughunt.exam.roster import ROSTER, read_roster

    secret = read_key(key)
    plan, bank = planned(folder)
    order = Order(plan=plan, bank=bank, candidates=read_roster(roster or folder / ROSTER))
    into = out or folder / _BUILD
    if dry_run:
        figures = sketch(order, secret, into)
        _told(as_json, figures, lambda: fair(figures))
        return
    result = _made(order, secret, into, jobs or os.cpu_count() or 1, no_cache, as_json)
    _told(as_json, built_record(result), lambda: built(result))


def _made(order: Order, key: ExamKey, into: Path, jobs: int, no_cache: bool, quiet: bool) -> Built:
    """Build, and tell on the way what is being done."""
    from bughunt.exam.build import build as make
    from bughunt.exam.patience import PatientEvidence
    from bughunt.exam.phases import Phases
    from bughunt.proving.answer_store import Store, default_path

    store = Store(None if no_cache else default_path())
    with (
        contextlib.closing(store),
        Phases(None if quiet else sys.stderr) as phases,
        PatientEvidence(order.bank, store, jobs=jobs, tick=phases.tick) as evidence,
    ):
        return make(order, key, evidence, into, phases)


def _told(as_json: bool, record: object, blocks: Callable[[], tuple[Block, ...]]) -> None:
    from bughunt import report

    if as_json:
        report.write_json(record, sys.stdout)
    else:
        report.write(blocks(), sys.stdout)


@exam.command()
@folder_argument
@key_option
@out_option
@json_option
def verify(folder: Path, key: Path, out: Path | None, as_json: bool) -> None:
    """Hold what was built for FOLDER to what the key has signed, and to plan and bank.

    Exit code 0: everything is as it was made. 1: something is not.
    """
    from bughunt.exam.audit import audit
    from bughunt.exam.keys import read_key
    from bughunt.exam.plan import PLAN, read_plan
    from bughunt.exam.report import audited

    secret = read_key(key)
    plan = read_plan(folder / PLAN)
    found = audit(plan, secret, out or folder / _BUILD)
    _told(as_json, found, lambda: audited(found))
    if found.flaws:
        raise click.exceptions.Exit(BUGS_REMAIN)


@exam.command()
@folder_argument
@click.argument("candidate")
@click.argument("number", metavar="N", type=int)
@key_option
@out_option
def hint(folder: Path, candidate: str, number: int, key: Path, out: Path | None) -> None:
    """Give CANDIDATE the next hint to symptom N, and note its cost.

    CANDIDATE is a student id, or the name of an archive. To take a hint back, lower its number in
    build/hints-given.json.
    """
    from bughunt import report
    from bughunt.exam.hint_record import AT_WORK, give
    from bughunt.exam.own_folder import held
    from bughunt.exam.report import hinted

    built = out or folder / _BUILD
    own = opened_exam(folder, key, out)
    with held(built / AT_WORK):
        given = give(own.plan, own.bank, own.answers, built, candidate, number)
    report.write(hinted(given), sys.stdout)


@exam.command()
@folder_argument
@click.argument("old")
@click.argument("new")
@key_option
@out_option
def rename(folder: Path, old: str, new: str, key: Path, out: Path | None) -> None:
    """Let student id NEW have what was drawn for OLD, which was wrong in the roster."""
    from bughunt import report
    from bughunt.exam.keys import read_key
    from bughunt.exam.renaming import rename as give_over
    from bughunt.exam.report import renamed

    entry = give_over(out or folder / _BUILD, read_key(key), old, new)
    report.write(renamed(entry, folder), sys.stdout)


def opened_exam(folder: Path, key: Path, out: Path | None) -> Exam:
    """Return an exam that was built, with all that opens it; say where its own bank is used."""
    from bughunt.exam.grading.opening import opened
    from bughunt.exam.plan import PLAN, read_plan

    own, note = opened(read_plan(folder / PLAN), key, out or folder / _BUILD)
    if note:
        click.echo(f"{note}.", err=True)
    return own


def planned(folder: Path) -> tuple[Plan, Bank]:
    """Read the plan of an exam, and the bank that it names."""
    from bughunt.exam.plan import PLAN, read_plan

    plan = read_plan(folder / PLAN)
    return plan, load(plan.bank)
