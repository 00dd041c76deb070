"""From an operator to replacements that are proved to do what it says, and nothing else."""

import warnings
from itertools import chain
from typing import TYPE_CHECKING

from mutations.language.errors import InvalidEdit
from mutations.language.operator import Operator
from mutations.language.replacement import Replacement, splice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mutations.language.edit import Edit
    from mutations.language.tree import Tree

_BYTE_ORDER_MARK = "\ufeff"


def resolve(text: str, operator: Operator) -> tuple[Replacement, ...]:
    """Find out what an operator changes in the text of its target's file.

    Offsets are characters of `text`. The result is proved: it parses to the intended tree, it
    compiles, it differs from the clean code, and all of it lies in the target. Raises a
    MutationError that says why it cannot be.
    """
    from mutations.language.code import Code
    from mutations.language.comment import rewrite_comment
    from mutations.language.search import Choice
    from mutations.language.tree import tree_of

    mark = len(_BYTE_ORDER_MARK) if text.startswith(_BYTE_ORDER_MARK) else 0
    tree = tree_of(text[mark:], operator.target)
    choice = Choice(operator.nth, operator.count, operator.within)
    edits = tuple(operator.apply(Code(tree, choice)))
    if not edits:
        raise InvalidEdit(f"{operator.target}: the edit changes nothing.")
    replacements = _proved(tree, edits)
    if operator.comment is not None:
        comments = (rewrite_comment(tree, e, replacements, operator.comment) for e in edits)
        replacements = (*replacements, *dict.fromkeys(comments))
    _check_compiles(tree, replacements)
    return tuple(sorted(Replacement(r.start + mark, r.stop + mark, r.text) for r in replacements))


def _proved(tree: "Tree", edits: "Sequence[Edit]") -> tuple[Replacement, ...]:
    """Choose for each edit the first text that gives the intended tree, and prove the whole."""
    replacements = tuple(chain.from_iterable(edit.texts[0] for edit in edits))
    if not _gives(tree, replacements, edits):
        replacements = tuple(chain.from_iterable(_right_text(tree, edit) for edit in edits))
        if not _gives(tree, replacements, edits):
            first = min(replacements)
            raise InvalidEdit(
                f"{tree.target}: what the edit gives is other code than it says, or no code. At "
                f"line {tree.lines.line_of(first.start)} it writes `{first.text}`. Edit more of "
                "the code around, or write the result in full."
            )
    if _gives(tree, replacements, ()):
        line = tree.line(edits[0].anchor)
        raise InvalidEdit(
            f"{tree.target}: the edit changes nothing at line {line}. Correct what it writes."
        )
    return replacements


def _right_text(tree: "Tree", edit: "Edit") -> tuple[Replacement, ...]:
    if len(edit.texts) == 1:
        return edit.texts[0]
    return next((text for text in edit.texts if _gives(tree, text, [edit])), edit.texts[-1])


def _gives(tree: "Tree", replacements: tuple[Replacement, ...], edits: "Sequence[Edit]") -> bool:
    """Tell whether replacements make the clean tree into the one that the edits intend."""
    from mutations.language.matcher import Matcher

    edited = tree.reparse(_edited(tree, replacements))
    grafts = {node: new for edit in edits for node, new in edit.tree.items()}
    return edited is not None and bool(Matcher(grafts).match(tree.root, edited, {}))


def _edited(tree: "Tree", replacements: tuple[Replacement, ...]) -> str:
    start, stop = tree.segment.start, tree.segment.stop
    grown = sum(len(r.text) - (r.stop - r.start) for r in replacements)
    return splice(tree.text, replacements)[start : stop + grown]


def _check_compiles(tree: "Tree", replacements: tuple[Replacement, ...]) -> None:
    """Compile the top-level statement around the target, which is enough and quick."""
    start, stop = tree.segment.unit_start, tree.segment.unit_stop
    grown = sum(len(r.text) - (r.stop - r.start) for r in replacements)
    unit = splice(tree.text, replacements)[start : stop + grown]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(unit, tree.target, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise InvalidEdit(
                f"{tree.target}: what the edit gives does not compile: {error}. Correct the edit."
            ) from error
