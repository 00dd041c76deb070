"""Two arguments in each other's place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class SwapArguments(Operator, frozen=True):
    """Exchange the values of two arguments of a call.

    What changes: two values; keywords stay where they are.
    A hunter notices: a shape error, or worse, none, because both arguments have one shape.
    Equivalent when: the function is symmetric in the two.

    match: a pattern for the call
    first, second: positions from 1, or keywords
    """

    match: str
    first: int | str
    second: int | str

    EXAMPLES = (
        Example(
            "y = apply_rotary(q, cos, sin)\n",
            "y = apply_rotary(q, sin, cos)\n",
            match="apply_rotary($$$_)",
            first=2,
            second=3,
        ),
        Example(
            "y = attend(q, key=k, value=(w := v))\n",
            "y = attend(q, key=(w := v), value=k)\n",
            match="attend($$$_)",
            first="key",
            second="value",
        ),
        Example("y = rotate(q, cos)\n", None, match="rotate($A)", first=1, second=2),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Write each value where the other stood."""
        for site in code.expressions(self.match):
            first = code.argument(site.node, self.first)
            second = code.argument(site.node, self.second)
            yield code.copy_onto(first, second)
            yield code.copy_onto(second, first)
