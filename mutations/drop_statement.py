"""A statement left out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class DropStatement(Operator, frozen=True):
    """Take statements away.

    What changes: the statements and the comment at their line's end are gone; comments and blank
    lines above stay. The only statement of a block becomes `pass`.
    A hunter notices: an effect that is missing: memory kept, a position not advanced, a value not
    normalised.
    Equivalent when: the effect is overwritten or never read.

    match: a pattern for a statement, for several that follow each other, or for a header, which
        takes its block along
    """

    match: str

    EXAMPLES = (
        Example(
            "def reset(self):\n    # Forget everything.\n    self.pos = 0\n    self.kv = None\n",
            "def reset(self):\n    # Forget everything.\n    self.kv = None\n",
            match="self.pos = 0",
        ),
        Example(
            "for x in xs:\n    x.zero_grad()  # fresh\nstep()\n",
            "for x in xs:\n    pass\nstep()\n",
            match="x.zero_grad()",
        ),
        Example("if done: a = 1; b = 2\n", "if done: a = 1\n", match="b = 2"),
        Example(
            "a = 1\n\nif b:\n    c = 2\nelse:\n    c = 3\nd = 4\n",
            "a = 1\n\nd = 4\n",
            match="if $_:",
        ),
        Example("self.pos = 0\n", None, match="self.pos = 1"),
        Example("if reset(): pass\n", None, match="reset()"),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Remove whole lines where statements have lines of their own."""
        for site in code.statements(self.match):
            yield code.remove(site)
