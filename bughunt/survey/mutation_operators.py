"""Mutation operators: the small changes that one node of a syntax tree allows."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

Edit = tuple[int, int, str]  # where a text starts, where it ends, what replaces it
Edits = Iterator[Edit]

_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>", ast.And: "and", ast.Or: "or",
}  # fmt: skip
_COMPARISONS = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
    "==": ("!=",), "!=": ("==",), "is": ("is not",), "is not": ("is",),
    "in": ("not in",), "not in": ("in",),
}  # fmt: skip
_ARITHMETIC = {
    "+": "-", "-": "+", "*": "/", "/": "*", "//": "/", "%": "//", "**": "*", "@": "*",
    "&": "|", "|": "&", "^": "&", "<<": ">>", ">>": "<<",
}  # fmt: skip
_PAIRS = [
    ("min", "max"), ("any", "all"), ("floor", "ceil"), ("zeros", "ones"), ("argmin", "argmax"),
    ("startswith", "endswith"), ("pop", "popleft"), ("append", "appendleft"), ("sin", "cos"),
    ("lstrip", "rstrip"), ("triu", "tril"), ("split", "rsplit"), ("find", "rfind"),
    ("partition", "rpartition"), ("takewhile", "dropwhile"), ("removeprefix", "removesuffix"),
]  # fmt: skip
_OPPOSITES = dict(_PAIRS) | {second: first for first, second in _PAIRS}
# Calls that change how a value is held more often than what it is.
_CONVERSIONS = {
    "bool", "dict", "enumerate", "float", "frozenset", "int", "iter", "len", "list", "next",
    "open", "range", "repr", "set", "sorted", "str", "super", "tuple", "type", "vars",
}  # fmt: skip
MESSENGERS = {"print", "print0", "debug", "info", "warning", "warn", "critical", "exception"}
_SYMMETRIC = {"gcd", "max", "maximum", "min", "minimum", "swapaxes", "transpose"}
_HARMLESS_DECORATORS = {"abstractmethod", "final", "overload", "override"}


class Source:
    """A module's text, its tree, and where each node lies in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.split("\n")
        self.starts = [0]
        for line in self._lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def place(self, line: int, column: int) -> int:
        """Return the number of characters before a line and a column in bytes of UTF-8."""
        before = self._lines[line - 1].encode()[:column].decode()
        return self.starts[line - 1] + len(before)

    def position(self, start: int) -> tuple[int, int]:
        """Return line and column, from 1."""
        line = bisect.bisect_right(self.starts, start)
        return line, start - self.starts[line - 1] + 1

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node starts, with its decorators, and where it ends."""
        line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        start = self.place(line, column)
        if decorators := getattr(node, "decorator_list", []):
            start = self.text.rindex("@", 0, self.span(decorators[0])[0])
        return start, self.place(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def segment(self, node: ast.AST) -> str:
        """Return the node's text."""
        start, stop = self.span(node)
        return self.text[start:stop]

    def between(self, left: ast.AST, right: ast.AST, word: str) -> tuple[int, int]:
        """Return where an operator stands between its operands, comments not counted."""
        start, stop = self.span(left)[1], self.span(right)[0]
        gap = re.sub(r"#[^\n]*", lambda found: " " * len(found[0]), self.text[start:stop])
        pattern = r"\s+".join(map(re.escape, word.split()))
        match = re.search(pattern, gap)
        assert match is not None, f"no {word!r} in {gap!r}"
        return start + match.start(), start + match.end()


Operator = Callable[[ast.AST, Source], Edits]


