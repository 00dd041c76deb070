"""One bug as its author has to see it: the change, the words around it, and what is told of it."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from inspect import cleandoc

import msgspec

from bughunt import detector_files
from bughunt.authoring.lint import Complaint, noted
from bughunt.errors import BankError, MutationFailed, did_you_mean
from bughunt.mutate import MutatedTree, mutate, unified_diff
from bughunt.proving.code_text import definitions, remarks, source_lines
from bughunt.proving.inspection import inspect
from bughunt.spec import Bank, Bug
from bughunt.yaml_document import line_of

_NEAR = 6  # lines around an edit whose comments are read with it
_HUNK = re.compile(r"@@ -(?P<old>\d+)(?:,\d+)? \+(?P<new>\d+)")


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A comment or docstring that stands where the code changes."""

    path: str
    line: int  # in the code with the bug
    text: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one bug that can be known without running anything."""

    bug: Bug
    place: str  # of its entry: levels.yaml:LINE
    levels: tuple[str, ...]  # "hard, number 3"
    diff: str  # unified; each hunk names its function. Empty when an edit fails
    words: tuple[Words, ...]
    detector: str  # the file, as messages show it
    law: str  # the first paragraph of the detector's docstring
    complaints: tuple[Complaint, ...]


def preview(bank: Bank, name: str) -> Preview:
    """Look at one bug.

    Raises:
        BankError: for an unknown bug, or a file that cannot be read.

    """
    if name not in bank.bugs:
        raise BankError([f"{bank.label}: no bug '{name}'. {did_you_mean(name, bank.bugs)}"])
    bug = bank.bugs[name]
    tree = _mutated(bank, bug)
    return Preview(
        bug=bug,
        place=f"{bank.label}:{line_of(bank.lines, ('bugs', name))}",
        levels=tuple(
            f"{level.name}, number {level.bugs.index(name) + 1}"
            for level in bank.levels.values()
            if name in level.bugs
        ),
        diff=_with_symbols(tree),
        words=tuple(_words(tree)),
        detector=f"test_{bug.detector}.py",
        law=_law(bank, bug),
        complaints=tuple(map(noted, inspect(bank, bug))),
    )


def _mutated(bank: Bank, bug: Bug) -> MutatedTree:
    """Return the code with the bug; no code at all when an edit fails, which is a complaint."""
    try:
        return mutate(bank, [bug])
    except MutationFailed:
        return MutatedTree({}, {})


def _law(bank: Bank, bug: Bug) -> str:
    """Return what a detector says that it checks; "" when there is none to be read."""
    source = detector_files.sources(bank, bug.detector)[f"test_{bug.detector}.py"]
    try:
        text = ast.get_docstring(ast.parse(source)) or ""
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return " ".join(text.partition("\n\n")[0].split())


def _with_symbols(tree: MutatedTree) -> str:
    """Return the diff, with the function or class behind the place of each hunk."""
    lines = unified_diff(tree.clean, tree.mutated).splitlines(keepends=True)
    path = ""
    for index, line in enumerate(lines):
        if line.startswith("--- a/"):
            path = line.removeprefix("--- a/").rstrip("\n")
        if hunk := _HUNK.match(line):
            ahead = next(n for n, it in enumerate(lines[index + 1 :]) if not it.startswith(" "))
            is_removal = lines[index + 1 + ahead].startswith("-")
            text, side = (tree.clean, "old") if is_removal else (tree.mutated, "new")
            symbol = _symbol_at(text[path], int(hunk[side]) + ahead)
            lines[index] = f"{line.rstrip()} {symbol}".rstrip() + "\n"
    return "".join(lines)


def _symbol_at(text: str, line: int) -> str:
    """Return the dotted name of the innermost function or class that holds a line."""
    around = [node for node in definitions(text) if _holds(node, line)]
    return ".".join(node.name for node in sorted(around, key=lambda node: node.lineno))


def _holds(node: ast.stmt, line: int) -> bool:
    first, last = source_lines(node)
    return first <= line <= last


def _words(tree: MutatedTree) -> Iterator[Words]:
    """Yield comments near the changed lines, and docstrings of what is around them."""
    for path, text in tree.mutated.items():
        if text == tree.clean[path]:
            continue
        changed = _changed_lines(tree.clean[path], text)
        documented = {
            node.body[0].lineno
            for node in definitions(text)
            if any(_holds(node, line) for line in changed)
        }
        for remark in remarks(text):
            is_near = any(abs(remark.line - line) <= _NEAR for line in changed)
            if remark.line in documented if remark.docstring else is_near:
                yield Words(path=path, line=remark.line, text=cleandoc(remark.text))


def _changed_lines(clean: str, text: str) -> list[int]:
    """Return the lines of the new text that differ; of a removal, the line that follows it."""
    matcher = difflib.SequenceMatcher(None, clean.split("\n"), text.split("\n"), autojunk=False)
    return [
        line + 1
        for tag, _, _, first, last in matcher.get_opcodes()
        if tag != "equal"
        for line in range(first, max(last, first + 1))
    ]
