"""What an author is shown of a new bug, and of changes that might become one."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

import msgspec

from bughunt.authoring.additions import Added
from bughunt.authoring.candidates import words
from bughunt.authoring.entry import edit_lines
from bughunt.authoring.proposals import Candidate, Proposals
from bughunt.report import Block, Line, Table, next_step, shown
from bughunt.spec import DEFAULT_BANK, Bank
from bughunt.survey.mutants import Mutant

_BLANK = Line("")
_ADVICE = {
    "symptom": "what a user would report, without cause or location",
    "topics": "what one learns from the bug",
    "detector": "a law that holds: rename the file and the entry after it",
    "hints": "three: the concept, the region, nearly the fix",
    "explanation": "what was wrong, why it matters, how one would find it",
    "reference": "where such a bug really happened",
}


def bank_words(bank: Bank) -> str:
    """Return what a command needs behind it to find the bank again; "" for that of bughunt."""
    if bank.path == DEFAULT_BANK.resolve():
        return ""
    is_found = bank.path.name == "levels.yaml"
    return f" --bank {shlex.quote(shown(bank.path.parent if is_found else bank.path))}"


def added(result: Added) -> tuple[Block, ...]:
    """Return what was written, what is still to be written, and what to type next."""
    bug, label = result.bug, result.bank.label
    edits = "\n".join(line for edit in bug.edits for line in edit_lines(edit))
    law = "started, and fails until it judges something" if result.is_new_law else "there already"
    blocks: list[Block] = [
        Line(f"{bug.id} stands in {label}:{result.line('symptom') - 1}", "bold"),
        Line(edits),
        Line(f"Its law is {law}: {shown(result.detector)}"),
    ]
    for twin in result.twins:
        text = f"It has the edits of '{twin}'. Change them, or remove one of the two."
        blocks.append(Line(text, "yellow"))
    blocks.append(_BLANK)
    if bug.unwritten:
        rows = [
            (Line(f"{label}:{result.line(field)}", "cyan"), Line(field), Line(_ADVICE[field]))
            for field in bug.unwritten
        ]
        blocks += [Line("Still to be written:", "yellow"), Table(tuple(rows)), _BLANK]
    blocks.append(next_step(f"bughunt bank verify --bug {bug.id}{bank_words(result.bank)}"))
    return tuple(blocks)


def added_data(result: Added) -> dict[str, Any]:
    """Return the same as plain data for JSON."""
    return {
        "bug": result.bug.id,
        "file": result.bank.label,
        "line": result.line("symptom") - 1,
        "edits": [
            {key: value for key, value in msgspec.to_builtins(edit).items() if value is not None}
            for edit in result.bug.edits
        ],
        "detector": str(result.detector),
        "unwritten": result.bug.unwritten,
        "twins": result.twins,
    }


def proposed(bank: Bank, found: Proposals, limit: int) -> tuple[Block, ...]:
    """Return the best candidates of a target, numbered, and how to take one."""
    header = tuple(Line(title, "bold") for title in _COLUMNS)
    numbered = list(enumerate(found.candidates[:limit], 1))
    rows = [_candidate_row(number, candidate) for number, candidate in numbered]
    count = len(found.candidates)
    warnings = [Line(f"Left out: {text}", "yellow") for text in found.left_out]
    target = shlex.quote(found.target)
    take = f"bughunt bank propose {target} --take N --as NAME_OF_THE_BUG{bank_words(bank)}"
    return (
        Line(f"{found.target}: {len(rows)} of {count} changes, the best first", "bold"),
        Table((header, *rows)),
        _BLANK,
        *(Line(text, "dim") for text in _LEGEND),
        *warnings,
        next_step(take),
    )


def _candidate_row(number: int, candidate: Candidate) -> tuple[Line, ...]:
    before, after = words(candidate.mutant)
    first = candidate.notices[0] if candidate.notices else None
    seen = f"\n  {first.law}: {first.evidence}" if first else ""
    return (
        Line(str(number), "bold"),
        Line(str(candidate.mutant.line)),
        Line(candidate.how, _STYLES[candidate.how]),
        Line(f"{len(candidate.notices)}/{candidate.asked}"),
        Line(f"{before} -> {after}{seen}"),
    )


_COLUMNS = ("N", "LINE", "SHOWS", "LAWS", "CHANGE, AND THE FIRST THAT SEES IT")
_LEGEND = (
    "LAWS: how many see the change, of those that run the changed lines.",
    "unseen: no law sees it. It needs one, or means the same as the clean code.",
)
_STYLES = {"wrong": "green", "unseen": "cyan", "crash": "yellow", "hang": "red"}


def proposals_data(found: Proposals) -> dict[str, Any]:
    """Return the same as plain data for JSON, all candidates of it."""
    rows = [
        {
            "number": number,
            "path": it.mutant.path,
            "line": it.mutant.line,
            "operator": it.mutant.operator,
            "before": it.mutant.before,
            "after": it.mutant.after,
            "shows": it.how,
            "laws": it.notices,
            "asked": it.asked,
        }
        for number, it in enumerate(found.candidates, 1)
    ]
    return {"target": found.target, "candidates": rows, "left_out": found.left_out}


def choices(found: Sequence[Mutant]) -> tuple[Block, ...]:
    """Return numbered changes of a statement."""
    rows = []
    for number, it in enumerate(found, 1):
        before, after = words(it)
        place = Line(f"{it.path}:{it.line}", "cyan")
        rows.append((Line(str(number), "bold"), place, Line(f"{before} -> {after}")))
    return (Table(tuple(rows)),)
