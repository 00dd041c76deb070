"""The commands of ``bughunt bank`` that make an edited copy, or a proposal, into a bug."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bughunt.commands.options import bank_option, json_option, load

if TYPE_CHECKING:
    from bughunt.authoring.deriving import Derived
    from bughunt.authoring.edited_tree import Edited
    from bughunt.authoring.proposals import Proposals
    from bughunt.spec import Bank
    from bughunt.survey.mutants import Mutant

_NOTHING = "Nothing was chosen, and nothing is written."


def _place(_: click.Context, option: click.Parameter, value: str | None) -> tuple[str, int] | None:
    """Read FILE:LINE."""
    if value is None:
        return None
    path, _colon, line = value.rpartition(":")
    if not path or not line.isdigit() or int(line) < 1:
        text = f"'{value}' is no place. Write FILE:LINE, as in nanochat/gpt.py:120."
        raise click.BadParameter(text, param=option)
    return path, int(line)


def _topics(_: click.Context, _option: click.Parameter, value: str | None) -> tuple[str, ...]:
    return _words(value or "")


def field_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options for what an author says of a bug."""
    for option in (
        click.option("--symptom", metavar="TEXT", help="What a user would report."),
        click.option("--topics", metavar="A,B", callback=_topics, help="What one learns from it."),
        click.option("--difficulty", type=click.IntRange(1, 5), help="1 (easy) to 5 (hard)."),
        click.option("--law", metavar="NAME", help="Its detector: tests/detectors/test_NAME.py."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@bank_option
def scratch(folder: Path, bank: Path | None) -> None:
    """Copy the clean packages to FOLDER, to be edited and given to 'bank new --from FOLDER'."""
    from bughunt.authoring.addition_report import bank_words
    from bughunt.authoring.edited_tree import write_scratch
    from bughunt.report import shown

    loaded = load(bank)
    written = shown(write_scratch(loaded, folder))
    click.echo(f"Clean copy in {written}. Edit it as the bug would have it, then:")
    source = f"--from {shlex.quote(written)}{bank_words(loaded)}"
    click.echo(f"  bughunt bank new NAME_OF_THE_BUG {source}")


@click.command()
@click.argument("bug", metavar="ID")
@click.option(
    "--from",
    "folder",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="An edited copy of the packages.",
)
@click.option("--diff", metavar="FILE", type=click.File("rb"), help="A diff; '-' is the input.")
@click.option("--at", metavar="FILE:LINE", callback=_place, help="Choose a change of this line.")
@click.option("--take", metavar="N", type=click.IntRange(1), help="The N-th change, with --at.")
@field_options
@bank_option
@json_option
def new(
    bug: str,
    folder: Path | None,
    diff: Any,
    at: tuple[str, int] | None,
    take: int | None,
    bank: Path | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """Make an edited copy of the clean code into a bug: its entry, and the start of its detector.

    The edits are found in the difference to the clean code. What is not said by options, or asked
    for on a terminal, is marked in levels.yaml as still to be written.
    """
    if sum(it is not None for it in (folder, diff, at)) != 1:
        raise click.UsageError("Give one of --from FOLDER, --diff FILE and --at FILE:LINE.")
    if take is not None and at is None:
        raise click.UsageError("--take N chooses among the changes of --at FILE:LINE.")
    from bughunt.authoring import additions

    loaded = load(bank)
    additions.check_id(loaded, bug)
    if at is not None:
        from bughunt.authoring.candidates import at_line

        derived = _chosen(loaded, at_line(loaded, *at), take)
    else:
        derived = additions.edits_of(loaded, _edited(loaded, folder, diff))
    write_bug(loaded, bug, derived, as_json=as_json, **fields)


@click.command()
@click.argument("target", metavar="TARGET")
@click.option("--limit", metavar="N", default=20, show_default=True, type=click.IntRange(1))
@click.option("--take", metavar="N", type=click.IntRange(1), help="Make the N-th into a bug.")
@click.option("--as", "bug", metavar="ID", help="The id of that bug.")
@field_options
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Default: one for each core.")
@click.option("--no-cache", is_flag=True, help="Run everything again.")
@bank_option
@json_option
def propose(
    target: str,
    limit: int,
    take: int | None,
    bug: str | None,
    jobs: int | None,
    no_cache: bool,
    bank: Path | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """List small changes of TARGET that might become bugs, with what every law says of them.

    TARGET is what an edit names, as in nanochat/gpt.py::CausalSelfAttention. The best come first:
    those that crash nothing, and that one law sees, or none yet. With --take, or on a terminal,
    one of them is made into a bug.
    """
    if take is not None and bug is None:
        raise click.UsageError("--take N needs an id for the bug: --as ID.")
    from bughunt import report
    from bughunt.authoring import addition_report, additions
    from bughunt.authoring.proposals import propose
    from bughunt.survey.survivors import default_cache

    loaded = load(bank)
    if bug is not None:
        additions.check_id(loaded, bug)
    with report.progress("Trying changes", sys.stderr) as tick:
        cache = None if no_cache else default_cache()
        found = propose(loaded, target, jobs=jobs or os.cpu_count() or 1, cache=cache, tick=tick)
    if take is None and as_json:
        report.write_json(addition_report.proposals_data(found), sys.stdout)
        return
    if take is None:
        report.write(addition_report.proposed(loaded, found, limit), sys.stdout)
        if not sys.stdin.isatty():
            return
        take = ask_number(len(found.candidates))
        bug = bug or click.prompt("Id of the bug", err=True)
        additions.check_id(loaded, bug)
    _take(loaded, found, take, str(bug), as_json=as_json, **fields)


def _take(
    bank: Bank, found: Proposals, number: int, bug: str, *, law: str | None, **how: Any
) -> None:
    """Make a candidate into a bug; the one law that sees it is its detector."""
    mutants = [candidate.mutant for candidate in found.candidates]
    derived = edits_of_mutant(bank, mutants, number)
    laws = [notice.law for notice in found.candidates[number - 1].notices]
    write_bug(bank, bug, derived, law=law or (laws[0] if len(laws) == 1 else None), **how)


def _edited(bank: Bank, folder: Path | None, diff: Any) -> Edited:
    from bughunt.authoring import edited_tree

    if folder is not None:
        return edited_tree.from_folder(bank, folder)
    return edited_tree.from_diff(bank, _diff_text(diff))


def _diff_text(diff: Any) -> str:
    """Read a diff, from a pipe as well; one without end is refused."""
    from bughunt.errors import BankError
    from bughunt.yaml_document import MOST_BYTES

    try:
        content = diff.read(MOST_BYTES + 1)
    except OSError as error:
        text = f"{diff.name}: cannot be read: {error.strerror}. Name a file with a diff."
        raise BankError([text]) from None
    if len(content) > MOST_BYTES:
        text = f"{diff.name}: is larger than {MOST_BYTES // 1_000_000} MB. Name a file with a diff."
        raise BankError([text])
    return content.decode("utf-8", errors="surrogateescape")  # type: ignore[no-any-return]


def _chosen(bank: Bank, found: Sequence[Mutant], take: int | None) -> Derived:
    """Show changes, have one chosen, and return its edits."""
    from bughunt import report
    from bughunt.authoring.addition_report import choices

    if take is None:
        report.write(choices(found), sys.stderr)
        take = ask_number(len(found))
    return edits_of_mutant(bank, found, take)


def edits_of_mutant(bank: Bank, found: Sequence[Mutant], number: int) -> Derived:
    """Return the edits that make the change with this number."""
    from bughunt.authoring.additions import edits_of
    from bughunt.authoring.edited_tree import Edited
    from bughunt.errors import SelectionError
    from bughunt.mutate import clean_tree

    if number > len(found):
        raise SelectionError(f"there is no change {number}. Choose from 1 to {len(found)}.")
    mutant = found[number - 1]
    text = mutant.apply(clean_tree(bank)[mutant.path])
    return edits_of(bank, Edited({mutant.path: text}))


def ask_number(highest: int) -> int:
    """Ask for a number from 1; the end of the input chooses nothing."""
    try:
        return int(click.prompt("Which one?", type=click.IntRange(1, highest), err=True))
    except click.Abort:
        click.echo(f"\n{_NOTHING}", err=True)
        raise click.exceptions.Exit(1) from None


def write_bug(
    bank: Bank,
    bug: str,
    derived: Derived,
    *,
    as_json: bool,
    law: str | None,
    **fields: Any,
) -> None:
    """Write a bug, and say what is still to be done."""
    from bughunt import report
    from bughunt.authoring import addition_report, additions
    from bughunt.authoring.entry import Entry

    if sys.stdin.isatty() and not as_json:
        law, fields = _asked(law, fields)
    known = {name: value for name, value in fields.items() if value}
    detector = law or additions.unwritten_law(bank)
    added = additions.add(bank, Entry(id=bug, edits=derived.edits, detector=detector, **known))
    for note in derived.notes:
        click.echo(note, err=True)
    if as_json:
        report.write_json(addition_report.added_data(added), sys.stdout)
    else:
        report.write(addition_report.added(added), sys.stdout)


def _asked(law: str | None, fields: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Ask for what no option says; an empty answer leaves it for later."""
    click.echo("Enter leaves a question for later.", err=True)

    def ask(question: str) -> str:
        return str(click.prompt(question, default="", show_default=False, err=True)).strip()

    try:
        fields["symptom"] = fields["symptom"] or ask("Symptom, as a user would report it")
        fields["topics"] = fields["topics"] or _words(ask("Topics, with commas between them"))
        law = law or ask("Law of its detector, in_lower_case")
    except click.Abort:
        click.echo("", err=True)
    return law, fields


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