def last_name(node: ast.AST | None) -> str:
    """Return ``c`` of ``c`` and of ``a.b.c``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _comparison(node: ast.AST, source: Source) -> Edits:
    """Yield each comparison as its neighbour at the boundary and as its negation."""
    if isinstance(node, ast.Compare):
        operands = pairwise([node.left, *node.comparators])
        for op, (left, right) in zip(node.ops, operands, strict=True):
            word = _SYMBOLS[type(op)]
            start, stop = source.between(left, right, word)
            yield from ((start, stop, other) for other in _COMPARISONS[word])


def _arithmetic(node: ast.AST, source: Source) -> Edits:
    """Yield an operation as its opposite, in an augmented assignment too."""
    if isinstance(node, ast.BinOp):
        word = _SYMBOLS[type(node.op)]
        yield (*source.between(node.left, node.right, word), _ARITHMETIC[word])
    elif isinstance(node, ast.AugAssign):
        word = _SYMBOLS[type(node.op)]
        start, stop = source.between(node.target, node.value, f"{word}=")
        yield start, stop, f"{_ARITHMETIC[word]}="


def _boolean(node: ast.AST, source: Source) -> Edits:
    """Yield ``and`` as ``or`` and the other way round, one at a time."""
    if isinstance(node, ast.BoolOp):
        word = _SYMBOLS[type(node.op)]
        for left, right in pairwise(node.values):
            yield (*source.between(left, right, word), "or" if word == "and" else "and")


def _unary(node: ast.AST, source: Source) -> Edits:
    """Yield an operand without its ``not``, ``-`` or ``~``."""
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        start = source.span(node)[0]
        sign = re.match(r"not\s*|.", source.text[start:])
        assert sign is not None
        yield start, start + sign.end(), ""


def _condition(node: ast.AST, source: Source) -> Edits:
    """Yield the opposite of a condition that no other operator turns round."""
    tests = getattr(node, "ifs", None) or [getattr(node, "test", None)]
    for test in filter(None, tests):
        negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        compared = isinstance(test, ast.Compare) and len(test.ops) == 1
        if not negated and not compared:
            yield (*source.span(test), f"not ({source.segment(test)})")


def _constant(node: ast.AST, source: Source) -> Edits:
    """Yield another number, truth value or text."""
    if isinstance(node, ast.Constant):
        yield from ((*source.span(node), repr(value)) for value in _others(node.value))
    elif isinstance(node, ast.JoinedStr):
        yield (*source.span(node), "''")


def _others(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, (int, float)):
        return (0, 2) if value == 1 and isinstance(value, int) else (value + 1,)
    if isinstance(value, str):
        return ("" if value else "x",)
    if isinstance(value, bytes):
        return (b"" if value else b"x",)
    return ()


def _statement(node: ast.AST, source: Source) -> Edits:
    """Yield nothing in place of a statement that acts, and break for continue."""
    if isinstance(node, (ast.Break, ast.Continue)):
        yield (*source.span(node), "continue" if isinstance(node, ast.Break) else "break")
    elif isinstance(node, (ast.Expr, ast.AugAssign, ast.Raise, ast.Assert, ast.Delete)) or (
        isinstance(node, ast.Assign) and _acts(node)
    ):
        yield (*source.span(node), "pass")


def _acts(node: ast.Assign) -> bool:
    """Return whether an assignment changes an object, or a name that it reads."""
    read = {it.id for it in ast.walk(node.value) if isinstance(it, ast.Name)}
    targets = [it for target in node.targets for it in ast.walk(target)]
    names = {it.id for it in targets if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store)}
    return not names or bool(names & read)


def _return(node: ast.AST, source: Source) -> Edits:
    """Yield None in place of what is returned."""
    if isinstance(node, ast.Return) and node.value is not None:
        yield (*source.span(node.value), "None")


def _argument(node: ast.AST, source: Source) -> Edits:
    """Yield a call without its last positional or a named argument, or with two swapped."""
    if not isinstance(node, ast.Call) or last_name(node.func) in MESSENGERS:
        return
    parts = sorted([*node.args, *node.keywords], key=lambda it: source.span(it)[0])
    named = [it for it in node.keywords if it.arg is not None]
    last = node.args[-1:] if len(parts) > 1 else []
    for part in (*last, *named):
        index = parts.index(part)
        start, stop = source.span(part)
        if index + 1 < len(parts):
            stop = source.span(parts[index + 1])[0]
        elif index > 0:
            start = source.span(parts[index - 1])[1]
        yield start, stop, ""
    if last_name(node.func) in _SYMMETRIC:
        return
    for left, right in pairwise(node.args):
        if not isinstance(left, ast.Starred) and not isinstance(right, ast.Starred):
            (start, end), (begin, stop) = source.span(left), source.span(right)
            first, gap, second = source.segment(left), source.text[end:begin], source.segment(right)
            yield start, stop, f"{second}{gap}{first}"


def _call(node: ast.AST, source: Source) -> Edits:
    """Yield the opposite function, and the only argument or the object in place of a call."""
    if not isinstance(node, ast.Call):
        return
    name, (start, stop) = last_name(node.func), source.span(node)
    if name in _OPPOSITES:
        end = source.span(node.func)[1]
        yield end - len(name), end, _OPPOSITES[name]
    converts = isinstance(node.func, ast.Name) and name in _CONVERSIONS
    if converts or name in MESSENGERS or node.keywords:
        return
    if len(node.args) == 1 and not isinstance(node.args[0], (ast.Starred, ast.GeneratorExp)):
        yield start, stop, f"({source.segment(node.args[0])})"
    elif not node.args and isinstance(node.func, ast.Attribute):
        yield start, stop, source.segment(node.func.value)


def _bound(node: ast.AST, source: Source) -> Edits:
    """Yield a slice or a range that is one longer or shorter at one end."""
    bounds: list[ast.expr | None] = []
    if isinstance(node, ast.Slice):
        bounds = [node.lower, node.upper]
    elif isinstance(node, ast.Call) and last_name(node.func) == "range":
        bounds = list(node.args[:2])
    for bound in filter(None, bounds):
        if not isinstance(bound, ast.Starred):
            for change in ("+ 1", "- 1"):
                yield (*source.span(bound), f"{_in_brackets(bound, source)} {change}")


def _in_brackets(node: ast.expr, source: Source) -> str:
    text = source.segment(node)
    needs_none = isinstance(node, (ast.Name, ast.Attribute, ast.Constant, ast.Call, ast.Subscript))
    return text if needs_none else f"({text})"


def _decorator(node: ast.AST, source: Source) -> Edits:
    """Yield a function or class without one of its decorators."""
    for decorator in getattr(node, "decorator_list", []):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if last_name(called) not in _HARMLESS_DECORATORS:
            start, stop = source.span(decorator)
            yield source.text.rindex("@", 0, start), stop, ""


OPERATORS: dict[str, Operator] = {
    "comparison": _comparison,
    "arithmetic": _arithmetic,
    "boolean": _boolean,
    "unary": _unary,
    "condition": _condition,
    "constant": _constant,
    "statement": _statement,
    "return": _return,
    "argument": _argument,
    "call": _call,
    "bound": _bound,
    "decorator": _decorator,
}
