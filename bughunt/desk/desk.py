"""The hunter's desk: saves, verdicts and keys come in, a view goes out."""

from __future__ import annotations

import contextlib
import gc
import io
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from time import monotonic

import msgspec

from bughunt import progress, progress_report, report, reset
from bughunt.dependence import Saves
from bughunt.desk.asking import Asker, CaseKey, Ended, OfLaws, Over
from bughunt.desk.dialogue import Action, Dialogue
from bughunt.desk.guard import Guard
from bughunt.desk.saves import Follower, Gone, Place, Polling, Saved, follow
from bughunt.desk.screen import INDENT, Page, View, draw, listing, numbers
from bughunt.desk.terminal import Key, Terminal
from bughunt.desk.watching import Watch, begin
from bughunt.detector import Case
from bughunt.errors import BughuntError
from bughunt.general_laws import Question
from bughunt.grade import cases
from bughunt.progress import Progress
from bughunt.progress_report import Explanation
from bughunt.report import Block
from bughunt.workspace import Workspace, changed_tests

_MOST_JOBS = 4
MORE = "leave this page and press h for one more"
_ONE_SAVE = 2.0  # seconds within which saves belong together


Hints = Callable[[int], Sequence[Block]]  # shows as many as are taken


class Bank(msgspec.Struct, frozen=True):
    """What only the bank of a workspace knows; both may raise ``BughuntError``."""

    hints: Callable[[int], Hints]  # to the symptom of this number
    learned: Callable[[Sequence[int]], Sequence[Explanation]]  # of symptoms that are fixed
    has_hints: bool = True


class Line(msgspec.Struct, frozen=True):
    """A line to those who run detectors: what to ask, and that it is not wanted any more."""

    ask: Callable[[Mapping[CaseKey, Case]], None]
    cancel: Callable[[], None]


