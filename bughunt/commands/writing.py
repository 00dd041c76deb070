"""The commands of ``bughunt bank`` that an author needs while a bug is being written."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from bughunt.commands.options import BUGS_REMAIN, bank_option, catalogue, json_option, load


@click.command()
@click.argument(
    "files", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, path_type=Path)
)
@bank_option
@json_option
def lint(files: tuple[Path, ...], bank: Path | None, as_json: bool) -> None:
    """Say what is wrong with a bank, as far as that can be said without running anything.

    FILE is a levels.yaml, or any file of a bank: source or detector. So a commit hook can pass
    what is committed; a file of no bank is told, and is no fault. A note, such as that a detector
    leaves room for made-up data in an exam, is no fault either. Exit code 1: something is wrong.
    """
    if files and bank is not None:
        raise click.UsageError("FILE and --bank both name the bank. Leave one of them out.")
    from bughunt import report
    from bughunt.authoring.lint import catalogues, looked_at
    from bughunt.authoring.report import complained, without_fault

    for file in files:
        if not catalogues([file]):
            click.echo(f"{file}: of no bank: no levels.yaml beside it or above.", err=True)
    chosen = catalogues(files) if files else (catalogue(bank),)
    linted = [looked_at(path) for path in chosen]
    complaints = [complaint for it in linted for complaint in it.complaints]
    if as_json:
        report.write_json(complaints, sys.stdout)
    else:
        for complaint in complaints:
            click.echo(complained(complaint))
    for it in linted:
        if not it.complaints:
            click.echo(without_fault(it), err=True)
    if not all(complaint.is_note for complaint in complaints):
        raise click.exceptions.Exit(BUGS_REMAIN)


@click.command()
@click.argument("bug", metavar="BUG")
@bank_option
@json_option
def preview(bug: str, bank: Path | None, as_json: bool) -> None:
    """Show BUG as its author has to see it: the change, the words around it, and all that is told.

    Nothing is run. Exit code 1: 'bughunt bank lint' complains of it.
    """
    from bughunt import report
    from bughunt.authoring import report as authoring_report
    from bughunt.authoring.preview import preview

    seen = preview(load(bank), bug)
    if as_json:
        report.write_json(seen, sys.stdout)
    else:
        report.write(authoring_report.previewed(seen), sys.stdout)
    if seen.complaints:
        raise click.exceptions.Exit(BUGS_REMAIN)


@click.command()
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def schema(out: Path | None) -> None:
    """Write the JSON Schema of levels.yaml, with the operators that are installed.

    An editor finds it by the first line of levels.yaml:
    '# yaml-language-server: $schema=levels.schema.json'.
    """
    from bughunt.authoring.schema import schema_text
    from bughunt.placement import place_file

    if out is None:
        click.echo(schema_text(), nl=False)
    else:
        place_file(schema_text().encode(), out)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--package", metavar="NAME", help="A package in FOLDER. Default: a small example.")
def init(folder: Path, package: str | None) -> None:
    """Start a bank in FOLDER, with one bug and its detector. Nothing is overwritten."""
    from bughunt import report
    from bughunt.authoring.starting import start

    for file in start(folder, package):
        click.echo(f"written: {report.shown(file)}")
    click.echo(f"Next: bughunt bank verify --bank {report.shown(folder)}")


@click.command()
@json_option
def operators(as_json: bool) -> None:
    """List the operators that an edit can name, and try the examples of each.

    Exit code 1: one of them does not do what it shows.
    """
    from bughunt import report
    from bughunt.authoring import report as authoring_report
    from bughunt.authoring.operators import tried_operators

    tried = tried_operators()
    if as_json:
        report.write_json(tried, sys.stdout)
    else:
        report.write(authoring_report.tried(tried), sys.stdout)
    if any(it.faults for it in tried):
        raise click.exceptions.Exit(BUGS_REMAIN)


@click.command(name="catalogue")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@bank_option
def catalogue_page(out: Path | None, bank: Path | None) -> None:
    """Write all bugs on one page, in Markdown, for instructors: the answers are on it."""
    from bughunt.authoring.addition_report import bank_words
    from bughunt.authoring.catalogue_page import page
    from bughunt.placement import place_file

    loaded = load(bank)
    to_file = "" if out is None else f" --out {shlex.quote(out.as_posix())}"
    text = page(loaded, command=f"bughunt bank catalogue{bank_words(loaded)}{to_file}")
    if out is None:
        click.echo(text, nl=False)
    else:
        place_file(text.encode(), out)
