"""A source in parts, its functions and the rest of it, and which of them a run enters.

The rest of a file runs when the file is imported; the body of a function runs when somebody enters
it. So a run that is the same each time depends on the rest of what it imported and on the bodies
that it entered, and on no other. Where in its file a body stands does not count.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Callable, Iterator
from importlib.util import decode_source

Function = ast.FunctionDef | ast.AsyncFunctionDef
_OPAQUE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_MARK = "__entered__"


def part(path: str, function: str = "") -> str:
    """Return the name of a part: of a function by its qualified name, or the rest of the file."""
    return f"{path}::{function}"


def parts(path: str, text: str) -> dict[str, str]:
    """Return the text of each part of a source; what cannot be parsed is one part."""
    lines = _lines(text)
    try:
        bodies = list(_bodies(ast.parse(text), lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {part(path): text}
    found: dict[str, str] = {}
    for name, function, start in bodies:
        body = function.body[start:]
        first, stop = _first_line(body[0]) - 1, body[-1].end_lineno or 0
        key = part(path, name)  # a property and its setter share a name, and so a part
        said = "".join(lines[first:stop])
        found[key] = found.get(key, "") + said
        # What a call does before the body is entered depends on whether it makes a generator.
        is_generator = "yield" in said and _yields(body)
        lines[first:stop] = [f"{is_generator}\n", *[""] * (stop - first - 1)]
    return {part(path): "".join(lines)} | found


def functions(node: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Yield functions and methods with their qualified names; those inside are part of them."""
    for child in node.body:
        if isinstance(child, Function):
            yield f"{prefix}{child.name}", child
        elif isinstance(child, ast.ClassDef):
            yield from functions(child, f"{prefix}{child.name}.")


def marked(path: str, source: bytes, filename: str) -> ast.Module:
    """Return the tree of a source in which each function tells when it is entered.

    Raises:
        SyntaxError: when the source cannot be parsed.

    """
    module = ast.parse(source, filename)
    for name, function, start in _bodies(module, _lines(decode_source(source))):
        mark = ast.Expr(ast.Call(ast.Name(_MARK, ast.Load()), [ast.Constant(part(path, name))], []))
        ast.copy_location(mark, function.body[start])
        function.body.insert(start, ast.fix_missing_locations(mark))
    return module


def listen(namespace: dict[str, object], entered: Callable[[str], None]) -> None:
    """Have the functions of a marked module tell ``entered`` the names of their parts."""
    namespace[_MARK] = entered


def _bodies(module: ast.Module, lines: list[str]) -> Iterator[tuple[str, Function, int]]:
    """Yield functions that are parts, and the index of the first statement behind the docstring.

    A body that begins in the middle of a line is left to the rest of the file.
    """
    for name, function in functions(module):
        start = int(ast.get_docstring(function, clean=False) is not None)
        for first in function.body[start : start + 1]:
            if not lines[_first_line(first) - 1][: first.col_offset].strip():
                yield name, function, start


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(it.lineno for it in decorators)])


def _lines(text: str) -> list[str]:
    """Return the lines of a source as the parser counts them."""
    return list(io.StringIO(text, newline=None))


def _yields(body: list[ast.stmt]) -> bool:
    """Return whether a function with this body makes a generator."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, _OPAQUE):
            pending += ast.iter_child_nodes(node)
    return False
