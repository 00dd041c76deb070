"""A factor too many."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class Scale(Operator, frozen=True):
    """Multiply an expression.

    What changes: `match` becomes `match * by`; a number times a number is written as their
    product.
    A hunter notices: a size, rate or magnitude that is off by a constant factor.
    Equivalent when: the value is zero, or whatever uses it ignores scale (a comparison with zero,
    a normalisation, Adam and Muon for gradients).

    match: a pattern for the expression
    by: the factor, a number or code
    """

    match: str
    by: int | float | str

    EXAMPLES = (
        Example("rate = n / d\n", "rate = n / (d * 2)\n", match="d", by=2),
        Example(
            "size = needed + 1024\n", "size = (needed + 1024) * 2\n", match="needed + 1024", by=2
        ),
        Example("step = 1024\n", "step = 2048\n", match="1024", by=2),
        Example("x = q\n", "x = q * k ** 0.5\n", match="q", by="k ** 0.5"),
        Example("x = module.d\n", None, match="d", by=2),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Write the product, in parentheses where the place asks for them."""
        for site in code.expressions(self.match):
            if str(self.by) in ("1", "1.0"):
                raise code.error(site.node, "times 1 is what it was. Give another factor in `by`.")
            number = code.number(site.node)
            if number is not None and isinstance(self.by, int | float):
                yield code.replace(site.node, repr(number * self.by), {})
            else:
                yield code.wrap(site.node, f"$IT * {code.in_parentheses(str(self.by), '*')}")
