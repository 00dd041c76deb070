"""Proofs that replacements do what an edit says.

The edited lines are parsed again and compared with the clean tree in which grafts stand for the
changed nodes; then the function around is compiled.
"""

import warnings
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import libcst as cst
from msgspec import Struct

from mutations.language.edit import Edit
from mutations.language.errors import InvalidEdit
from mutations.language.matcher import Matcher
from mutations.language.replacement import Replacement, splice
from mutations.language.syntax import Node, statements_of
from mutations.language.tree import HEADER, Tree


class Scope(Struct, frozen=True):
    """Whole lines that hold an edit: their clean statements, and their characters."""

    statements: tuple[Node, ...]
    start: int
    stop: int
    indented: bool


def proved(tree: Tree, edits: Sequence[Edit]) -> tuple[Replacement, ...]:
    """Choose for each edit the first text that gives the intended tree, and prove the whole.

    Raises InvalidEdit if there is no such text, or if the tree is the clean one.
    """
    replacements = tuple(chain.from_iterable(edit.texts[0] for edit in edits))
    if not _gives(tree, replacements, edits):
        replacements = tuple(chain.from_iterable(_right_text(tree, edit) for edit in edits))
        if not _gives(tree, replacements, edits):
            raise InvalidEdit(_other_code(tree, replacements))
    scope = _scope(tree, edits)
    edited = _statements(_edited(tree.text, replacements, scope.start, scope.stop), scope.indented)
    if edited is None or Matcher().match_block(scope.statements, edited):
        line = tree.line(edits[0].anchor)
        raise InvalidEdit(
            f"{tree.target}: the edit changes nothing at line {line}. Correct what it writes."
        )
    return replacements


def check_compiles(tree: Tree, replacements: Sequence[Replacement]) -> None:
    """Compile the outermost function around the target, which is enough, and quick.

    Raises InvalidEdit with what Python complains about.
    """
    segment = tree.segment
    unit = _edited(tree.text, replacements, segment.unit_start, segment.unit_stop)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            source = HEADER + unit if segment.unit_indented else unit
            compile(source, tree.target, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            complaint = error.msg if isinstance(error, SyntaxError) else error
            raise InvalidEdit(
                f"{tree.target}: what the edit gives does not compile: {complaint}. "
                "Correct the edit."
            ) from error


def _right_text(tree: Tree, edit: Edit) -> tuple[Replacement, ...]:
    if len(edit.texts) == 1:
        return edit.texts[0]
    return next((text for text in edit.texts if _gives(tree, text, [edit])), edit.texts[-1])


def _gives(tree: Tree, replacements: Sequence[Replacement], edits: Sequence[Edit]) -> bool:
    """Tell whether replacements make the clean tree into the one that the edits intend."""
    scope = _scope(tree, edits)
    edited = _statements(_edited(tree.text, replacements, scope.start, scope.stop), scope.indented)
    grafts = {node: new for edit in edits for node, new in edit.tree.items()}
    return edited is not None and Matcher(grafts).match_block(scope.statements, edited)


def _scope(tree: Tree, edits: Sequence[Edit]) -> Scope:
    """Choose the one statement that is edited, if it has its lines to itself, else the target."""
    around = {tree.statement_of(node) for edit in edits for node in edit.tree}
    lines, segment = tree.lines, tree.segment
    if len(around) == 1:
        (statement,) = around
        start, stop = tree.span(statement)
        kept = all(len(edit.tree.get(statement, ("it",))) == 1 for edit in edits)
        if kept and lines.opens_line(start) and lines.closes_line(stop):
            first, behind = lines.line_of(start), lines.line_of(stop) + 1
            indented = lines.indent_of(start) != ""
            return Scope((statement,), lines.start(first), lines.start(behind), indented)
    return Scope(statements_of(tree.root), segment.start, segment.stop, segment.indented)


def _edited(text: str, replacements: Sequence[Replacement], start: int, stop: int) -> str:
    """Give the characters of a part of the text after replacements that all lie in it."""
    shifted = (Replacement(r.start - start, r.stop - start, r.text) for r in replacements)
    return splice(text[start:stop], shifted)


@lru_cache(maxsize=4)
def _statements(source: str, indented: bool) -> tuple[Node, ...] | None:
    """Parse lines after an edit; None if they are no code any more."""
    try:
        module: Any = cst.parse_module(HEADER + source if indented else source)
    except cst.ParserSyntaxError:
        return None
    if not indented:
        return statements_of(module)
    return statements_of(module.body[0].body) if len(module.body) == 1 else None


def _other_code(tree: Tree, replacements: Sequence[Replacement]) -> str:
    first = min(replacements)
    return (
        f"{tree.target}: what the edit gives is other code than it says, or no code. At line "
        f"{tree.lines.line_of(first.start)} it writes `{first.text}`. Edit more of the code "
        "around, or write the result in full."
    )
