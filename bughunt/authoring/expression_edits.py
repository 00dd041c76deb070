"""Edits that may turn one expression into another, the most telling operator first."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from bughunt.authoring import pattern_texts
from bughunt.authoring.source import Source, with_plain_ends
from bughunt.authoring.syntax_changes import Pair, same
from mutations.flip_comparison import OPPOSITE

Pattern = str | int | float


class Proposal(NamedTuple):
    """An edit to try.

    anywhere: whether it is worth saying, with `within` or `nth`, which of several places is meant
    is_vague: whether it needs a `within` to be understood, even where there is one place only
    """

    operator: str
    fields: dict[str, Any]
    anywhere: bool = True
    is_vague: bool = False


class Sites(msgspec.Struct, frozen=True, eq=False):
    """One change of an expression.

    sources: the two versions of the module
    pairs: the smallest expression that holds all of the change, and those around it, outwards
    leaves: what differs in it
    """

    sources: tuple[Source, Source]
    pairs: tuple[Pair, ...]
    leaves: tuple[Pair, ...]

    def old(self, node: ast.AST) -> str:
        """Return an expression of the old version as a pattern."""
        return pattern_texts.of_expression(self.sources[0], node)

    def new(self, node: ast.AST) -> str:
        """Return an expression of the new version as code."""
        return pattern_texts.of_expression(self.sources[1], node)


def telling(sites: Sites) -> Iterator[Proposal]:
    """Yield edits by operators that say what is done, then replacements that read well."""
    for rule in (
        _shift_index,
        _flip_comparison,
        _negate_condition,
        _swap_arguments,
        _drop_argument,
        _unwrap_call,
        _scale,
        _change_argument,
        _change_constant,
        _swap_names,
    ):
        for pair in sites.pairs[:3]:
            yield from rule(sites, pair)
    for pair in sites.pairs:
        if _reads_well(sites, pair):
            yield Proposal("replace", _replaced(sites, pair), anywhere=False)


def exact(sites: Sites) -> Iterator[Proposal]:
    """Yield replacements that name the least, or that keep the lines of long code."""
    smallest = sites.pairs[0]
    if len(sites.old(smallest.old)) <= pattern_texts.WIDEST:
        yield Proposal("replace", _replaced(sites, smallest))
    for pair in sites.pairs:
        if texts := pattern_texts.with_gaps(sites.sources, pair):
            yield Proposal("replace", {"match": texts[0], "by": texts[1]})
    for pair in sites.pairs:
        yield Proposal("replace", _replaced(sites, pair))
        by = with_plain_ends(sites.sources[1].segment(pair.new))
        if "\n" in by:
            yield Proposal("replace", {"match": sites.old(pair.old), "by": by})


def _shift_index(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    (old_base, old_step), (new_base, new_step) = map(_sum, pair)
    if old_base == new_base and old_step != new_step:
        match = _plain(pair.old) if old_base == "" else sites.old(pair.old)
        fields = {"match": match, "by": new_step - old_step}
        yield Proposal("shift_index", fields, is_vague=_is_vague(match))


def _is_vague(match: Pattern) -> bool:
    """Return whether a literal says nothing by itself, as `0` and `-1` do."""
    return len(str(match)) <= _VAGUE


_VAGUE = 2  # characters


def _sum(node: ast.AST) -> tuple[str, int]:
    """Return the expression to which a number is added, as text, and the number."""
    number = _number(node)
    if type(number) is int:
        return "", number
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        step = _number(node.right)
        if type(step) is int:
            return ast.dump(node.left), step if isinstance(node.op, ast.Add) else -step
    return ast.dump(node), 0


def _number(node: ast.AST) -> int | float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _number(node.operand)
        return None if number is None else -number
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _plain(node: ast.AST) -> Any:
    """Return a number or truth value as itself, other literals as code."""
    number = _number(node)
    if number is not None:
        return number
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return node.value
    return ast.unparse(node)


def _flip_comparison(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    old, new = pair
    if not (isinstance(old, ast.Compare) and isinstance(new, ast.Compare)):
        return
    if len(old.ops) == len(new.ops) == 1 and same(old.left, new.left):
        fields = {"match": sites.old(old)}
        to = _OPERATORS[type(new.ops[0])]
        if to != OPPOSITE[_OPERATORS[type(old.ops[0])]]:
            fields["to"] = to
        yield Proposal("flip_comparison", fields)


_OPERATORS: dict[type[ast.cmpop], Any] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip


def _negate_condition(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    old, new = pair
    if _is_negation(new, old) or _is_negation(old, new):
        yield Proposal("negate_condition", {"match": sites.old(old)})


def _is_negation(node: ast.AST, of: ast.AST) -> bool:
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated and same(node.operand, of)  # type: ignore[attr-defined]


Argument = tuple[int | str, ast.expr]


def _arguments(call: ast.Call) -> list[Argument]:
    """Return the arguments, each with its position from 1, or its keyword."""
    plain: list[Argument] = list(enumerate(call.args, 1))
    return plain + [(word.arg or 0, word.value) for word in call.keywords]


def _calls(pair: Pair) -> tuple[ast.Call, ast.Call] | None:
    """Return two calls of the same function."""
    old, new = pair
    if isinstance(old, ast.Call) and isinstance(new, ast.Call) and same(old.func, new.func):
        return old, new
    return None


def _of_call(
    sites: Sites, call: ast.Call, operator: str, fields: dict[str, Any]
) -> Iterator[Proposal]:
    """Yield edits of a call: it is named by its function, or in full where that is as short."""
    whole = sites.old(call)
    by_function = f"{sites.old(call.func)}($$$_)"
    if len(whole) > len(by_function) + _LITTLE:
        yield Proposal(operator, {"match": by_function, **fields}, anywhere=False)
    yield Proposal(operator, {"match": whole, **fields})


_LITTLE = 12  # characters


def _swap_arguments(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    calls = _calls(pair)
    if calls is None:
        return
    old, new = map(_arguments, calls)
    differing = [
        (one, other) for one, other in zip(old, new, strict=False) if not same(one[1], other[1])
    ]
    if len(old) == len(new) and len(differing) == 2:
        (first, first_new), (second, second_new) = differing
        if same(first[1], second_new[1]) and same(second[1], first_new[1]):
            fields = {"first": first[0], "second": second[0]}
            yield from _of_call(sites, calls[0], "swap_arguments", fields)


def _drop_argument(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    calls = _calls(pair)
    if calls is None:
        return
    old, new = map(_arguments, calls)
    if len(old) != len(new) + 1:
        return
    codes = [(name if isinstance(name, str) else "", ast.dump(value)) for name, value in new]
    for index, (name, _) in enumerate(old):
        rest = old[:index] + old[index + 1 :]
        if codes == [(it if isinstance(it, str) else "", ast.dump(value)) for it, value in rest]:
            yield from _of_call(sites, calls[0], "drop_argument", {"argument": name})
            return


def _unwrap_call(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    old, new = pair
    if not isinstance(old, ast.Call):
        return
    arguments = _arguments(old)
    kept = [name for name, value in arguments if same(value, new)]
    method = isinstance(old.func, ast.Attribute) and not arguments
    if kept:
        fields = {} if len(arguments) == 1 else {"keep": kept[0]}
        yield Proposal("unwrap_call", {"match": sites.old(old), **fields})
    elif method and same(old.func.value, new):  # type: ignore[attr-defined]
        yield Proposal("unwrap_call", {"match": sites.old(old)})


def _scale(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    old, new = pair
    if isinstance(new, ast.BinOp) and isinstance(new.op, ast.Mult) and same(new.left, old):
        by = _number(new.right)
        fields = {"match": sites.old(old), "by": sites.new(new.right) if by is None else by}
        yield Proposal("scale", fields)


def _change_argument(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    """Change the value of one keyword argument that is short."""
    calls = _calls(pair)
    if calls is None or len(sites.leaves) != 1:
        return
    for (name, one), (_, other) in zip(*map(_arguments, calls), strict=False):
        short = isinstance(one, ast.expr) and len(sites.new(other)) <= _SHORT
        if isinstance(name, str) and sites.leaves[0].old is one and short:
            fields = {"argument": name, "to": _plain_or_code(sites, other)}
            yield from _of_call(sites, calls[0], "change_argument", fields)


_SHORT = 30


def _plain_or_code(sites: Sites, node: ast.expr) -> Any:
    plain = _plain(node)
    return plain if isinstance(plain, (bool, int, float)) else sites.new(node)


def _change_constant(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    old, new = pair
    number = _number(old)
    if (number is not None or isinstance(old, ast.Constant)) and (
        _number(new) is not None or isinstance(new, ast.Constant)
    ):
        match = sites.old(old) if number is None else number
        fields = {"match": match, "to": _plain_or_code(sites, new)}  # type: ignore[arg-type]
        yield Proposal("change_constant", fields, is_vague=_is_vague(match))


def _swap_names(sites: Sites, pair: Pair) -> Iterator[Proposal]:
    """Exchange two names if each of them stands for the other."""
    names = [
        (sites.old(leaf.old), sites.new(leaf.new))
        for leaf in sites.leaves
        if isinstance(leaf.old, (ast.Name, ast.Attribute))
    ]
    if pair is sites.pairs[0] and len(names) == len(sites.leaves):
        (first, second), *others = names
        if (second, first) in others:
            fields = {"match": sites.old(pair.old), "first": first, "second": second}
            yield Proposal("swap_names", fields)


def _replaced(sites: Sites, pair: Pair) -> dict[str, str]:
    return {"match": sites.old(pair.old), "by": sites.new(pair.new)}


def _reads_well(sites: Sites, pair: Pair) -> bool:
    """Return whether a pair is short, and more than a name or a literal."""
    texts = sites.old(pair.old), sites.new(pair.new)
    bare = isinstance(pair.old, (ast.Name, ast.Constant))
    return not bare and all(len(it) <= pattern_texts.WIDEST and "\n" not in it for it in texts)


def patternable(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return the pairs of a trail that are expressions by themselves, from the inside out."""
    return tuple(
        pair
        for pair in reversed(pairs)
        if all(
            isinstance(node, ast.expr) and not isinstance(node, (ast.Slice, ast.Starred))
            for node in pair
        )
    )
