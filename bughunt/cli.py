"""The command line. It only wires the stages together, and is the only module that knows click.

Exit codes: 0 done or all fixed, 1 bugs remain, 2 the call was wrong, 3 the environment is; as in
a shell, 130 after Ctrl-C and 141 when nobody reads the answer.
Stages are imported by the command that needs them: ``--help`` loads none, and nothing here ever
loads torch into this process.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from bughunt import cli_bank, streams
from bughunt.cli_options import BUGS_REMAIN, bank_option, catalogue, json_option, load
from bughunt.errors import BughuntError, EnvironmentProblem, NotAWorkspace

if TYPE_CHECKING:
    from bughunt.manifest import Symptom
    from bughunt.progress import Progress, Step
    from bughunt.progress_report import Explanation
    from bughunt.select import Selection
    from bughunt.spec import Bank
    from bughunt.workspace import Workspace

INTERRUPTED = 130
UNREAD = 141
_MOST_JOBS = 4
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
        try:
            here = _workspace()
        except NotAWorkspace:
            raise click.exceptions.NoArgsIsHelpError(context) from None
        _watch(here, None)


bughunt.add_command(cli_bank.bank)


@bughunt.command()
@bank_option
@json_option
def levels(bank: Path | None, as_json: bool) -> None:
    """List what there is to hunt."""
    from bughunt import report, select

    loaded = load(bank)
    if as_json:
        rows = [select.scope(loaded, level) for level in loaded.levels.values()]
        report.write_json(rows, sys.stdout)
    else:
        report.write(report.levels(loaded), sys.stdout)


@bughunt.command()
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


@bughunt.command()
@click.argument("number", metavar="[N]", required=False, type=int)
@bank_option
@json_option
def check(number: int | None, bank: Path | None, as_json: bool) -> None:
    """Say which symptoms of this workspace are fixed; with N, only that one.

    One that is fixed for the first time is explained, if the bank is as it was.
    Exit code 0: all that were looked at are fixed. 1: bugs remain.
    """
    from bughunt import detector, grade, progress_report, report, workspace

    here = _workspace()
    moment = _now()
    changed_tests = workspace.changed_tests(here)
    symptoms = here.manifest.symptoms if number is None else (_symptom(here, number),)
    with report.working(f"Checking {here.manifest.title}", sys.stderr):
        runs = detector.run_cases(
            here.root, here.manifest.packages, grade.cases(here.root, symptoms), jobs=_MOST_JOBS
        )
    result = grade.grade(symptoms, runs)
    sound = all(test.change == "added" for test in changed_tests)
    fixed = {status.number: status.fixed for status in result.statuses if sound}
    step = _keep(here, moment, lambda progress: progress.with_verdicts(fixed, moment))
    learned = _learned(here, step.newly_fixed, bank)
    if as_json:
        record = {"fixed": result.fixed, "total": result.total, "symptoms": result.statuses}
        record |= {"changed_tests": changed_tests, "explanations": learned}
        report.write_json(record, sys.stdout)
    else:
        told = progress_report.explained(learned)
        report.write(report.checked(here, result, changed_tests, told), sys.stdout)
    if result.fixed < result.total:
        raise click.exceptions.Exit(BUGS_REMAIN)


@bughunt.command()
@bank_option
def watch(bank: Path | None) -> None:
    """Show the symptoms of this workspace, and after each save which of them are fixed.

    Keys: h hint, l list, d diff, a check all, r reset a file, q quit.
    """
    _watch(_workspace(), bank)


@bughunt.command()
@bank_option
def diff(bank: Path | None) -> None:
    """Show what you have changed since the workspace was made."""
    from bughunt import report, workspace

    here = _workspace()
    _keep(here, _now())
    report.write(report.changed(workspace.changes(here, load(bank))), sys.stdout)


@bughunt.command()
@click.argument("number", metavar="N", type=int)
@bank_option
def hint(number: int, bank: Path | None) -> None:
    """Show one more hint to symptom N, of three: the concept, the region, nearly the fix."""
    from bughunt import progress_report, report, workspace

    here = _workspace()
    _symptom(here, number)
    bug = workspace.bugs_of(here, load(bank))[number - 1]
    moment = _now()
    step = _keep(here, moment, lambda progress: progress.with_hint(number, moment))
    taken = len(step.after.trail(number).hints)
    report.write(progress_report.hinted(number, bug, taken), sys.stdout)


@bughunt.command()
@json_option
def status(as_json: bool) -> None:
    """Say how far this hunt is: time, what the last check found, hints and answers taken."""
    from bughunt import progress_report, report

    here = _workspace()
    moment = _now()
    state = progress_report.state(here, _keep(here, moment).after, moment)
    if as_json:
        report.write_json(state, sys.stdout)
    else:
        report.write(progress_report.told(state, moment), sys.stdout)


@bughunt.command()
@click.argument("number", metavar="N", type=int)
@click.option("--yes", is_flag=True, help="Do not ask first.")
@bank_option
def reveal(number: int, yes: bool, bank: Path | None) -> None:
    """Give up on symptom N: show its bug, why it matters and where it happened.

    Of a symptom that a check has seen fixed, nothing is given up, and nothing is asked.
    """
    from bughunt import report, workspace

    here = _workspace()
    symptom = _symptom(here, number)
    bug = workspace.bugs_of(here, loaded := load(bank))[number - 1]
    moment = _now()
    is_fixed = _keep(here, moment).after.trail(number).first_fixed is not None
    if not (yes or is_fixed):
        click.echo(f"Symptom {number}: {symptom.text}", err=True)
        if not _agrees("Show the answer?"):
            click.echo("\nnothing shown; --yes skips the question", err=True)
            return
    _keep(here, moment, lambda progress: progress.with_answer(number, moment))
    report.write(report.revealed(number, bug, workspace.mutation_diff(loaded, bug)), sys.stdout)


@bughunt.command()
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--all", "everything", is_flag=True, help="Every file of the packages.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def reset(file: str | None, everything: bool, yes: bool) -> None:
    """Put FILE back as it was when the workspace was made, bugs included.

    What stood there is kept in .bughunt/backup.
    """
    from bughunt import progress_report, report
    from bughunt import reset as resetting

    if (file is not None) == everything:
        raise click.UsageError("name one FILE, or --all. 'bughunt diff' shows what is changed.")
    here = _workspace()
    moment = _now()
    _keep(here, moment)
    start = resetting.start_files(here)
    left = resetting.added(here, start) if everything else ()
    paths = tuple(start) if file is None else (resetting.named(here, file, start),)
    changed = resetting.differing(here, {path: start[path] for path in paths})
    if changed and not yes:
        click.echo(f"Not as at the start: {', '.join(changed)}", err=True)
        if not _agrees("Put back, and keep a copy?"):
            click.echo("\nnothing changed; --yes skips the question", err=True)
            return
    folder = resetting.put_back(here, {path: start[path] for path in changed}, moment)
    report.write(progress_report.put_back(changed, left, folder), sys.stdout)


@bughunt.command()
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
    from bughunt import impact as costs
    from bughunt import picture, report

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


@bughunt.command()
@bank_option
@json_option
def doctor(bank: Path | None, as_json: bool) -> None:
    """Look at the environment and say what is missing.

    Exit code 3 when something is missing that bughunt cannot do without.
    """
    from bughunt import doctor as examination
    from bughunt import report

    findings = examination.examine(catalogue(bank))
    if as_json:
        report.write_json(findings, sys.stdout)
    else:
        report.write(report.examined(findings), sys.stdout)
    if any(finding.state == "missing" for finding in findings):
        raise click.exceptions.Exit(EnvironmentProblem.exit_code)


def _agrees(question: str) -> bool:
    """Ask; the end of the input is a no."""
    try:
        return click.confirm(question, err=True)
    except click.Abort as error:  # click makes one exception of two
        if isinstance(error.__context__, EOFError):
            return False
        raise


def _workspace() -> Workspace:
    from bughunt.workspace import find_workspace

    return find_workspace(Path.cwd())


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def _keep(
    workspace: Workspace, moment: datetime, change: Callable[[Progress], Progress] | None = None
) -> Step:
    """Note in the progress of the hunt what happened at this moment."""
    from bughunt import progress

    step = progress.update(workspace, moment, change)
    for warning in step.warnings:
        click.echo(f"warning: {warning}", err=True)
    return step


def _learned(here: Workspace, numbers: Sequence[int], path: Path | None) -> tuple[Explanation, ...]:
    """Return what was behind these symptoms; nothing, if the bank is not what they came from."""
    from bughunt import workspace
    from bughunt.progress_report import Explanation

    if not numbers:
        return ()
    try:
        bank = load(path)
        workspace.pristine(here, bank)
        bugs = workspace.bugs_of(here, bank)
    except BughuntError:
        return ()
    answers = ((number, bugs[number - 1]) for number in numbers)
    return tuple(Explanation(number, bug.explanation, bug.reference) for number, bug in answers)


def _watch(here: Workspace, path: Path | None) -> None:
    from bughunt import desk, terminal, workspace

    terminal.check_terminal()
    answers = desk.Bank(
        bugs=lambda: workspace.bugs_of(here, load(path)),
        learned=lambda numbers: _learned(here, numbers, path),
    )
    desk.watch(here, answers)


def _symptom(workspace: Workspace, number: int) -> Symptom:
    symptoms = workspace.manifest.symptoms
    for symptom in symptoms:
        if symptom.number == number:
            return symptom
    raise click.BadParameter(
        f"there is no symptom {number}; this workspace has 1 to {len(symptoms)}.", param_hint="'N'"
    )
