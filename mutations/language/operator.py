"""What every operator is: a typed edit with examples."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from mutations.language.target import split_target

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Operator(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="operator",
    tag=_snake_case,
):
    """One edit of one target; children add their parameters and `apply`.

    target: path and symbol, as in "nanochat/gpt.py::CausalSelfAttention.forward"
    nth: which of several matches, from 1 in source order
    count: how many matches there must be; all are edited unless `nth` names one
    within: a pattern; only matches inside the one place where it matches are looked at
    comment: new text of the comment that belongs to the edited statement; empty takes it away
    """

    target: str
    nth: int | None = None
    count: int | None = None
    within: str | None = None
    comment: str | None = None

    EXAMPLES: ClassVar[tuple["Example", ...]] = ()

    @property
    def path(self) -> str:
        """The file that the edit changes, relative to the source tree."""
        return split_target(self.target)[0]

    def apply(self, code: "Code") -> Iterable["Edit"]:
        """Yield the changes to the parsed target; the text itself stays as it is."""
        raise NotImplementedError(f"{type(self).__name__} has no 'apply'")


class Example:
    """An edit to try: the code before and after it, and the operator's fields.

    `after` is None for a near miss: code that looks alike and that the edit refuses to touch. The
    target is the whole code unless `target` says otherwise.
    """

    def __init__(self, before: str, after: str | None, /, **fields: Any) -> None:
        self.before = before
        self.after = after
        self.fields = {"target": "example.py", **fields}
