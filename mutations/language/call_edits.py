"""Changes to calls."""

import libcst as cst

from mutations.language.edit import Edit
from mutations.language.errors import InvalidEdit
from mutations.language.replacement import Replacement
from mutations.language.syntax import Node
from mutations.language.tree import Span, Tree


class CallEdits:
    """What can be done to the arguments of a call."""

    tree: Tree

    def argument(self, call: Node, which: int | str) -> Node:
        """Give an argument's value, by position from 1 or by keyword."""
        return self._call(call).args[self._index(call, which)].value

    def unwrapped(self, call: Node) -> Node:
        """Give what a call with one argument, or a method call without any, is about."""
        call = self._call(call)
        if len(call.args) == 1:
            return self.argument(call, 1)
        if not call.args and isinstance(call.func, cst.Attribute):
            return call.func.value
        raise InvalidEdit(
            f"{self._place(call)} has {len(call.args)} arguments. Say with `keep` which one stays."
        )

    def drop_argument(self, call: Node, which: int | str) -> Edit:
        """Take an argument and its comma away."""
        args = self._call(call).args
        index = self._index(call, which)
        own, comma = self.tree.span(args[index]), args[index].comma
        if index + 1 < len(args):
            span = Span(own.start, self.tree.span(args[index + 1]).start)
        elif index > 0:
            span = Span(self.tree.span(args[index - 1]).stop, own.stop)
        else:
            last = comma if isinstance(comma, cst.Comma) else args[index]
            span = Span(own.start, self.tree.span(last).stop)
        return Edit(((Replacement(*span, ""),),), {args[index]: ()}, call)

    def _call(self, node: Node) -> cst.Call:
        if isinstance(node, cst.Call):
            return node
        raise InvalidEdit(f"{self._place(node)} is no call. Match a call, such as `f($$$ARGS)`.")

    def _index(self, call: Node, which: int | str) -> int:
        args = self._call(call).args
        for index, arg in enumerate(args):
            name = arg.keyword.value if arg.keyword else None
            if which in (name, index + 1) and not arg.star:
                return index
        raise InvalidEdit(
            f"{self._place(call)} has no plain argument {which!r}. Give a position from 1 to "
            f"{len(args)}, or a keyword."
        )

    def _place(self, node: Node) -> str:
        return f"{self.tree.target}: `{self.tree.source(node)}` in line {self.tree.line(node)}"
