"""Two statements in each other's place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class SwapStatements(Operator, frozen=True):
    """Exchange statements.

    What changes: two statements, or two runs of them, change places with the comments at the end
    of their lines; comments and blank lines above them stay.
    A hunter notices: an order that matters: normalised before rotated, cleared before read,
    stepped before scheduled.
    Equivalent when: neither reads what the other writes.

    first, second: patterns for the statements
    """

    first: str
    second: str

    EXAMPLES = (
        Example(
            "q = rotate(q)  # (B, T)\nq = norm(q)\nreturn_ = q\n",
            "q = norm(q)\nq = rotate(q)  # (B, T)\nreturn_ = q\n",
            first="q = rotate(q)",
            second="q = norm(q)",
        ),
        Example(
            "if a:\n    b()\nelse:\n    c()\n    d()\n",
            "if a:\n    c()\n    d()\nelse:\n    b()\n",
            first="b()",
            second="c()\nd()",
        ),
        Example("a(); b(); c()\n", "c(); b(); a()\n", first="a()", second="c()"),
        Example("a = b()\nc()\n", None, first="b()", second="c()"),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Exchange texts, each fitted to the other's indentation."""
        second = code.anchor(self.second)
        for site in code.statements(self.first):
            yield code.swap(site, second)
