"""The commands of ``bughunt bank``, for those who write bugs."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bughunt.commands.options import BUGS_REMAIN, bank_option, json_option, load

if TYPE_CHECKING:
    from bughunt.proving.evidence import Evidence
    from bughunt.proving.proof import Proof
    from bughunt.spec import Bank, Bug


def _in_a_folder(_: click.Context, option: click.Parameter, value: str | None) -> Path | None:
    """Insist, before the work, on a folder for the file that it is to end in."""
    if value is None:
        return None
    if Path(value).is_dir() or not Path(value).parent.is_dir():
        text = f"'{value}' is no place for a file. Name a file in a folder that exists."
        raise click.BadParameter(text, param=option)
    return Path(value)


@click.group()
def bank() -> None:
    """Prove, and look into, a bank of bugs: for instructors; the answers are shown."""


@bank.command()
@click.option("--bug", metavar="BUG", help="Only what concerns this bug.")
@click.option("--seeds", metavar="N", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--triples", metavar="N", default=100, show_default=True, type=click.IntRange(0))
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Default: one for each core.")
@click.option("--no-cache", is_flag=True, help="Run everything again.")
@click.option("--verbose", is_flag=True, help="Show the matrix of bugs and detectors.")
@click.option("--write-conflicts", is_flag=True, help="Write what is found to levels.yaml.")
@click.option("--html", metavar="FILE", callback=_in_a_folder, help="Write a page to look at.")
@click.option("--sarif", metavar="FILE", callback=_in_a_folder, help="Write SARIF, for CI.")
@click.option(
    "--mutation-report",
    metavar="FILE",
    callback=_in_a_folder,
    help="Write JSON for viewers of mutation testing.",
)
@click.option("--annotations", is_flag=True, help="Say it as GitHub's workflow commands.")
@click.option("--watch", is_flag=True, help="Prove --bug again after each save, until Ctrl-C.")
@bank_option
@json_option
def verify(
    bug: str | None,
    seeds: int,
    triples: int,
    jobs: int | None,
    no_cache: bool,
    write_conflicts: bool,
    watch: bool,
    bank: Path | None,
    **how: Any,
) -> None:
    """Prove that the bugs of a bank are good ones, or say what is wrong with it.

    Exit code 0: everything holds. 1: something does not.
    """
    if bug is not None and write_conflicts:
        text = "--write-conflicts belongs to the whole bank. Leave --bug out."
        raise click.UsageError(text)
    if how["annotations"] and how["as_json"]:
        raise click.UsageError("--json and --annotations both write to the standard output.")
    if watch:
        if bug is None or how["as_json"]:
            raise click.UsageError("--watch is for people, and for one bug. Add --bug BUG.")
        _watch(bank, bug, jobs, no_cache, seeds=seeds, triples=triples)
        return
    from bughunt import report
    from bughunt.proving import conflict_list, verify
    from bughunt.proving.answer_store import Store, default_path
    from bughunt.proving.evidence import Evidence, Runners

    loaded = load(bank)
    jobs = jobs or os.cpu_count() or 1
    store = Store(None if no_cache else default_path())
    with contextlib.closing(store), Runners() as runners:
        if bug is not None and bug in loaded.bugs and not (how["as_json"] or how["annotations"]):
            with Evidence(loaded, store, jobs=jobs, runners=runners) as evidence:
                _look(loaded, evidence, loaded.bugs[bug], seeds)
        with (
            report.progress("Proving", sys.stderr) as tick,
            Evidence(loaded, store, jobs=jobs, tick=tick, runners=runners) as evidence,
        ):
            proof = verify.prove(loaded, evidence, seeds=seeds, triples=triples, only=bug)
    _report_proof(loaded, proof, **how)
    if write_conflicts:
        missing = [it for it in proof.conflicts if not loaded.conflict_in(it.bugs)]
        conflict_list.add(loaded, missing)
        text = f"{len(missing)} conflicts written to {loaded.label}. Verify it again."
        click.echo(text if missing else "no conflict to write", err=True)
    if not proof.holds:
        raise click.exceptions.Exit(BUGS_REMAIN)


def _look(bank: Bank, evidence: Evidence, bug: Bug, seeds: int) -> None:
    """Tell within seconds whether a bug holds alone."""
    from bughunt import report
    from bughunt.proving import first_look

    with report.working(f"Looking at '{bug.id}' alone", sys.stderr):
        findings = first_look.first_look(bank, evidence, bug, seeds=seeds)
    report.write(first_look.told(bug, findings, seeds), sys.stdout)
    click.echo()


def _watch(bank: Path | None, bug: str, jobs: int | None, no_cache: bool, **how_much: int) -> None:
    """Show the proof of one bug, and again after each save."""
    from threading import Event

    from bughunt import report
    from bughunt.authoring.watching import Prover, after_each_save
    from bughunt.errors import BankError
    from bughunt.proving import report as proof_report
    from bughunt.proving.answer_store import Store, default_path
    from bughunt.proving.evidence import Runners

    first = load(bank)
    store = Store(None if no_cache else default_path())
    with contextlib.closing(store), Runners() as runners:
        prover = Prover(first.path, bug, store, runners, jobs or os.cpu_count() or 1)

        def show() -> None:
            try:
                loaded, proof = prover.prove(**how_much)
                report.write(proof_report.proved(loaded, proof), sys.stdout)
            except BankError as error:
                click.echo(f"error: {error}")
            click.echo(f"\nWatching {first.label}. Ctrl-C ends it.\n")

        after_each_save(first, show, click.echo, Event())


def _report_proof(
    bank: Bank,
    proof: Proof,
    *,
    html: Path | None,
    sarif: Path | None,
    mutation_report: Path | None,
    annotations: bool,
    as_json: bool,
    verbose: bool,
) -> None:
    """Write the files that are asked for, and say it on the standard output in one way."""
    from bughunt import report
    from bughunt.placement import place_file
    from bughunt.proving import exchange as proof_exchange
    from bughunt.proving import report as proof_report

    if html is not None:
        from bughunt.proving import page as proof_page

        place_file(proof_page.page(bank, proof).encode(), html)
    if sarif is not None:
        place_file(report.json_text(proof_exchange.sarif(proof)).encode(), sarif)
    if mutation_report is not None:
        record = proof_exchange.mutation_testing_report(bank, proof)
        place_file(report.json_text(record).encode(), mutation_report)
    if annotations:
        for command in proof_exchange.annotations(proof):
            click.echo(command)
    elif as_json:
        report.write_json(proof_exchange.proof_json(proof), sys.stdout)
    else:
        report.write(proof_report.proved(bank, proof, verbose=verbose), sys.stdout)


@bank.command()
@click.option(
    "--module", "modules", metavar="FILE", multiple=True, help="Default: all but scripts."
)
@click.option("--line", metavar="N", type=click.IntRange(1), help="Only mutants on this line.")
@click.option("--sample", metavar="N", type=click.IntRange(1), help="At most N of each module.")
@click.option("--seed", metavar="S", default=0, show_default=True, help="Of --sample.")
@click.option("--detectors-only", is_flag=True, help="Do not run the tests of the packages.")
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Default: one for each core.")
@click.option("--no-cache", is_flag=True, help="Run everything again.")
@click.option(
    "--at-least", metavar="PERCENT", type=click.FloatRange(0, 100), help="Score to reach."
)
@bank_option
@json_option
def survivors(
    bank: Path | None,
    jobs: int | None,
    no_cache: bool,
    at_least: float | None,
    as_json: bool,
    **which: Any,
) -> None:
    """Change the clean code in every small way, and list the changes that nothing notices.

    Exit code 1: a module that was named, or all together, scores less than --at-least.
    """
    from bughunt import report
    from bughunt.survey import report as survivors_report
    from bughunt.survey import survivors

    loaded = load(bank)
    choice = survivors.Choice(**which)
    with report.progress("Running mutants", sys.stderr) as tick:
        result = survivors.survey(
            loaded,
            choice,
            jobs=jobs or os.cpu_count() or 1,
            cache=None if no_cache else survivors.default_cache(),
            tick=tick,
        )
    if as_json:
        report.write_json(survivors_report.as_data(result), sys.stdout)
    else:
        report.write(survivors_report.surveyed(result), sys.stdout)
    if at_least is not None and survivors.lowest_score(result, choice) < at_least:
        raise click.exceptions.Exit(BUGS_REMAIN)
