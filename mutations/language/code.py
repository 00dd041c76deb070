"""The parsed target as an operator sees it: questions to ask, changes to make.

Every change comes as an `Edit`, that is, as text and as the tree that the text must give. Operators
get all of it from here, so that a file with an operator does not import libcst.
"""

from collections.abc import Iterator

import libcst as cst

from mutations.language.call_edits import CallEdits
from mutations.language.errors import InvalidEdit, PatternError
from mutations.language.expression_edits import ExpressionEdits, in_parentheses
from mutations.language.matcher import Bindings, Matcher, same_code
from mutations.language.pattern import parse_pattern
from mutations.language.search import Choice, Site
from mutations.language.statement_edits import StatementEdits
from mutations.language.syntax import Literal, Node, literal_of
from mutations.language.tree import Tree

_TESTS = (cst.If, cst.While, cst.IfExp, cst.Assert, cst.CompIf)


class Code(ExpressionEdits, StatementEdits, CallEdits):
    """One target under one operator."""

    in_parentheses = staticmethod(in_parentheses)

    def __init__(self, tree: Tree, choice: Choice) -> None:
        self.tree = tree
        self._choice = choice

    def expressions(self, pattern: str) -> tuple[Site, ...]:
        """Find the expressions that the edit is about, as `nth`, `count` and `within` choose."""
        return self._choice.choose(self.tree, pattern, statements=False)

    def statements(self, pattern: str) -> tuple[Site, ...]:
        """Find the statements, or runs of them, that the edit is about."""
        return self._choice.choose(self.tree, pattern, statements=True)

    def anchor(self, pattern: str) -> Site:
        """Find the one run of statements that a second pattern of the edit means."""
        choice = Choice(within=self._choice.within)
        return choice.choose(self.tree, pattern, statements=True)[0]

    def occurrences(self, site: Site, source: str) -> Iterator[Node]:
        """Yield the expressions in a site that are the same code as a source."""
        wanted = parse_pattern(source).expression
        if wanted is None:
            raise PatternError(f"`{source}` is no expression. Write a name, or a dotted name.")
        start, stop = site.span(self.tree)
        for node in self.tree.expressions:
            span = self.tree.span(node)
            if start <= span.start and span.stop <= stop and same_code(wanted, node):
                yield node

    def bindings(self, pattern: str, node: Node) -> Bindings | None:
        """Match one expression against a pattern."""
        wanted = parse_pattern(pattern).expression
        assert wanted is not None, pattern
        return next(iter(Matcher().match(wanted, node, {})), None)

    def is_expression(self, pattern: str) -> bool:
        """Tell whether a pattern is an expression."""
        return parse_pattern(pattern).expression is not None

    def is_index(self, node: Node) -> bool:
        """Tell whether an expression is an index, or a bound of a slice."""
        around = [*self.tree.ancestors(node), None, None]
        in_tuple = isinstance(around[0], cst.Element) and isinstance(around[1], cst.Subscript)
        return isinstance(around[0], cst.SubscriptElement) or in_tuple

    def is_condition(self, node: Node) -> bool:
        """Tell whether an expression is looked at for being true or false."""
        around = self.tree.parent(node)
        if isinstance(around, cst.UnaryOperation):
            return isinstance(around.operator, cst.Not)
        test = around.test if isinstance(around, _TESTS) else None
        return node is test or isinstance(around, cst.BooleanOperation)

    def literal(self, node: Node) -> Literal:
        """Evaluate a literal; raises InvalidEdit for other expressions."""
        try:
            return literal_of(node)
        except LookupError as error:
            raise InvalidEdit(
                f"{self.tree.target}: {error}, in line {self.tree.line(node)}. Match a number, a "
                "plain string, True, False or None, or use `replace`."
            ) from error

    def number(self, node: Node) -> int | float | None:
        """Give the number that an expression spells out, or None for other expressions."""
        try:
            value = literal_of(node)
        except LookupError:
            return None
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def source(self, node: Node) -> str:
        """Give a node's own text."""
        return self.tree.source(node)

    def error(self, node: Node, complaint: str) -> InvalidEdit:
        """Say of a place in the target why it cannot be edited, and what to do."""
        return InvalidEdit(
            f"{self.tree.target}: `{self.source(node)}` in line {self.tree.line(node)} {complaint}"
        )
