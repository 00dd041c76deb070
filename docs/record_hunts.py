"""Record docs/hunts.md: a hunt of each level in a real terminal, screen by screen.

    python docs/record_hunts.py [LEVEL ...]

Without names all are recorded. It needs tmux. The screens are what a hunter sees, but for the times
on them: those are all set alike, so that a new recording changes only what has changed. What the
hunter saves is the clean code, one bug at a time.
"""

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from real_terminal import PROMPT, Shell
from terminal_picture import svg

from bughunt.mutate import mutate
from bughunt.placement import place_file
from bughunt.spec import Bank, Bug, load_bank

DOCS = Path(__file__).parent
HEAD = """\
# Hunts, screen by screen

**These pages hold answers.** Each shows a hunt of one level in a terminal of 80 columns and 24
rows, from an empty folder to the last symptom. A hunter who wants to find out alone stops here; the
[tour](tour.md) shows no more than one fix.

The screens come from `python docs/record_hunts.py`, which types into a real terminal, waits for
what the screen shows, and saves the clean code one bug at a time. Times on them are set alike;
an answer that is longer than the screen is shown whole.

"""
LEVEL_HEAD = """\
# {name}: {title}

A [recorded hunt](../hunts.md). **This page holds answers.**
"""
SECTION = """\
## {place}. {heading}

{caption}

![{heading}]({file})
"""
_PAUSE = 2.5  # seconds between saves: the watch takes those within two for one
_TIMES = ((r"\d+\.\d s\b", "1.0 s"), (r"\d+ (min|h) (\d+ min )?ago", "just now"))
_ANSWER = re.compile(r"\(\d+\.\d s\)(?!.*\.\.\.)", re.DOTALL)  # and nothing still goes on


class Screen(NamedTuple):
    """One picture of a hunt, and what leads to it."""

    name: str
    heading: str
    caption: str
    lead: Callable[["Hunter"], None]


class Hunter:
    """Somebody who hunts the bugs of a level in a terminal, and knows the answers."""

    def __init__(self, shell: Shell, folder: Path, bank: Bank, bugs: list[Bug]) -> None:
        self.shell = shell
        self._folder, self._bank, self._left = folder, bank, list(bugs)
        self._many = len(bugs)
        self._last_save = -_PAUSE

    def type(self, *commands):
        """Run commands, each on an empty screen."""
        for command in commands:
            self.shell.finish(command)
            assert "Traceback" not in self.shell.picture(), f"{command!r} ends in a traceback"

    def watch(self):
        """Start the watch, and wait until it knows all symptoms."""
        self.shell.clear()
        self.shell.run("bughunt")
        self._settled()

    def save_repair(self, number):
        """Put one bug right, not too soon after the one before, and wait for the verdict."""
        time.sleep(max(0, self._last_save + _PAUSE - time.monotonic()))
        del self._left[-(self._many - number) - 1]
        for path, text in mutate(self._bank, self._left).mutated.items():
            file = self._folder / path
            if file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")
        self._last_save = time.monotonic()
        self._settled()

    def turn_to(self, *keys):
        """Press keys that lead to a page."""
        self.back()
        self.shell.press(*keys)
        self.shell.wait_until(lambda screen: self._fixed not in _top(screen), f"a page by {keys}")

    def back(self):
        """Leave the page that may be shown."""
        if self._fixed not in _top(self.shell.screen()):
            self.shell.press("x")
            self._settled()

    def check_all(self):
        """Press the key that checks all, and wait for the verdicts."""
        self.back()
        before = self.shell.screen()
        self.shell.press("a")
        self._settled(lambda screen: screen != before)

    def quit(self):
        """Leave the watch."""
        self.back()
        self.shell.press("q")
        self.shell.wait_until(lambda screen: screen.rstrip().endswith(PROMPT), "the prompt")

    @property
    def _fixed(self):
        """How the top of the watch ends."""
        return f"{self._many - len(self._left)} of {self._many} fixed"

    def _settled(self, holds=lambda _: True):
        self.shell.wait_until(
            lambda screen: self._fixed in _top(screen) and _ANSWER.search(screen) and holds(screen),
            f"a watch with {self._fixed}",
        )


def _top(screen):
    return screen.partition("\n")[0]


def screens(bank, level):
    """Return the screens of a hunt, in their order."""
    bugs = [bank.bugs[name] for name in level.bugs]
    first, *others = [_fix(number, bug) for number, bug in enumerate(bugs, start=1)]
    start = (*_start(level, len(bugs)), *_first_look())
    return (*start, first, *_after_a_fix(), *others, *_end())


