"""Another comparison operator."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit

Comparison = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"]

OPPOSITE: dict[str, Comparison] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
}


class FlipComparison(Operator, frozen=True):
    """Turn a comparison into its opposite, or into another one.

    What changes: the operator of one comparison, not of a chain of them.
    A hunter notices: a branch taken exactly when it should not be, or, with `to`, a boundary
    that is off by one.
    Equivalent when: with `to`, the two operators differ only for values that never occur.

    match: a pattern for the comparison
    to: the operator to write; by default the opposite
    """

    match: str
    to: Comparison | None = None

    EXAMPLES = (
        Example(
            "grouped = self.n_head != self.n_kv_head\n",
            "grouped = self.n_head == self.n_kv_head\n",
            match="self.n_head != self.n_kv_head",
        ),
        Example(
            "while (a  <  # bound\n    b):\n    a += 1\n",
            "while (a  <=  # bound\n    b):\n    a += 1\n",
            match="a < $B",
            to="<=",
        ),
        Example("hit = x not in seen\n", "hit = x in seen\n", match="x not in seen"),
        Example("ok = 0 < n < 9\n", None, match="0 < n"),
        Example("ok = a != b\n", None, match="a == b"),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Replace the operator and keep the white space around it."""
        for site in code.expressions(self.match):
            operator = code.comparison_operator(site.node)
            to = self.to or OPPOSITE[code.source(operator).strip()]
            yield code.replace_operator(operator, to)
