"""New bugs: an entry in levels.yaml, and the first lines of its detector."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import msgspec

from bughunt.authoring.deriving import Derived, derive
from bughunt.authoring.edited_tree import Edited
from bughunt.authoring.entry import Entry, with_entry
from bughunt.authoring.skeleton import skeleton
from bughunt.errors import BankError
from bughunt.mutate import clean_tree, read
from bughunt.placement import place_file
from bughunt.proving.conflict_list import rewrite
from bughunt.spec import UNWRITTEN, Bank, Bug, load_bank
from bughunt.yaml_document import line_of

_WORD = re.compile(r"[a-z][a-z0-9_]*")


class Added(msgspec.Struct, frozen=True):
    """A bug that stands in the catalogue now."""

    bank: Bank  # with it
    bug: Bug
    detector: Path
    is_new_law: bool
    twins: tuple[str, ...] = ()  # older bugs that are made by the same edits

    def line(self, field: str) -> int:
        """Return the line of levels.yaml on which a field of the bug stands."""
        return line_of(self.bank.lines, ("bugs", self.bug.id, field))


def check_id(bank: Bank, bug: str) -> None:
    """Insist on a name that a bug can have and that none has.

    Raises:
        BankError: when it is another one.

    """
    if not _WORD.fullmatch(bug):
        text = "is no id. Write what the code has, in_lower_case_with_underscores."
        raise BankError([f"{bank.label}: bug '{bug}': {text}"])
    if bug in bank.bugs:
        text = "is there already. Choose another id."
        raise BankError([bank.message(("bugs", bug), text)])


def edits_of(bank: Bank, edited: Edited) -> Derived:
    """Return the edits that turn the clean tree into an edited one.

    Raises:
        BankError: with one line for each change that no edit can express.

    """
    derived = [derive(clean_tree(bank)[path], text, path) for path, text in edited.texts.items()]
    problems = [*edited.problems, *(text for it in derived for text in it.problems)]
    if problems:
        raise BankError(problems)
    edits = tuple(edit for it in derived for edit in it.edits)
    if not edits:
        text = f"{bank.root}: nothing differs from the clean tree. Edit the copy first."
        raise BankError([text])
    return Derived(edits, (), tuple(note for it in derived for note in it.notes))


def unwritten_law(bank: Bank) -> str:
    """Return a name for a law that its author has still to name, which no file has."""
    names = (f"{UNWRITTEN.lower()}_law_{number}" for number in itertools.count(1))
    return next(name for name in names if not (bank.detectors / f"test_{name}.py").exists())


def add(bank: Bank, entry: Entry) -> Added:
    """Write an entry into levels.yaml, and its detector unless that is there.

    Raises:
        BankError: when the catalogue could not be loaded with it; nothing is written then.
        EnvironmentProblem: when the system refuses.

    """
    check_id(bank, entry.id)
    detector = bank.detectors / f"test_{entry.detector}.py"
    is_new = not detector.exists()
    if is_new:
        place_file(skeleton(entry.detector, entry.edits).encode(), detector)
    try:
        text = read(bank.path).decode()
        rewrite(bank, with_entry(text, entry), f"bug '{entry.id}'")
    except BankError:
        if is_new:
            detector.unlink()
        raise
    loaded = load_bank(bank.path)
    bug = loaded.bugs[entry.id]
    twins = tuple(it.id for it in bank.bugs.values() if set(it.edits) == set(bug.edits))
    return Added(loaded, bug, detector, is_new, twins)
