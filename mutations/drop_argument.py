"""An argument left out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class DropArgument(Operator, frozen=True):
    """Take an argument of a call away.

    What changes: the argument and its comma; the function's default stands in.
    A hunter notices: an option without effect; a TypeError if there is no default.
    Equivalent when: the default is the same value.

    match: a pattern for the call
    argument: position from 1, or keyword
    """

    match: str
    argument: int | str

    EXAMPLES = (
        Example(
            "y = attention(q, k, v, is_causal=True)\n",
            "y = attention(q, k, v)\n",
            match="attention($$$_)",
            argument="is_causal",
        ),
        Example(
            "y = f(\n    a,  # first\n    b,\n)\n",
            "y = f(\n    b,\n)\n",
            match="f($$$_)",
            argument=1,
        ),
        Example("x.sum(0,)\n", "x.sum()\n", match="x.sum(0)", argument=1),
        Example("y = f(a)\n", None, match="f(a, b)", argument=2),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Remove the argument."""
        for site in code.expressions(self.match):
            yield code.drop_argument(site.node, self.argument)
