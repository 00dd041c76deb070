"""An edit as text and as tree."""

from collections.abc import Mapping
from dataclasses import dataclass

from mutations.language.matcher import Graft
from mutations.language.replacement import Replacement
from mutations.language.syntax import Node


@dataclass(frozen=True)
class Edit:
    """One change.

    texts: ways to write it, best first; the first is taken whose parsed result is `tree`
    tree: what stands in place of which nodes of the clean tree
    anchor: the node that is edited, to whose statement a comment belongs
    """

    texts: tuple[tuple[Replacement, ...], ...]
    tree: Mapping[Node, tuple[Graft, ...]]
    anchor: Node
