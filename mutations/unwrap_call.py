"""A call left out around its argument."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class UnwrapCall(Operator, frozen=True):
    """Put an argument of a call, or the object of a method call, in place of the call.

    What changes: `f(x)` becomes `x`, `x.f()` becomes `x`.
    A hunter notices: a step of the computation that is missing: no norm, no clamp, no copy.
    Equivalent when: the call gives back what it gets.

    match: a pattern for the call
    keep: which argument stays, as a position from 1 or a keyword; by default the only one, or the
        object of a method that is called without any
    """

    match: str
    keep: int | str | None = None

    EXAMPLES = (
        Example("x = block(norm(x))\n", "x = block(x)\n", match="norm(x)"),
        Example("x = 2 * norm(a + b)\n", "x = 2 * (a + b)\n", match="norm($_)"),
        Example("y = x[0].clone()\n", "y = x[0]\n", match="$_.clone()"),
        Example("y = F.dropout(x, p=p)\n", "y = x\n", match="F.dropout($$$_)", keep=1),
        Example("x = norms(x)\n", None, match="norm(x)"),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Write what stays, in parentheses where the place asks for them."""
        for site in code.expressions(self.match):
            if self.keep is None:
                yield code.copy_onto(site.node, code.unwrapped(site.node))
            else:
                yield code.copy_onto(site.node, code.argument(site.node, self.keep))
