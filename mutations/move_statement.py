"""A statement at another place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class MoveStatement(Operator, frozen=True):
    """Take statements from one place to another.

    What changes: the lines, with the comment at their end, go before or after others, in
    whatever block those are. Comments and blank lines above them stay; the only statement of a
    block becomes `pass`.
    A hunter notices: an effect too early, too late, once per item in place of once, or the other
    way round.
    Equivalent when: nothing between the two places reads or writes what the statements do.

    match: a pattern for the statements to move
    before, after: a pattern for the statements beside which they go; exactly one of the two
    """

    match: str
    before: str | None = None
    after: str | None = None

    EXAMPLES = (
        Example(
            "for batch in batches:\n    loss(batch)\n    zero_grad()  # fresh\nstep()\n",
            "for batch in batches:\n    loss(batch)\nzero_grad()  # fresh\nstep()\n",
            match="zero_grad()",
            before="step()",
        ),
        Example(
            "total = 0\nfor x in xs:\n    # Each.\n    total += x\n",
            "for x in xs:\n    total = 0\n    # Each.\n    total += x\n",
            match="total = 0",
            before="total += $_",
        ),
        Example(
            "if a:\n    b()\nc()\n",
            "if a:\n    pass\nc()\nb()\n",
            match="b()",
            after="c()",
        ),
        Example(
            "def f(self):\n    if last:\n        a()\n        self.pos += 1  # on\n    return 1\n",
            "def f(self):\n    if last:\n        a()\n    self.pos += 1  # on\n    return 1\n",
            match="self.pos += 1",
            after="if last:",
        ),
        Example("a = 1\nb = 2\n", None, match="a = 2", after="b = 2"),
    )

    def __post_init__(self) -> None:
        """Raise ValueError unless there is one anchor."""
        if (self.before is None) == (self.after is None):
            raise ValueError("move_statement takes either `before` or `after`: give one of them")

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Remove and insert in one edit."""
        anchor = code.anchor(self.before or self.after or "")
        for site in code.statements(self.match):
            yield code.move(site, anchor, after=self.after is not None)
