"""The commands of ``bughunt bank`` that an author needs while a bug is being written."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bughunt.commands.options import BUGS_REMAIN, bank_option, catalogue, json_option


@click.command()
@click.argument(
    "files", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, path_type=Path)
)
@bank_option
@json_option
def lint(files: tuple[Path, ...], bank: Path | None, as_json: bool) -> None:
    """Say what is wrong with a bank, as far as that can be said without running anything.

    FILE is a levels.yaml, or any file of a bank: source or detector. So a commit hook can pass
    what is committed. Exit code 1: something is wrong.
    """
    if files and bank is not None:
        raise click.UsageError("FILE and --bank both name the bank. Leave one of them out.")
    from bughunt import report
    from bughunt.authoring.lint import catalogues, lint

    chosen = catalogues(files) if files else (catalogue(bank),)
    complaints = [complaint for path in chosen for complaint in lint(path)]
    if as_json:
        report.write_json(complaints, sys.stdout)
    else:
        for it in complaints:
            click.echo(f"{it.file}:{it.line}: {it.text}")
    if complaints:
        raise click.exceptions.Exit(BUGS_REMAIN)
