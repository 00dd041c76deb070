"""A statement too many."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class InsertStatement(Operator, frozen=True):
    """Put statements before or after others.

    What changes: new lines in the block of the anchor; before an anchor means before the comment
    right above it.
    A hunter notices: an effect that happens twice, or that nobody asked for.
    Equivalent when: the effect is idempotent, overwritten or never read.

    statement: the code to insert; it may use the metavariables of the anchor
    before, after: a pattern for the statements beside which it goes; exactly one of the two
    """

    statement: str
    before: str | None = None
    after: str | None = None

    EXAMPLES = (
        Example(
            "def f(x):\n    y = x\n\n    # Done.\n    return y\n",
            "def f(x):\n    y = x\n\n    y = norm(y)\n    # Done.\n    return y\n",
            statement="$Y = norm($Y)",
            before="return $Y",
        ),
        Example(
            "for x in xs:\n    step(x)  # (B, T)\nend()\n",
            "for x in xs:\n    step(x)  # (B, T)\n    step(x)\nend()\n",
            statement="step(x)",
            after="step($_)",
        ),
        Example("if a: b(); c()\n", "if a: b(); d(); c()\n", statement="d()", before="c()"),
        Example("return_value = y\n", None, statement="y = 0", before="return y"),
    )

    def __post_init__(self) -> None:
        """Raise ValueError unless there is one anchor."""
        if (self.before is None) == (self.after is None):
            raise ValueError("insert_statement takes either `before` or `after`: give one of them")

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Insert lines, or a statement between semicolons where the anchor stands there."""
        for site in code.statements(self.before or self.after or ""):
            yield code.insert(site, self.statement, after=self.after is not None)
