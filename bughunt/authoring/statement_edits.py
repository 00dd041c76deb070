"""Edits that may turn statements into others."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bughunt.authoring import pattern_texts
from bughunt.authoring.expression_edits import Proposal
from bughunt.authoring.source import Source
from bughunt.authoring.syntax_changes import Change, Run, same

Sources = tuple[Source, Source]


def of_run(sources: Sources, run: Run) -> Iterator[Proposal]:
    """Yield edits that put the new statements of a block in place of the old ones."""
    old, new = sources
    if run.old and (not run.new or _is_pass(run.new)):
        for match in pattern_texts.of_statements(old, run.old):
            yield Proposal("drop_statement", {"match": match})
    if run.new and not run.old:
        yield from _insertions(sources, run)
    if run.old and run.new:
        for match in pattern_texts.of_statements(old, run.old):
            yield Proposal("replace", {"match": match, "by": new.statements(*run.new)})


def _is_pass(statements: tuple[ast.stmt, ...]) -> bool:
    return len(statements) == 1 and isinstance(statements[0], ast.Pass)


def _insertions(sources: Sources, run: Run) -> Iterator[Proposal]:
    old, new = sources
    for place, anchor in (("after", run.before), ("before", run.after)):
        if anchor is not None and not _is_docstring(anchor):
            for match in pattern_texts.of_statements(old, (anchor,)):
                yield Proposal(
                    "insert_statement", {"statement": new.statements(*run.new), place: match}
                )


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def of_header(sources: Sources, old: ast.AST, new: ast.AST) -> Iterator[Proposal]:
    """Yield the edit that writes the header of a compound statement anew."""
    match, by = sources[0].header(old), sources[1].header(new)
    if match is not None and by is not None and match != by:
        yield Proposal("replace", {"match": match, "by": by})


def moved(sources: Sources, gone: Change, come: Change) -> Iterator[Proposal]:
    """Yield edits that take the statements of one change to the place of the other."""
    assert gone.run is not None
    assert come.run is not None
    old = sources[0]
    if not come.run.old and _same_run(gone.run.old, come.run.new):
        yield from _exchanges(old, gone, come)
        for match in pattern_texts.of_statements(old, gone.run.old):
            for place, anchor in (("before", come.run.after), ("after", come.run.before)):
                if anchor is not None:
                    for beside in pattern_texts.of_statements(old, (anchor,)):
                        yield Proposal("move_statement", {"match": match, place: beside})
    elif _same_run(gone.run.old, come.run.new) and _same_run(come.run.old, gone.run.new):
        yield from _swap(old, gone.run.old, come.run.old)


def _same_run(one: tuple[ast.stmt, ...], other: tuple[ast.stmt, ...]) -> bool:
    return bool(one) and len(one) == len(other) and all(map(same, one, other))


def _exchanges(old: Source, gone: Change, come: Change) -> Iterator[Proposal]:
    """Yield the exchange with the one statement over which the others have gone."""
    assert gone.run is not None
    assert come.run is not None
    if gone.run.after is not None and gone.run.after is come.run.before:
        yield from _swap(old, gone.run.old, (gone.run.after,))
    if gone.run.before is not None and gone.run.before is come.run.after:
        yield from _swap(old, (gone.run.before,), gone.run.old)


def _swap(
    old: Source, first: tuple[ast.stmt, ...], second: tuple[ast.stmt, ...]
) -> Iterator[Proposal]:
    for one in pattern_texts.of_statements(old, first):
        for other in pattern_texts.of_statements(old, second):
            yield Proposal("swap_statements", {"first": one, "second": other})
