"""What can be said of a bug without running anything: where it is, and what gives it away."""

from __future__ import annotations

import re

from bughunt.errors import MutationFailed
from bughunt.mutate import clean_tree, mutate, replacements
from bughunt.proof import Finding, Site
from bughunt.spec import Bank, Bug
from bughunt.yaml_document import Keys, described, line_of
from mutations import MutationError
from mutations.language.lines import lines_of


def sites(bank: Bank, bug: Bug) -> tuple[Site, ...]:
    """Return all replacements of a bug's edits, in their order; a failing edit has none."""
    found: list[Site] = []
    for edit in bug.edits:
        text = clean_tree(bank)[edit.path]
        lines = lines_of(text)
        try:
            wanted = replacements(bank, edit)
        except MutationError:
            continue
        for change in wanted:
            line, end_line = lines.line_of(change.start), lines.line_of(change.stop)
            found.append(
                Site(
                    path=edit.path,
                    operator=str(edit.__struct_config__.tag),
                    line=line,
                    column=change.start - lines.start(line) + 1,
                    end_line=end_line,
                    end_column=change.stop - lines.start(end_line) + 1,
                    before=text[change.start : change.stop],
                    after=change.text,
                )
            )
    return tuple(found)


def inspect(bank: Bank, bug: Bug) -> tuple[Finding, ...]:
    """Return what is wrong with a bug, as far as texts can tell, in the order of the rules."""
    try:
        mutate(bank, [bug])
    except MutationFailed as error:
        return tuple(_failure(bank, bug, problem) for problem in error.problems)
    return ()


def _failure(bank: Bank, bug: Bug, problem: str) -> Finding:
    """Return what ``mutate`` says of an edit, which begins with its place and its bug."""
    keys: Keys = ("bugs", bug.id)
    place = re.match(rf"{re.escape(bank.label)}:(\d+): ", problem)
    line = int(place[1]) if place else line_of(bank.lines, keys)
    text = problem[place.end() if place else 0 :].removeprefix(described(keys))
    return Finding(
        rule="edit-fails", severity="error", file=bank.label, line=line, text=text, bug=bug.id
    )
