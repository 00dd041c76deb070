"""Two names in each other's place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class SwapNames(Operator, frozen=True):
    """Exchange two names in an expression or in statements.

    What changes: every use of one name becomes the other, and the other way round; attributes
    and keywords that are spelled alike stay.
    A hunter notices: two things of one kind confused: keys and queries, rows and columns, inputs
    and targets.
    Equivalent when: the code is symmetric in the two.

    match: a pattern for the code in which to exchange them
    first, second: names, dotted ones too
    """

    match: str
    first: str
    second: str

    EXAMPLES = (
        Example("scores = q @ k.T\n", "scores = k @ q.T\n", match="q @ $_", first="q", second="k"),
        Example(
            "def f(self):\n    return self.n_head // self.n_kv_head\n",
            "def f(self):\n    return self.n_kv_head // self.n_head\n",
            match="return $_",
            first="self.n_head",
            second="self.n_kv_head",
        ),
        Example("y = a.b(b=a) - b\n", "y = b.b(b=b) - a\n", match="y = $_", first="a", second="b"),
        Example("y = a - b\n", None, match="b - a", first="a", second="b"),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Rename both ways at once."""
        expression = code.is_expression(self.match)
        sites = code.expressions(self.match) if expression else code.statements(self.match)
        for site in sites:
            for name, other in ((self.first, self.second), (self.second, self.first)):
                places = tuple(code.occurrences(site, name))
                if not places:
                    raise code.error(site.node, f"does not use `{name}`. Correct the names.")
                yield from (code.replace(place, other, {}) for place in places)
