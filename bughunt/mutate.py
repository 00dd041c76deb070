"""The clean tree and the tree with bugs, as texts."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from io import StringIO
from pathlib import Path

import msgspec

import mutations
from bughunt.errors import BankError, MutationFailed
from bughunt.spec import Bank, Bug
from bughunt.yaml_document import Keys, line_of
from mutations import MutationError, Operator, Replacement, splice


class MutatedTree(msgspec.Struct, frozen=True):
    """The Python files of the packages, by path relative to the root, with ``/``."""

    clean: dict[str, str]
    mutated: dict[str, str]


class _Change(msgspec.Struct, frozen=True, order=True):
    """One replacement and the edit that asks for it."""

    start: int
    stop: int
    text: str
    bug: str
    edit: Keys


@lru_cache(maxsize=8)
def clean_tree(bank: Bank) -> dict[str, str]:
    """Return the Python files of the bank's packages, read once; line ends stay as they are.

    Raises:
        BankError: when a file cannot be read as UTF-8.

    """
    tree = {}
    for path in bank.files:
        if path.endswith(".py"):
            try:
                tree[path] = read(bank.root / path).decode("utf-8")
            except UnicodeDecodeError as error:
                text = f"not UTF-8 at byte {error.start}. Save the file as UTF-8."
                raise BankError([f"{bank.root / path}: {text}"]) from None
    return tree


def read(path: Path) -> bytes:
    """Return the content of a file of the bank.

    Raises:
        BankError: when the system refuses.

    """
    try:
        return path.read_bytes()
    except OSError as error:
        text = f"{path}: cannot be read: {error.strerror}. Look at its permissions."
        raise BankError([text]) from None


def mutate(bank: Bank, bugs: Iterable[Bug]) -> MutatedTree:
    """Apply all edits of all bugs to the clean tree; their order does not matter.

    Raises:
        MutationFailed: with one line for each edit that has no place, meets an edit of another
            bug, or leaves a file that does not compile.

    """
    clean = clean_tree(bank)
    changes: dict[str, list[_Change]] = {}
    problems: list[str] = []
    for bug in bugs:
        for index, edit in enumerate(bug.edits):
            keys: Keys = ("bugs", bug.id, "edits", index)
            try:
                found = replacements(bank, edit)
            except MutationError as error:
                problems.append(bank.message(keys, str(error)))
                continue
            changes.setdefault(edit.path, []).extend(
                _Change(r.start, r.stop, r.text, bug.id, keys) for r in found
            )
    for path, wanted in changes.items():
        problems += _meetings(bank, path, clean[path], wanted)
    if problems:
        raise MutationFailed(problems)

    mutated = dict(clean)
    for path, wanted in changes.items():
        mutated[path] = splice(clean[path], [Replacement(c.start, c.stop, c.text) for c in wanted])
        if fault := _syntax_fault(path, mutated[path]):
            names = ", ".join(sorted({f"'{change.bug}'" for change in wanted}))
            text = f"{path} does not compile with {names}: {fault}. Correct the edit."
            problems.append(bank.message(wanted[0].edit, text))
    if problems:
        raise MutationFailed(problems)
    return MutatedTree(clean, mutated)


def replacements(bank: Bank, edit: Operator) -> tuple[Replacement, ...]:
    """Return what an edit changes in the clean text of its file.

    Raises:
        MutationError: when it has no place there, or several.

    """
    return _resolved(clean_tree(bank)[edit.path], edit)


@lru_cache(maxsize=4096)
def _resolved(text: str, edit: Operator) -> tuple[Replacement, ...]:
    """Resolve an edit once for each clean text, however many workspaces are made of it."""
    return mutations.resolve(text, edit)


@lru_cache(maxsize=1024)
def _syntax_fault(path: str, text: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            return str(error)
    return None


def _meetings(bank: Bank, path: str, text: str, changes: list[_Change]) -> Iterator[str]:
    """Yield a message for each change of a place that an earlier one changes."""
    ordered = sorted(changes)
    widest = ordered[0]
    for change in ordered[1:]:
        both_insert = widest.start == change.start == change.stop
        if change.start < widest.stop or both_insert:
            line = text.count("\n", 0, change.start) + 1
            other = f"bug '{widest.bug}' ({bank.label}:{line_of(bank.lines, widest.edit)})"
            advice = "Choose one of them, or narrow an edit."
            message = f"changes line {line} of {path}, as does {other}. {advice}"
            yield bank.message(change.edit, message)
        widest = max(widest, change, key=lambda change: change.stop)


def unified_diff(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the differences of two trees, as ``diff -u`` and git show them."""
    return "".join(
        _file_diff(path, before.get(path), after.get(path))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    )


def _file_diff(path: str, before: str | None, after: str | None) -> str:
    old = "/dev/null" if before is None else f"a/{path}"
    new = "/dev/null" if after is None else f"b/{path}"
    # str.splitlines would also split at form feeds, which git does not.
    lines = difflib.unified_diff(
        StringIO(before).readlines(), StringIO(after).readlines(), fromfile=old, tofile=new
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
