"""Changes to expressions."""

from collections.abc import Mapping
from typing import Any

import libcst as cst

from mutations.language.edit import Edit
from mutations.language.errors import InvalidEdit, PatternError
from mutations.language.matcher import Bindings, Graft, same_code
from mutations.language.pattern import metavariable, parse_pattern
from mutations.language.replacement import Replacement
from mutations.language.syntax import Node, is_atom, is_empty_tuple
from mutations.language.template import fill, items_of, parse_template
from mutations.language.tree import Tree


class ExpressionEdits:
    """What can be done to an expression of a target."""

    tree: Tree

    def replace(self, node: Node, template: str, bindings: Bindings) -> Edit:
        """Put an expression in place of another."""
        parsed = parse_template(template, bindings)
        if parsed.expression is None:
            raise PatternError(f"`{template}` is no expression, but what it replaces is one.")
        name = metavariable(parsed.expression)
        if name is not None:
            return self.copy_onto(node, bindings[name][0])
        text = fill(parsed, bindings, self.tree)
        return self._write(node, parsed.expression, text, Graft(parsed.expression, bindings))

    def wrap(self, node: Node, template: str) -> Edit:
        """Put an expression around another, which the template calls $IT."""
        return self.replace(node, template, {"IT": (node,)})

    def copy_onto(self, node: Node, other: Node) -> Edit:
        """Put a copy of an expression of the target in place of another."""
        return self._write(node, other, self.tree.source(other), Graft(other))

    def replace_operator(self, node: Node, new: str) -> Edit:
        """Put another comparison operator in place of one, white space around it kept."""
        start, stop = self.tree.span(node)
        old = self.tree.text[start:stop]
        start += len(old) - len(old.lstrip())
        stop -= len(old) - len(old.rstrip())
        comparison: Any = cst.parse_expression(f"a {new} b")
        graft = Graft(comparison.comparisons[0].operator)
        return Edit(((Replacement(start, stop, new),),), {node: (graft,)}, node)

    def comparison_operator(self, node: Node) -> Node:
        """Give the operator of a comparison; raises InvalidEdit for a chain and anything else."""
        if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
            return node.comparisons[0].operator
        raise InvalidEdit(
            f"{self.tree.target}: `{self.tree.source(node)}` in line {self.tree.line(node)} is not "
            "one comparison. Match one, such as `$A == $B`, or use `replace`."
        )

    def _write(self, node: Node, new: Any, text: str, graft: Graft) -> Edit:
        """Offer the bare text and the text in parentheses.

        Parentheses around the old expression stay, unless only the old one can have needed them,
        or the new one writes them around the old one itself.
        """
        span = self.tree.span(node)
        parenthesised = _is_parenthesised(node)
        bare = text[1:-1] if _is_parenthesised(new) and text[:1] + text[-1:] == "()" else text
        texts = [bare, f"({bare})"] if parenthesised else [text, f"({bare})"]
        offers = [(Replacement(*span, offer),) for offer in texts]
        needless = is_atom(new) and not is_atom(node)
        if parenthesised and (needless or f"({self.tree.source(node)})" in bare):
            offers.insert(0, (Replacement(*self.tree.span_with_parentheses(node), bare),))
        return Edit(tuple(offers), self._grafts(node, new, graft), node)

    def _grafts(self, node: Node, new: Any, graft: Graft) -> Mapping[Node, tuple[Graft, ...]]:
        """Put a tuple that becomes an index in place of the index as several ones."""
        item = self.tree.parent(node)
        if isinstance(item, cst.SubscriptElement) and isinstance(new, cst.Tuple):
            return {item: items_of(new.elements, graft.bindings)}
        return {node: (graft,)}


def _is_parenthesised(node: Any) -> bool:
    return len(node.lpar) > is_empty_tuple(node)


def in_parentheses(source: str, operator: str) -> str:
    """Put code into parentheses if it needs them as the right operand of an operator."""
    operand = parse_pattern(source).expression
    whole: Any = parse_pattern(f"left {operator} {source}").expression
    bare = operand is not None and same_code(getattr(whole, "right", None), operand)
    return source if bare else f"({source})"
