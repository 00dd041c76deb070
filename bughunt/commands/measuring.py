"""The command that shows what a bug costs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bughunt.commands.options import bank_option, json_option, load


@click.command()
@click.argument("bug", metavar="BUG")
@click.option(
    "--minutes",
    metavar="M",
    default=1.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="About how long to run, both sides together.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where the picture goes: .png, .svg or .pdf. Default: impact-BUG.png.",
)
@click.option(
    "--steps",
    metavar="N",
    type=click.IntRange(min=1),
    help="Run so many steps, however long they take. The same N gives the same numbers.",
)
@click.option("--seed", metavar="S", default=0, show_default=True, help="Of data and weights.")
@bank_option
@json_option
def impact(bug: str, out: Path | None, bank: Path | None, as_json: bool, **how: Any) -> None:
    """Show what BUG costs: run the clean code and the code with it, and draw both curves.

    This is for instructors: the picture and the numbers give away what the bug does.
    """
    from bughunt import report
    from bughunt.measuring import impact as costs
    from bughunt.measuring import picture

    loaded = load(bank)
    chosen = costs.find_bug(loaded, bug)
    file = out or Path(f"impact-{bug}.png")
    picture.check_destination(file)
    with report.working(f"Running the code without and with {bug}", sys.stderr):
        result = costs.measure(loaded, chosen, **how)
        picture.draw(result, file)
    if as_json:
        measures = {
            name: {"clean": result.clean.final(name), "bug": result.bugged.final(name)}
            for name in result.measures
        }
        record = {"telling": result.telling, "final": measures, "picture": str(file)}
        report.write_json({**record, "impact": result}, sys.stdout)
    else:
        report.write(report.measured(result, file), sys.stdout)
