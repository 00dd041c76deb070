"""The part of a libcst tree that means something.

A libcst node holds form (white space, comments, parentheses, commas, quotes) beside meaning. A
`Shape` is a node without form: its kind and its fields, each of them a node, a text, None or a
tuple of those. The matcher, the search and the proof of an edit all look at shapes only, so that
they agree on what "the same code" is:

- a string is its value, whatever its quotes, escapes, prefix letters or implicit concatenation;
- a number is its type and value, so that 0x10 is 16, 1_000 is 1000, and 1 is not 1.0;
- a block is its statements, on lines of their own or joined by semicolons;
- the parameters of a function and the arguments of a class are one list, markers included;
- `x[a, b]` is `x[(a, b)]`; `elif` is not `else:` with an `if` in it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields as dataclass_fields
from functools import cache
from typing import Any, NamedTuple, TypeAlias, TypeGuard

import libcst as cst

from mutations.language.literal import (
    evaluate,
    format_specification,
    number_value,
    string_value,
)

Node: TypeAlias = cst.CSTNode
Value: TypeAlias = Any  # Node | str | None | tuple of those; libcst's fields are not typed closer


Literal: TypeAlias = int | float | complex | str | bytes | bool | None


class Shape(NamedTuple):
    """A node without its form."""

    kind: str
    fields: tuple[tuple[str, Value], ...]


# Fields of compound statements that hold or introduce blocks; the rest is the header.
BLOCK_FIELDS = frozenset({"body", "orelse", "handlers", "finalbody", "cases"})

_FORM_FIELDS = frozenset(
    re.findall(
        r"\w+",
        """lpar rpar lbracket rbracket lbrace rbrace comma semicolon equal colon first_colon
        second_colon dot separator trailing_comma posonly_ind leading_lines lines_after_decorators
        leading_whitespace trailing_whitespace header footer indent encoding default_indent
        default_newline has_trailing_newline""",
    )
)

# Types of which two different ones can be the same code: strings, and items of an index or tuple.
_KIN = {
    cst.SimpleString,
    cst.ConcatenatedString,
    cst.FormattedString,
    cst.TemplatedString,
    cst.Element,
    cst.StarredElement,
    cst.SubscriptElement,
    cst.IndentedBlock,
    cst.SimpleStatementSuite,
    cst.Module,
}

# Where a name is a label and no expression: a pattern `x` does not mean the x of `a.x`.
_LABEL_FIELDS = frozenset(
    [
        ("Arg", "keyword"),
        ("Attribute", "attr"),
        ("ClassDef", "name"),
        ("ExceptHandler", "name"),
        ("ExceptStarHandler", "name"),
        ("FunctionDef", "name"),
        ("Import", "names"),
        ("ImportFrom", "module"),
        ("ImportFrom", "names"),
        ("Global", "names"),
        ("Nonlocal", "names"),
        ("MatchAs", "name"),
        ("MatchKeywordElement", "key"),
        ("MatchMapping", "rest"),
        ("MatchStar", "name"),
        ("Param", "name"),
        ("ParamSpec", "name"),
        ("TypeAlias", "name"),
        ("TypeVar", "name"),
        ("TypeVarTuple", "name"),
    ]
)

_NO_CODE = cst.Module([])


def code_of(node: Node) -> str:
    """Give a node's source without the white space around it."""
    if isinstance(node, cst.Annotation):  # its colon or arrow belongs to the node around
        return code_of(node.annotation)
    return _NO_CODE.code_for_node(node).strip()


def shape_of(node: Node) -> Shape:
    """Give a node without its form."""
    special = _SPECIAL.get(type(node))
    if special is not None:
        return special(node)
    return Shape(type(node).__name__, tuple((n, _value(node, n)) for n in _fields(type(node))))


def may_be_same(one: Node, other: Node) -> bool:
    """Tell by types alone, which is quick, whether two nodes may have shapes of one kind."""
    return type(one) is type(other) or (type(one) in _KIN and type(other) in _KIN)


def is_leaf(shape: Shape) -> bool:
    """Tell whether a shape is a name, a number, or a string without expressions."""
    if shape.kind == "string":
        return not any(map(is_node, shape.fields[1][1]))
    return shape.kind in ("Name", "number")


def statements_of(suite: Node) -> tuple[Node, ...]:
    """List the statements of a module or block, those joined by semicolons one by one."""
    body: Any = getattr(suite, "body", ())
    return tuple(
        statement
        for line in body
        for statement in (line.body if type(line) is cst.SimpleStatementLine else (line,))
    )


def children_of(node: Node) -> Iterator[tuple[Node, bool]]:
    """Yield the nodes in a node's fields in source order, each with whether it is a label."""
    kind, fields = shape_of(node)
    for name, value in fields:
        label = (kind, name) in _LABEL_FIELDS
        for item in value if isinstance(value, tuple) else (value,):
            if is_node(item):
                yield item, label


def is_node(value: object) -> TypeGuard[Node]:
    """Tell whether a field's value, or an item of it, is a node."""
    return _is_kind(type(value), cst.CSTNode)


def is_expression(node: Node) -> bool:
    """Tell whether a node may stand where a pattern says `$X`."""
    return _is_kind(type(node), cst.BaseExpression)


def is_empty_tuple(node: Node) -> bool:
    """Tell whether a node is `()`, whose parentheses are no form but all there is."""
    return type(node) is cst.Tuple and not node.elements


def is_atom(node: Node) -> bool:
    """Tell whether an expression binds so closely that it never needs parentheses."""
    return isinstance(
        node,
        cst.Name | cst.Attribute | cst.Subscript | cst.Call | cst.BaseNumber | cst.BaseString
        | cst.List | cst.ListComp | cst.BaseDict | cst.BaseSet | cst.Ellipsis,
    )  # fmt: skip