class Desk:
    """All that a watch does but for the terminal, the server and the file events."""

    def __init__(
        self,
        workspace: Workspace,
        bank: Bank,
        *,
        symptoms: Line,
        laws: Line,
        size: Callable[[], tuple[int, int]],
    ) -> None:
        self.is_done = False
        self.error: BughuntError | None = None
        self._workspace, self._bank = workspace, bank
        self._symptoms, self._laws, self._size = symptoms, laws, size
        self._is_running = self._runs_laws = self._is_stuck = False
        self._keeps_note = False  # over the save that it is about
        self._fresh: set[int] = set()  # who has answered since the last time that all had
        self._saved: tuple[str, ...] = ()
        self._started, self._seconds, self._last_save = monotonic(), 0.0, -math.inf
        self._dialogue = Dialogue()
        self._learned: tuple[Block, ...] = ()
        self._polling = self._note = self._trouble = self._doubt = ""
        trails = enumerate(self._keep().symptoms, start=1)
        checked = {number: it.checked.fixed for number, it in trails if it.checked}
        self.watch: Watch = begin(workspace.manifest.symptoms, checked)
        self._guard = Guard(workspace, _now())
        self._note = self._note or self._guard.warning
        self._proceed()

    @property
    def view(self) -> View:
        """What is to be seen now."""
        notes = (self._polling, self._doubt, self._trouble, self._note)
        return View(
            title=self._workspace.manifest.title,
            watch=self.watch,
            others=self._guard.others,
            saved=self._saved,
            seconds=self._seconds,
            notes=tuple(filter(None, notes)),
            question=self._dialogue.prompt,
            page=self._dialogue.page,
            can_explain=bool(self._learned),
            can_hint=self._bank.has_hints,
        )

    def handle(self, event: object) -> None:
        """Take in one event."""
        match event:
            case Key(character):
                self._press(character)
            case Saved(saves):
                self._take_in(saves)
            case Ended(int() as number, run):
                self._fresh |= self.watch.asked & {number}
                self.watch = self.watch.ended(number, run)
            case Over():
                self._finish(event)
            case OfLaws(Ended(Question() as question, run)):
                self._guard.ended(question, run)
            case OfLaws(Over() as over):
                self._finish_laws(over)
            case Polling(reason):
                self._polling = f"Looking for saves every 0.3 s: {reason}."
            case Gone(error):
                self.error, self.is_done = error, True
        if not self.is_done:
            self._proceed()

    def _take_in(self, saves: Saves) -> None:
        now = monotonic()
        goes_on = now - self._last_save < _ONE_SAVE
        before = self._saved if goes_on else ()
        self._saved = tuple(sorted({*before, *saves.names}))
        self._last_save = now
        if self.watch.is_settled:
            self._started, self._seconds = now, 0.0
        if not self._keeps_note:
            self._note = ""
        self._keeps_note = False
        in_vain = self._guard.saved()
        self._change(self.watch.saved(saves, goes_on=goes_on), laws_in_vain=in_vain)

    def _change(self, watch: Watch, *, laws_in_vain: bool) -> None:
        """Go on with a watch in which more is to be asked.

        What runs for nothing is ended, and so are general laws when a symptom waits.
        """
        if self._is_running and watch.asked != self.watch.asked:
            self._symptoms.cancel()
        if self._runs_laws and (laws_in_vain or watch.waiting):
            self._laws.cancel()
        self.watch, self._is_stuck = watch, False

    def _proceed(self) -> None:
        """Ask what waits, unless there is something that runs, or that no server could run.

        Symptoms do not wait for the end of laws, but laws for that of symptoms.
        """
        if self._is_running or self._is_stuck:
            return
        if self.watch.waiting:
            asked = [self.watch.symptoms[number - 1] for number in sorted(self.watch.waiting)]
            found = cases(self._workspace.root, [it.symptom for it in asked])
            self.watch, self._is_running = self.watch.ask(), True
            self._symptoms.ask({it.number: case for it, case in zip(asked, found, strict=True)})
        elif not self._runs_laws and (laws := self._guard.ask()):
            self._runs_laws = True
            self._laws.ask(laws)

    def _finish(self, over: Over) -> None:
        self.watch, self._is_running = self.watch.over(), False
        self._take_trouble(over)
        with self._telling():
            if self.watch.is_settled:
                self._seconds = monotonic() - self._started
                self._settle()

    def _finish_laws(self, over: Over) -> None:
        self._runs_laws = False
        if over != Over():
            self._take_trouble(over)
        with self._telling():
            self._note = self._guard.over() or self._note

    def _take_trouble(self, over: Over) -> None:
        """Say what became of a server; without one, nothing more is asked for the moment."""
        self._is_stuck = bool(over.problem)
        self._trouble = f"{over.problem} Then press a." if over.problem else ""
        if over.restarted:
            self._trouble = "The process that runs the detectors had ended, and was started again."

    def _settle(self) -> None:
        """Keep the verdicts, as a check does, and learn what is behind a first fix."""
        tests = [it for it in changed_tests(self._workspace) if it.change != "added"]
        names = ", ".join(it.file for it in tests)
        text = "Not as at the start, so no verdict is kept"
        restore = "'git checkout -- :/tests' restores the tests."
        self._doubt = f"{text}: {names}. {restore}" if tests else ""
        fixed = {n: self.watch.symptoms[n - 1].is_fixed for n in self._fresh if not tests}
        self._fresh = set()
        moment = _now()
        step = progress.update(self._workspace, moment, lambda it: it.with_verdicts(fixed, moment))
        if step.warnings:
            self._note = " ".join(step.warnings)
        if step.newly_fixed:
            told = progress_report.explained(self._bank.learned(step.newly_fixed))
            self._learned = (*told, *self._learned)

    def _press(self, character: str) -> None:
        if self._dialogue.is_open:
            action = self._dialogue.take(character, self._size())
        else:
            action = self._actions().get(character)
        if action:
            self._note = ""
            with self._telling():
                action()

    def _actions(self) -> dict[str, Action]:
        return {
            "h": self._hint,
            "l": self._list,
            "d": self._diff,
            "a": self._check_all,
            "r": self._reset,
            "e": self._explain,
            "q": self._quit,
        }

    def _list(self) -> None:
        self._dialogue.show(Page(listing(self.watch, self._guard.others), hang=INDENT))

    def _show_blocks(self, blocks: Sequence[Block]) -> None:
        text = io.StringIO()
        report.write(blocks, text)
        self._dialogue.show(Page(text.getvalue()))

    def _hint(self) -> None:
        found = self.watch.open_numbers
        if not self._bank.has_hints:
            self._note = "There are no hints here."
        elif not found:
            self._note = "Nothing is open, so there is nothing to hint at."
        elif len(found) == 1:
            self._give_hint(found[0])
        else:
            answers = {str(number): self._giver(number) for number in found}
            self._dialogue.ask(f"A hint to which of {numbers(found)}?", answers)

    def _giver(self, number: int) -> Action:
        return lambda: self._give_hint(number)

    def _give_hint(self, number: int) -> None:
        hints = self._bank.hints(number)
        moment = _now()
        kept = self._keep(lambda it: it.with_hint(number, moment))
        taken = len(kept.trail(number).hints)
        self._show_blocks(hints(taken))

    def _diff(self) -> None:
        text = reset.changes(self._workspace)
        if text:
            self._dialogue.show(Page(text, is_diff=True))
        else:
            self._note = "Nothing is changed since the start."

    def _check_all(self) -> None:
        self._saved, self._trouble = (), ""
        self._started = monotonic()
        self._change(self.watch.all_again(), laws_in_vain=self._guard.all_again())

    def _reset(self) -> None:
        start = reset.start_files(self._workspace)
        changed = reset.differing(self._workspace, start)
        if not changed:
            self._note = "Nothing is changed since the start."
        elif len(changed) == 1:
            self._make_sure(changed[0], start)
        else:
            numbered = dict(enumerate(changed, start=1))
            text = ", ".join(f"{number} {path}" for number, path in numbered.items())
            self._dialogue.ask(
                f"Put back which? {text}",
                {str(number): self._resetter(path, start) for number, path in numbered.items()},
            )

    def _resetter(self, path: str, start: Mapping[str, bytes]) -> Action:
        return lambda: self._make_sure(path, start)

    def _make_sure(self, path: str, start: Mapping[str, bytes]) -> None:
        text = f"Put {path} back as it was at the start, and keep a copy? y:"
        self._dialogue.ask(text, {"y": lambda: self._put_back({path: start[path]})})

    def _put_back(self, files: Mapping[str, bytes]) -> None:
        folder = reset.put_back(self._workspace, files, _now())
        kept = f" What stood there is kept in {report.shown(folder)}." if folder else ""
        self._note = f"As at the start again: {', '.join(files)}.{kept}"
        self._keeps_note = True

    def _explain(self) -> None:
        if self._learned:
            self._show_blocks(self._learned)

    def _quit(self) -> None:
        self.is_done = True

    def _keep(self, change: Callable[[Progress], Progress] | None = None) -> Progress:
        step = progress.update(self._workspace, _now(), change)
        self._note = " ".join(step.warnings)
        return step.after

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Say what goes wrong, and go on."""
        try:
            yield
        except (BughuntError, OSError) as error:
            self._note = str(error)


def watch(workspace: Workspace, bank: Bank) -> None:
    """Watch a workspace in this process's terminal until the hunter quits.

    Raises:
        BughuntError: when the workspace goes away.

    """
    gc.enable()  # a watch lives for hours, other commands for a moment
    place, packages = Place(workspace), workspace.manifest.packages
    jobs = min(_MOST_JOBS, os.cpu_count() or 1)
    with (
        Terminal(sys.stdin, sys.stdout) as terminal,
        Asker(workspace.root, packages, terminal.post, jobs=jobs) as asker,
        Asker(workspace.root, packages, lambda it: terminal.post(OfLaws(it)), jobs=jobs) as other,
        _following(Follower(place), terminal.post),
    ):
        symptoms, laws = Line(asker.ask, asker.cancel), Line(other.ask, other.cancel)
        desk = Desk(workspace, bank, symptoms=symptoms, laws=laws, size=lambda: terminal.size)
        _serve(desk, terminal)
    if desk.error:
        raise desk.error


@contextlib.contextmanager
def _following(follower: Follower, post: Callable[[object], None]) -> Iterator[None]:
    """Follow saves in a thread, which must not outlive the interpreter."""
    stop = threading.Event()
    thread = threading.Thread(target=follow, args=(follower, post, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _serve(desk: Desk, terminal: Terminal) -> None:
    """Draw, wait, take in, until it is done or the terminal is gone."""
    with contextlib.suppress(EOFError):
        while not desk.is_done:
            terminal.show(draw(desk.view, *terminal.size))
            for event in terminal.wait():
                desk.handle(event)


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)
