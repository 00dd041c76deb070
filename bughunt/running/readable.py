"""Which expressions of a law may be evaluated a second time, and what they give.

Only what reads plain data counts: no call of a function that is not known to change nothing, and no
name of an iterator, which the first time has used up.
"""

from __future__ import annotations

import ast
import contextlib
import signal
from collections.abc import Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any

_BUILTINS = (
    "abs all any bool bytes chr dict divmod enumerate float frozenset int isinstance len list max "
    "min ord range repr reversed round set sorted str sum tuple type zip"
)
_METHODS = (
    "all any argmax argmin astype copy count cumsum decode difference encode endswith fromkeys get "
    "index intersection isdisjoint issubset issuperset item items join keys lower max mean min "
    "nonzero reshape round split splitlines startswith std strip sum tolist union upper values "
    "var"
)
_FUNCTIONS = (
    "abs all allclose any arange argmax argmin argsort array array_equal asarray concatenate "
    "cumsum diff exp isclose isfinite isinf isnan linspace log log2 max maximum mean median min "
    "minimum ones prod round sort sqrt stack std sum unique var zeros"
)
_NODES = (
    ast.expr_context,
    ast.boolop,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
    ast.comprehension,
    ast.keyword,
    ast.Name,
    ast.Constant,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.Starred,
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.Dict,
    ast.BoolOp,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.IfExp,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


class Unreadable(Exception):
    """To evaluate this again might change something, or give something else."""


def value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return what the expression gives under these names.

    Raises:
        Unreadable: when it is not known to be without effect.

    """
    for part in ast.walk(node):
        if not (_is_known_call(part, names) if isinstance(part, ast.Call) else _is_plain(part)):
            raise Unreadable(type(part).__name__)
        if isinstance(part, ast.Name) and hasattr(names.get(part.id), "__next__"):
            raise Unreadable(part.id)
    code = compile(ast.fix_missing_locations(ast.Expression(node)), "<assertion>", "eval")
    return eval(code, dict(names))


def _is_plain(node: ast.AST) -> bool:
    if isinstance(node, ast.comprehension) and node.is_async:
        return False
    return isinstance(node, _NODES)


def _is_known_call(node: ast.Call, names: Mapping[str, Any]) -> bool:
    match node.func:
        case ast.Name(id=name):
            return name in _BUILTINS.split() and name not in names
        case ast.Attribute(value=ast.Name(id=module), attr=name) if isinstance(
            names.get(module), ModuleType
        ):
            return names[module].__name__ in ("numpy", "math") and name in _FUNCTIONS.split()
        case ast.Attribute(attr=name):
            return name in _METHODS.split()
    return False


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """End what is inside with a TimeoutError after this time, where there are timers.

    A jail refuses them, and has a limit of its own.

    Raises:
        TimeoutError: when it takes longer.

    """
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _give_up)
    try:
        _set_timer(seconds)
        yield
    finally:
        _set_timer(0)
        signal.signal(signal.SIGALRM, before)


def _set_timer(seconds: float) -> None:
    with contextlib.suppress(OSError):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError("evaluating the assertion again takes too long")
