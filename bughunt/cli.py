"""The command line: only it and its commands know click, and they only wire the stages together.

Exit codes: 0 done or all fixed, 1 bugs remain, 2 the call was wrong, 3 the environment is; as in
a shell, 130 after Ctrl-C and 141 when nobody reads the answer.
Stages are imported by the command that needs them: ``--help`` loads none, and nothing here ever
loads torch into this process.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from bughunt import streams
from bughunt.commands import authoring, bank, choosing, exam, grading, hunting, measuring, writing
from bughunt.commands.options import bank_option, catalogue, json_option
from bughunt.errors import BughuntError, EnvironmentProblem

INTERRUPTED = 130
UNREAD = 141


class _Commands(click.Group):
    """A group that turns what a user can cause into a message and an exit code."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _ending():  # --help and --version are answered in here
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _ending():
            return super().invoke(ctx)


@contextlib.contextmanager
def _ending() -> Iterator[None]:
    """Raise ``Exit`` with its code for what a user can cause, after telling him."""
    try:
        yield
    except BughuntError as error:
        raise _told(error) from error
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        raise click.exceptions.Exit(error.exit_code) from error
    except (KeyboardInterrupt, click.Abort):
        raise click.exceptions.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        streams.abandon_output()
        raise click.exceptions.Exit(UNREAD) from None
    except OSError as error:
        if error.filename is not None:  # a file has a name, and the stages look after theirs
            raise
        streams.abandon_output()
        text = f"standard output: cannot be written: {error.strerror}. Write it elsewhere."
        raise _told(EnvironmentProblem(text)) from None


def _told(error: BughuntError) -> click.exceptions.Exit:
    with contextlib.suppress(OSError):  # the exit code still tells
        click.echo(f"error: {error}", err=True)
    return click.exceptions.Exit(error.exit_code)


def main() -> None:
    """Run the command line of this process."""
    # A command is over before its garbage matters, and scanning libcst's classes takes a quarter
    # of the time of materialize, half of that when the process ends.
    gc.disable()
    atexit.register(gc.freeze)
    streams.prepare()
    bughunt(prog_name="bughunt")


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="bughunt", message="bughunt %(version)s")
@click.pass_context
def bughunt(context: click.Context) -> None:
    """Hunt bugs in a language model: you see symptoms, you fix causes.

    Without a command, inside a workspace: the same as 'bughunt watch'.
    """
    try:
        Path.cwd()
    except FileNotFoundError:
        text = "the current folder is gone. Change into one that exists, such as 'cd ~'."
        raise EnvironmentProblem(text) from None
    if context.invoked_subcommand is None:
        if not hunting.is_in_workspace():
            raise click.exceptions.NoArgsIsHelpError(context)
        hunting.watch_workspace(hunting.this_workspace(), None)


@click.command()
@bank_option
@json_option
@click.option(
    "--sandbox", is_flag=True, help="Attack the jail for untrusted code instead, in a minute."
)
def doctor(bank: Path | None, as_json: bool, sandbox: bool) -> None:
    """Look at the environment and say what is missing.

    Exit code 3 when something is missing that bughunt cannot do without, or when an attack on the
    jail got through.
    """
    from bughunt import doctor as examination
    from bughunt import report

    if sandbox:
        _attack_the_jail(as_json)
        return
    findings = examination.examine(catalogue(bank))
    if as_json:
        report.write_json(findings, sys.stdout)
    else:
        report.write(report.examined(findings), sys.stdout)
    if any(finding.state == "missing" for finding in findings):
        raise click.exceptions.Exit(EnvironmentProblem.exit_code)


def _attack_the_jail(as_json: bool) -> None:
    """Let every attack of the corpus happen in the strongest tier; show what became of it."""
    from bughunt import report
    from bughunt.jail import report as jail_report
    from bughunt.jail.corpus import Range, attacks
    from bughunt.jail.strength import strongest

    strength = strongest()
    with Range(strength.required()) as firing_range:
        results = [firing_range.suffer(attack) for attack in attacks()]
    if as_json:
        report.write_json(jail_report.as_data(strength, results), sys.stdout)
    else:
        report.write(jail_report.attacked(strength, results), sys.stdout)
    if any(result.got_through for result in results):
        raise click.exceptions.Exit(EnvironmentProblem.exit_code)


_COMMANDS: tuple[click.Command, ...] = (
    choosing.levels,
    choosing.materialize,
    hunting.watch,
    hunting.check,
    hunting.hint,
    hunting.status,
    hunting.diff,
    hunting.reset,
    hunting.reveal,
    measuring.impact,
    bank.bank,
    exam.exam,
    doctor,
)
for _command in _COMMANDS:
    bughunt.add_command(_command)
for _command in (
    authoring.scratch,
    authoring.new,
    authoring.propose,
    writing.lint,
    writing.preview,
    writing.schema,
    writing.init,
    writing.operators,
    writing.catalogue_page,
):
    bank.bank.add_command(_command)
for _command in (grading.grade, grading.appeal, grading.void):
    exam.exam.add_command(_command)
