"""Another constant."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class ChangeConstant(Operator, frozen=True):
    """Put another literal in place of a number, a string, True, False or None.

    What changes: one literal.
    A hunter notices: a threshold, default, mode or label that is not what the documentation,
    the paper or the other side of an interface says.
    Equivalent when: the value is overridden wherever the code is used.

    match: a pattern for the literal; `within` says where
    to: a number, true or false, or the code of a literal (a string keeps its quotes: "'sum'")
    """

    match: str | int | float
    to: bool | int | float | str

    EXAMPLES = (
        Example("base = 10000\n", "base = 1000\n", match=10000, to=1000),
        Example(
            "loss = f(x, reduction='mean', other='mean')\n",
            "loss = f(x, reduction='sum', other='mean')\n",
            match="'mean'",
            to="'sum'",
            nth=1,
        ),
        Example("causal = True\n", "causal = False\n", match="True", to=False),
        Example("y = x ** 2\n", "y = x ** -0.5\n", match="2", to=-0.5),
        Example("eps = 1e-5\n", None, match=1e-6, to=1e-3),
        Example("n = 1\n", None, match="1.0", to=2.0),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Replace a literal by a literal."""
        for site in code.expressions(str(self.match)):
            code.literal(site.node)
            to = self.to if isinstance(self.to, str) else repr(self.to)
            yield code.replace(site.node, to, {})