def literal_of(node: Node) -> Literal:
    """Evaluate a number (with sign), a plain string, True, False or None.

    Raises LookupError for any other expression.
    """
    names = {"True": True, "False": False, "None": None}
    if isinstance(node, cst.Name) and node.value in names:
        return names[node.value]
    number = node.expression if isinstance(node, cst.UnaryOperation) else node
    if isinstance(number, cst.BaseNumber | cst.SimpleString | cst.ConcatenatedString):
        try:
            value = evaluate(code_of(node))
        except (ValueError, SyntaxError):
            value = ...
        if isinstance(value, int | float | complex | str | bytes):
            return value
    raise LookupError(f"`{code_of(node)}` is no literal")


def _is_kind(value_type: type, kind: type) -> bool:
    """Ask libcst's abstract classes once per type; they are slow to answer."""
    known = _KINDS.get((value_type, kind))
    if known is None:
        known = _KINDS[value_type, kind] = issubclass(value_type, kind)
    return known


_KINDS: dict[tuple[type, type], bool] = {}


# Types whose dataclass does not list its fields in the order of the source.
_SOURCE_ORDER: dict[type[Node], tuple[str, ...]] = {
    cst.ExceptHandler: ("type", "name", "body"),
    cst.ExceptStarHandler: ("type", "name", "body"),
    cst.FunctionDef: (
        "decorators",
        "asynchronous",
        "name",
        "type_parameters",
        "params",
        "returns",
        "body",
    ),
    cst.IfExp: ("body", "test", "orelse"),
    cst.MatchCase: ("pattern", "guard", "body"),
    cst.TypeAlias: ("name", "type_parameters", "value"),
}


@cache
def _fields(node_type: type[Node]) -> tuple[str, ...]:
    if node_type in _SOURCE_ORDER:
        return _SOURCE_ORDER[node_type]
    names = (field.name for field in dataclass_fields(node_type))
    return tuple(n for n in names if n not in _FORM_FIELDS and not n.startswith("whitespace"))


def _value(node: Node, name: str) -> Value:
    value = getattr(node, name)
    if isinstance(value, list | tuple):
        return tuple(value)
    if _is_kind(type(value), cst.BaseSuite):
        return statements_of(value)
    return None if type(value) is cst.MaybeSentinel else value


def _block(node: Any) -> Shape:
    return Shape("block", (("body", statements_of(node)),))


def _else(node: Any) -> Shape:
    return Shape(type(node).__name__, (("body", statements_of(node.body)),))


def _operator(node: Any) -> Shape:
    return Shape(type(node).__name__, ())


def _parameters(node: Any) -> Shape:
    slash = (cst.ParamSlash(),) if node.posonly_params else ()
    star = () if isinstance(node.star_arg, cst.MaybeSentinel) else (node.star_arg,)
    double = (node.star_kwarg,) if node.star_kwarg else ()
    parts = (node.posonly_params, slash, node.params, star, node.kwonly_params, double)
    return Shape("Parameters", (("parameters", tuple(param for part in parts for param in part)),))


def _class(node: Any) -> Shape:
    return Shape(
        "ClassDef",
        (
            ("decorators", tuple(node.decorators)),
            ("name", node.name),
            ("type_parameters", node.type_parameters),
            ("arguments", (*node.bases, *node.keywords)),
            ("body", statements_of(node.body)),
        ),
    )


def _subscript(node: Any) -> Shape:
    elements: tuple[Value, ...] = tuple(node.slice)
    only = elements[0] if len(elements) == 1 else None
    if only is not None and isinstance(only.comma, cst.Comma):
        elements = (only, ",")
    elif only is not None and isinstance(only.slice, cst.Index) and not only.slice.star:
        index = only.slice.value
        if isinstance(index, cst.Tuple) and index.elements:
            elements = (*index.elements, *(","[: len(index.elements) == 1]))
    return Shape("Subscript", (("value", node.value), ("slice", elements)))


def _subscript_element(node: Any) -> Shape:
    if isinstance(node.slice, cst.Slice):
        return shape_of(node.slice)
    kind = "StarredElement" if node.slice.star else "Element"
    return Shape(kind, (("value", node.slice.value),))


def _replacement_field(node: Any) -> Shape:
    debug = code_of(node).partition("=")[0] if node.equal is not None else None
    return Shape(
        "FormattedStringExpression",
        (
            ("expression", node.expression),
            ("conversion", node.conversion),
            ("format_spec", format_specification(node)),
            ("debug", debug),
        ),
    )


def _number(node: Any) -> Shape:
    return Shape("number", (("value", number_value(node)),))


def _string(node: Any) -> Shape:
    kind, parts = string_value(node)
    return Shape("string", (("type", kind), ("parts", parts)))


_SPECIAL: dict[type[Node], Callable[[Any], Shape]] = {
    cst.Module: _block,
    cst.IndentedBlock: _block,
    cst.SimpleStatementSuite: _block,
    cst.Else: _else,
    cst.Finally: _else,
    cst.NotEqual: _operator,
    cst.Integer: _number,
    cst.Float: _number,
    cst.Imaginary: _number,
    cst.Parameters: _parameters,
    cst.ClassDef: _class,
    cst.Subscript: _subscript,
    cst.SubscriptElement: _subscript_element,
    cst.FormattedStringExpression: _replacement_field,
    cst.TemplatedStringExpression: _replacement_field,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
    cst.FormattedString: _string,
    cst.TemplatedString: _string,
}
