"""Other code in place of code: an expression, statements, or the header of a statement."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class Replace(Operator, frozen=True):
    """Put other code in place of what matches.

    What changes: `match` becomes `by`, in which the metavariables of `match` stand for what they
    matched. Both are expressions, or both are statements, or both are headers (`if $X:`), which
    leave the block below alone.
    A hunter notices: whatever the new code does otherwise.
    Equivalent when: both forms have the same value for every input that occurs.

    match: a pattern
    by: the code to write, in parentheses where the place asks for them
    """

    match: str
    by: str

    EXAMPLES = (
        Example(
            "scale = channel / head_dim\n",
            "scale = channel / (head_dim * 2)\n",
            match="channel / head_dim",
            by="channel / (head_dim * 2)",
        ),
        Example(
            "while t:\n    if layer == last - 1:  # advance\n        t += 1\n",
            "while t:\n    if layer == 0:  # advance\n        t += 1\n",
            match="if layer == last - 1:",
            by="if layer == 0:",
        ),
        Example(
            "ids = [start, *encode(text), end]\n",
            "ids = [*encode(text), end, start]\n",
            match="[start, *$RESULT, end]",
            by="[*$RESULT, end, start]",
        ),
        Example(
            "def f(a, b):\n    x = a  # keep\n    return x\n",
            "def f(a, b):\n    y = a  # keep\n    return y + a\n",
            match="x = $A\nreturn x",
            by="y = $A\nreturn y + $A",
        ),
        Example("n = c + a + b\n", None, match="a + b", by="a - b"),
        Example("if x == 1 == y:\n    pass\n", None, match="x == 1", by="x != 1"),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Replace expressions if both sides are some, else statements."""
        if code.is_expression(self.match) and code.is_expression(self.by):
            for site in code.expressions(self.match):
                yield code.replace(site.node, self.by, site.bindings)
        else:
            for site in code.statements(self.match):
                yield code.rewrite(site, self.by)
