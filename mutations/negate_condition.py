"""A condition upside down."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class NegateCondition(Operator, frozen=True):
    """Put `not` before a condition, or take it away.

    What changes: the test of an `if`, `while`, `assert`, comprehension or conditional expression,
    or one operand of `and`, `or` and `not`.
    A hunter notices: the branch for one case taken in all the others.
    Equivalent when: both branches do the same.

    match: a pattern for the condition, without the `if`
    """

    match: str

    EXAMPLES = (
        Example("if cache:\n    use()\n", "if not cache:\n    use()\n", match="cache"),
        Example("if not cache:\n    use()\n", "if cache:\n    use()\n", match="not cache"),
        Example("y = a if b or c else d\n", "y = a if not (b or c) else d\n", match="b or c"),
        Example(
            "if a and (b or c):\n    d()\n", "if a and not (b or c):\n    d()\n", match="b or c"
        ),
        Example("if caches:\n    use()\n", None, match="cache"),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Negate a condition and refuse any other expression."""
        for site in code.expressions(self.match):
            negated = code.bindings("not $TEST", site.node)
            if negated:
                yield code.replace(site.node, "$TEST", negated)
            elif code.is_condition(site.node):
                yield code.wrap(site.node, "not $IT")
            else:
                raise code.error(site.node, "is no condition. Match the test of an `if` or alike.")
