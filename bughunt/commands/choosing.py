"""The commands that show and choose what to hunt."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from bughunt.commands.options import bank_option, json_option, load

if TYPE_CHECKING:
    from bughunt.select import Selection
    from bughunt.spec import Bank

_SEEDS = 1_000_000


class _Choice(NamedTuple):
    """The ways to choose bugs, of which exactly one is taken."""

    level: str | None
    bugs: str | None
    number: int | None
    seed: int | None
    topics: tuple[str, ...] | None
    difficulty: tuple[int, int] | None

    def check(self) -> None:
        """Insist on one way."""
        if sum(way is not None for way in (self.level, self.bugs, self.number)) != 1:
            text = "choose bugs with one of --level, --bugs and --random"
            raise click.UsageError(f"{text}. 'bughunt levels' lists the levels.")
        if self.number is None:
            for name in ("seed", "topics", "difficulty"):
                if getattr(self, name) is not None:
                    text = f"--{name} belongs to --random. Leave it out, or add --random N."
                    raise click.UsageError(text)

    def select(self, bank: Bank) -> tuple[Selection, str]:
        """Return the chosen bugs, and the name of the folder for them."""
        import random

        from bughunt import select

        if self.level is not None:
            return select.select_level(bank, self.level), f"bughunt-{self.level}"
        if self.bugs is not None:
            return select.select_bugs(bank, _words(self.bugs)), "bughunt-own"
        assert self.number is not None
        seed = random.randrange(_SEEDS) if self.seed is None else self.seed
        terms = select.Terms(self.topics or (), self.difficulty)
        return select.select_random(bank, self.number, seed, terms), f"bughunt-random-{seed}"


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _topics(_context: click.Context, _option: object, text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    if not (topics := tuple(_words(text))):
        raise click.BadParameter("no topic is named. 'bughunt levels' shows some.")
    return topics


def _span(_context: click.Context, _option: object, text: str | None) -> tuple[int, int] | None:
    """Read ``2-4``, or ``3`` for ``3-3``."""
    if text is None:
        return None
    ends = re.fullmatch(r"([1-5])(?:-([1-5]))?", text)
    if ends is None or ends[1] > (ends[2] or ends[1]):
        raise click.BadParameter(f"'{text}' is no range within 1-5. Write one such as 2-4.")
    return int(ends[1]), int(ends[2] or ends[1])


@click.command()
@bank_option
@json_option
def levels(bank: Path | None, as_json: bool) -> None:
    """List what there is to hunt, and how far the hunts in this folder are."""
    from bughunt import hunts, report

    loaded = load(bank)
    standing = hunts.hunts_in(Path.cwd(), loaded)
    if as_json:
        report.write_json(report.levels_record(loaded, standing), sys.stdout)
    else:
        report.write(report.levels(loaded, standing), sys.stdout)


@click.command()
@click.argument("destination", metavar="[DEST]", required=False, type=click.Path(path_type=Path))
@click.option("--level", metavar="NAME", help="The bugs of a level; 'bughunt levels' lists them.")
@click.option("--bugs", metavar="A,B", help="These bugs, by id.")
@click.option("--random", "number", metavar="N", type=int, help="N bugs, drawn with --seed.")
@click.option("--seed", metavar="S", type=int, help="Seed of --random. Default: a new one.")
@click.option("--topics", metavar="A,B", callback=_topics, help="Draw bugs with one of these.")
@click.option("--difficulty", metavar="A-B", callback=_span, help="Draw bugs from A (1) to B (5).")
@click.option("--force", is_flag=True, help="Replace a workspace that stands at DEST.")
@bank_option
def materialize(destination: Path | None, bank: Path | None, force: bool, **options: Any) -> None:
    """Write a workspace with bugs to DEST.

    Choose them with one of --level, --bugs and --random. DEST is bughunt-NAME for a level NAME,
    otherwise bughunt-own or bughunt-random-S.
    """
    from bughunt import report, workspace

    choice = _Choice(**options)
    choice.check()
    loaded = load(bank)
    selection, name = choice.select(loaded)
    made = workspace.materialize(loaded, selection, destination or Path(name), force=force)
    report.write(report.materialized(selection, made.root), sys.stdout)
