"""A sign is forgotten."""

from collections.abc import Iterator

from mutations import Example, Operator


class ForgetSign(Operator, frozen=True):
    """Take the absolute value of an expression.

    What changes: `match` becomes `abs(match)`.
    A hunter notices: debts that count as savings, steps that never lead back.
    Equivalent when: the value is never negative.

    match: a pattern for the expression
    """

    match: str

    EXAMPLES = (
        Example("left = income - spent\n", "left = abs(income - spent)\n", match="income - spent"),
        Example("total = 2 * (a - b)\n", "total = 2 * abs(a - b)\n", match="a - b"),
        Example("step = b - a\n", None, match="a - b"),
    )

    def apply(self, code) -> Iterator:
        """Write the call around each place that is meant."""
        for site in code.expressions(self.match):
            yield code.wrap(site.node, "abs($IT)")