def _start(level, bugs):
    folder = f"bughunt-{level.name}"
    return (
        Screen(
            "levels",
            "What there is to hunt",
            "In an empty folder, `bughunt levels` lists the levels, their length and topics.",
            lambda it: it.type("bughunt levels"),
        ),
        Screen(
            "materialize",
            "A workspace",
            f"`bughunt materialize` writes the code with its bugs into `{folder}`, and says what "
            "to do next.",
            lambda it: it.type(f"bughunt materialize --level {level.name}"),
        ),
        Screen(
            "symptoms",
            "The symptoms",
            "`README.md` in the workspace says what somebody noticed, and which law in `tests/` "
            "says it exactly.",
            lambda it: it.type(f"cd {folder}", f"head -n {4 + 2 * bugs} README.md | fold -s"),
        ),
    )


def _first_look():
    return (
        Screen(
            "watch",
            "The watch",
            "`bughunt` alone checks every symptom, and from now on again after each save. Below "
            "each symptom stands the evidence: what the law expected, and what it got.",
            Hunter.watch,
        ),
        Screen(
            "list",
            "All of it",
            "The key `l` lists symptoms and evidence in full, where the screen is too small for "
            "them.",
            lambda it: it.turn_to("l"),
        ),
        Screen(
            "hint",
            "A hint",
            "The key `h`, with the number of a symptom, shows the first of its three hints. The "
            "workspace remembers that it was taken.",
            lambda it: it.turn_to("h", "1"),
        ),
    )


def _fix(number, bug):
    files = ", ".join(f"`{path}`" for path in dict.fromkeys(edit.path for edit in bug.edits))
    has = bug.id.replace("_", " ")

    def repair(hunter):
        hunter.back()
        hunter.save_repair(number)

    return Screen(
        f"fixed-{number}",
        f"Symptom {number} is fixed",
        f"The code had: {has}. {files} is put right and saved, and the watch answers.",
        repair,
    )


def _after_a_fix():
    return (
        Screen(
            "explanation",
            "What it was",
            "After a first fix the key `e` explains the bug, and where such a one happened.",
            lambda it: it.turn_to("e"),
        ),
        Screen(
            "diff",
            "What was changed",
            "The key `d` shows the hunter's own changes since the start.",
            lambda it: it.turn_to("d"),
        ),
    )


def _end():
    return (
        Screen(
            "all",
            "All again",
            "The key `a` checks every symptom once more.",
            Hunter.check_all,
        ),
        Screen(
            "status",
            "How it went",
            "`q` leaves the watch. `bughunt status` sums up: time, hints, and what was fixed.",
            lambda it: (it.quit(), it.type("bughunt status")),
        ),
        Screen(
            "check",
            "The end",
            "`bughunt check` says the same as the watch, once; its exit code is 0 when all is "
            "fixed.",
            lambda it: it.type("bughunt check"),
        ),
    )


def picture_file(level, screen):
    """Return where the picture of a screen is, below docs/hunts."""
    return f"{level.name}-{screen.name}.svg"


def neutral(screen):
    """Return the screen with all times set alike."""
    for pattern, text in _TIMES:
        screen = re.sub(pattern, text, screen)
    return screen


def record(bank, level, shown):
    """Hunt in a terminal, and write the pictures of screens, which follow each other."""
    (DOCS / "hunts").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        here = Path(name, "here")
        here.mkdir()
        shell = Shell(Path(name, "shell"), here, NO_COLOR="")
        try:
            bugs = [bank.bugs[name] for name in level.bugs]
            hunter = Hunter(shell, here / f"bughunt-{level.name}", bank, bugs)
            for screen in shown:
                screen.lead(hunter)
                content = svg(neutral(shell.picture()), f"{level.title}: {screen.heading}")
                place_file(content.encode(), DOCS / "hunts" / picture_file(level, screen))
        finally:
            shell.close()


def page(bank):
    """Return the text of the page that leads to all hunts."""
    rows = [
        f"- [{level.name}](hunts/{level.name}.md): {level.title.lower()}, {len(level.bugs)} bugs\n"
        for level in bank.levels.values()
    ]
    return HEAD + "".join(rows)


def level_page(bank, level):
    """Return the text of the page of one hunt."""
    parts = [LEVEL_HEAD.format(name=level.name.capitalize(), title=level.title.lower())]
    for place, screen in enumerate(screens(bank, level), start=1):
        file = picture_file(level, screen)
        parts.append(SECTION.format(place=place, file=file, **screen._asdict()))
    return "\n".join(parts)


def main():
    """Record the named levels, or all of them."""
    if shutil.which("tmux") is None:
        sys.exit("record_hunts: tmux is not installed. Install it, and run this again.")
    bank = load_bank()
    for name in sys.argv[1:] or bank.levels:
        level = bank.levels[name]
        record(bank, level, screens(bank, level))
        text = level_page(bank, level)
        place_file(text.encode(), DOCS / "hunts" / f"{name}.md")
    place_file(page(bank).encode(), DOCS / "hunts.md")


if __name__ == "__main__":
    main()
