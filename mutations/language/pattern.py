"""Patterns: code with holes.

``$X`` stands for one expression, ``$$$XS`` for any number of arguments, elements, parameters or
statements, ``$_`` and ``$$$_`` for the same without a name. A metavariable becomes an identifier
that no code has, so that libcst parses patterns like any code; docs/patterns.md is the reference.
"""

from functools import lru_cache
from itertools import accumulate
from typing import Any

import libcst as cst
from msgspec import Struct

from mutations.language.errors import PatternError
from mutations.language.indentation import dedent
from mutations.language.metavariable import (
    ONE,
    RUN,
    as_written,
    encode,
    has_stray_dollar,
    star_runs_after_keywords,
)
from mutations.language.syntax import Node, is_node, shape_of, statements_of

# Beyond these, libcst overflows its stack, which ends the process; no code is written like that.
LONGEST = 4000
_DEEPEST = 100


class Pattern(Struct, frozen=True, eq=False):
    """A parsed pattern.

    source: as it was written
    code: the same with placeholders for metavariables, and ` pass` behind a header
    module: the parsed code
    nodes: its statements
    expression: the expression that it is, if it is one
    header: whether it is the first line of a compound statement, whatever block follows
    """

    source: str
    code: str
    module: cst.Module
    nodes: tuple[Node, ...]
    expression: cst.BaseExpression | None
    header: bool


@lru_cache(maxsize=256)
def parse_pattern(source: str) -> Pattern:
    """Parse a pattern; raises PatternError if it is not code."""
    _check_size(source)
    text = dedent(encode(source.rstrip().lstrip("\r\n")))
    code, module, header = _parse_variants(text)
    nodes = statements_of(module) if module is not None else ()
    if module is None or not nodes or (header and len(nodes) > 1):
        raise PatternError(f"pattern `{source}`: {_complaint(source)}")
    only = nodes[0] if len(nodes) == 1 else None
    expression = only.value if isinstance(only, cst.Expr) else None
    pattern = Pattern(source, code, module, nodes, expression, header)
    _check_runs(pattern)
    return pattern


def _check_size(source: str) -> None:
    """Refuse what only a slip of the hand can have made so long, or so deeply nested."""
    depths = accumulate((mark in "([{") - (mark in ")]}") for mark in source)
    if len(source) > LONGEST or max(depths, default=0) > _DEEPEST:
        raise PatternError(
            f"pattern `{source[:20]}...`: it is longer than {LONGEST} characters, or nests deeper "
            f"than {_DEEPEST} brackets. Write less code."
        )


def metavariable(node: Node) -> str | None:
    """Name the metavariable for one expression that a node is."""
    if type(node) is cst.Name and node.value.startswith(ONE):
        return node.value[len(ONE) :]
    return None


def run_metavariable(node: Any) -> str | None:
    """Name the metavariable for a run that a list's item is."""
    name = _bare_name(node)
    return name[len(RUN) :] if name is not None and name.startswith(RUN) else None


def _parse_variants(code: str) -> tuple[str, cst.Module | None, bool]:
    """Parse code as it is, as a header, or with starred runs; tell which code and if a header."""
    for variant in (code, star_runs_after_keywords(code)):
        for header in (False, True):
            text = f"{variant} pass" if header else variant
            module = _parse(text) if variant.endswith(":") or not header else None
            if module is not None:
                return text, module, header
    return code, None, False


def _parse(code: str) -> cst.Module | None:
    try:
        return cst.parse_module(code)
    except cst.ParserSyntaxError:
        return None


def _complaint(text: str) -> str:
    if not text.strip():
        return "it is empty. Write the code to look for."
    if has_stray_dollar(text):
        return "a metavariable is $NAME or $$$NAMES in capitals, or $_ or $$$_. Correct the name."
    return "it is not Python code. Write an expression, statements, or a header such as `if $X:`."


_ITEMS: dict[type[Node], str] = {
    cst.Arg: "value",
    cst.Decorator: "decorator",
    cst.Element: "value",
    cst.Expr: "value",
    cst.FormattedStringExpression: "expression",
    cst.ImportAlias: "name",
    cst.Index: "value",
    cst.NameItem: "name",
    cst.Param: "name",
    cst.StarredDictElement: "value",
    cst.SubscriptElement: "slice",
    cst.WithItem: "item",
}
_ITEM_LABELS = ("keyword", "asname", "annotation", "default", "conversion", "format_spec")


def _bare_name(node: Any) -> str | None:
    """Look for a name through the list items that hold nothing else."""
    if type(node) is cst.Name:
        return node.value
    part = _ITEMS.get(type(node))
    labelled = any(getattr(node, label, None) for label in _ITEM_LABELS)
    if part is None or labelled or getattr(node, "star", "") not in ("", "**", None):
        return None
    return _bare_name(getattr(node, part))


def _check_runs(pattern: Pattern) -> None:
    """Refuse $$$XS where no item of a list can stand."""
    pending: list[Node] = [pattern.module]
    while pending:
        node = pending.pop()
        if type(node) is cst.Name and node.value.startswith(RUN):
            raise PatternError(
                f"pattern `{pattern.source}`: {as_written(node.value)} does not stand in a list of "
                "arguments, elements, parameters or statements. Write $X for one expression."
            )
        for _, value in shape_of(node).fields:
            if isinstance(value, tuple):
                pending += [i for i in value if is_node(i) and run_metavariable(i) is None]
            elif is_node(value):
                pending.append(value)
