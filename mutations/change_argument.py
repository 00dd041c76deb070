"""Another argument."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class ChangeArgument(Operator, frozen=True):
    """Put another value in place of an argument of a call.

    What changes: the value of one argument that is written out.
    A hunter notices: a function that does another thing than its name says here: another
    dimension, mode, length or default.
    Equivalent when: the argument has the same value, or is ignored in this case.

    match: a pattern for the call
    argument: position from 1, or keyword
    to: the value to write: a number, true or false, or code, which may use the metavariables of
        `match`
    """

    match: str
    argument: int | str
    to: bool | int | float | str

    EXAMPLES = (
        Example(
            "p = F.softmax(logits, dim=-1)\n",
            "p = F.softmax(logits, dim=0)\n",
            match="F.softmax($$$_)",
            argument="dim",
            to=0,
        ),
        Example("y = f(a, b)\n", "y = f(a, (a, b))\n", match="f($A, $B)", argument=2, to="$A, $B"),
        Example("y = f(x)\n", None, match="f($_, causal=$_)", argument="causal", to=False),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Replace the value of the argument."""
        for site in code.expressions(self.match):
            to = self.to if isinstance(self.to, str) else repr(self.to)
            yield code.replace(code.argument(site.node, self.argument), to, site.bindings)
