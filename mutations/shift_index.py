"""An index off by some."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mutations.language.operator import Example, Operator

if TYPE_CHECKING:
    from mutations.language.code import Code
    from mutations.language.edit import Edit


class ShiftIndex(Operator, frozen=True):
    """Add to an index, or to a bound of a slice.

    What changes: an index `i` becomes `i + by`; a number, or a number at the end of a sum, is
    written as the result.
    A hunter notices: neighbours mixed up, targets seen too early or late, a first or last item
    lost, an IndexError at an edge.
    Equivalent when: all items are alike, or the bound lies beyond the end either way.

    match: a pattern for the index or bound; `within` says in which subscript
    by: how far to go, negative for back
    """

    match: str | int
    by: int

    EXAMPLES = (
        Example(
            "last = logits[:, -1, :]\n",
            "last = logits[:, -2, :]\n",
            match=-1,
            by=-1,
            within="logits[$$$_]",
        ),
        Example("targets = buffer[1:]\n", "targets = buffer[2:]\n", match=1, by=1),
        Example("y = x[i]\n", "y = x[i + 1]\n", match="i", by=1),
        Example("y = x[n - 1]\n", "y = x[n]\n", match="n - 1", by=1),
        Example(
            "y = x[a if a else b]\n", "y = x[(a if a else b) - 1]\n", match="a if a else b", by=-1
        ),
        Example("y = x[i + 1]\n", None, match="i - 1", by=1),
    )

    def apply(self, code: "Code") -> "Iterator[Edit]":
        """Shift an index and refuse any other expression."""
        for site in code.expressions(str(self.match)):
            if not code.is_index(site.node):
                raise code.error(site.node, "is no index. Say with `within` which subscript it is.")
            number = code.number(site.node)
            if isinstance(number, int):
                yield code.replace(site.node, repr(number + self.by), {})
                continue
            for pattern, sign in (("$BASE + $N", 1), ("$BASE - $N", -1), ("$BASE", 0)):
                bindings = code.bindings(pattern, site.node)
                step = code.number(bindings["N"][0]) if bindings and sign else 0
                if bindings and isinstance(step, int):
                    yield code.replace(site.node, _sum(sign * step + self.by), bindings)
                    break


def _sum(step: int) -> str:
    if step == 0:
        return "$BASE"
    return f"$BASE {'+' if step > 0 else '-'} {abs(step)}"
