"""An edit as text and as tree."""

from collections.abc import Mapping

from msgspec import Struct

from mutations.language.matcher import Graft
from mutations.language.replacement import Replacement
from mutations.language.syntax import Node


class Edit(Struct, frozen=True):
    """One change.

    texts: ways to write it, best first; the first is taken whose parsed result is `tree`
    tree: what stands in place of which nodes of the clean tree
    anchor: the node that is edited, to whose statement a comment belongs
    """

    texts: tuple[tuple[Replacement, ...], ...]
    tree: Mapping[Node, tuple[Graft, ...]]
    anchor: Node
