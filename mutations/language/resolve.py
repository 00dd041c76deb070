"""From an operator to replacements that are proved to do what it says, and nothing else."""

from mutations.language.errors import InvalidEdit
from mutations.language.operator import Operator
from mutations.language.replacement import Replacement

_BYTE_ORDER_MARK = "\ufeff"


def resolve(text: str, operator: Operator) -> tuple[Replacement, ...]:
    """Find out what an operator changes in the text of its target's file.

    Offsets are characters of `text`. The result is proved: it parses to the intended tree, it
    compiles, it differs from the clean code, and all of it lies in the target. Raises a
    MutationError that says why it cannot be.
    """
    try:
        return _resolved(text, operator)
    except RecursionError:
        advice = "Write simpler code."
        raise InvalidEdit(f"{operator.target}: the edit nests too deeply. {advice}") from None


def _resolved(text: str, operator: Operator) -> tuple[Replacement, ...]:
    # With these comes libcst, for which only those should wait who edit.
    from mutations.language.code import Code
    from mutations.language.comment import keep_columns, rewrite_comment
    from mutations.language.proof import check_compiles, proved
    from mutations.language.search import Choice
    from mutations.language.tree import tree_of

    mark = len(_BYTE_ORDER_MARK) if text.startswith(_BYTE_ORDER_MARK) else 0
    tree = tree_of(text[mark:], operator.target)
    choice = Choice(operator.nth, operator.count, operator.within)
    edits = tuple(operator.apply(Code(tree, choice)))
    if not edits:
        raise InvalidEdit(f"{operator.target}: the edit changes nothing.")
    replacements = proved(tree, edits)
    if operator.comment is not None:
        comments = (rewrite_comment(tree, e, replacements, operator.comment) for e in edits)
        replacements = (*replacements, *dict.fromkeys(comments))
    replacements = (*replacements, *keep_columns(tree, replacements))
    check_compiles(tree, replacements)
    return tuple(sorted(Replacement(r.start + mark, r.stop + mark, r.text) for r in replacements))
