"""The half of a detector that observes, cut out of its text: what judges never enters a jail.

Of a module, the cut keeps what the wanted names need, as the syntax tree tells: functions, classes,
constants and imports, with theirs. Docstrings and comments go as well, since they state the law.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from bughunt.errors import BughuntError

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)


class NoObservingHalf(BughuntError):
    """A detector whose text cannot be cut."""


class ObservingHalf(msgspec.Struct, frozen=True):
    """A module with ``observe``, and the support modules that it needs, each cut likewise."""

    observing: str
    support: dict[str, str]  # module name -> text


def observing_half(name: str, text: str, beside: Mapping[str, str]) -> ObservingHalf:
    """Cut a detector.

    Args:
        name: of the detector's file, for messages.
        text: of the detector.
        beside: module name -> text, of the support modules that lie beside it.

    Raises:
        NoObservingHalf: when a text is no Python, or there is no ``observe``.

    """
    module = _parsed(name, text)
    kept = _needed(module, {"observe"})
    if not any(isinstance(it, _DEFINITIONS) and it.name == "observe" for it in kept):
        raise NoObservingHalf(f"{name}: there is no function 'observe'. Write observe(seed).")
    support: dict[str, str] = {}
    wanted = {module: names for module, names in _imported(kept).items() if module in beside}
    pending = list(wanted)
    while pending:
        current = pending.pop()
        body = _parsed(f"{current}.py", beside[current]).body
        parts = body if None in wanted[current] else _needed(ast.Module(body, []), wanted[current])
        support[current] = _unparsed(parts)
        for other, names in _imported(parts).items():
            if other in beside and not names <= wanted.setdefault(other, set()):
                wanted[other] |= names
                pending.append(other)
    return ObservingHalf(_unparsed(kept), support)


def _parsed(name: str, text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NoObservingHalf(f"{name}: is no Python: {error}. Correct it.") from None


def _needed(module: ast.Module, names: Iterable[str | None]) -> list[ast.stmt]:
    """Return the statements at the top that the names need, in their order."""
    known = set(names)
    kept: set[int] = set()
    grown = True
    while grown:
        grown = False
        for index, statement in enumerate(module.body):
            if index not in kept and _is_wanted(statement, known):
                kept.add(index)
                known |= _used(statement)
                grown = True
    chosen = [module.body[index] for index in sorted(kept)]
    return [_narrowed(it, known) if isinstance(it, _IMPORTS) else it for it in chosen]


def _is_wanted(statement: ast.stmt, known: set[str | None]) -> bool:
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        return True
    return not known.isdisjoint(_bound(statement))


def _bound(statement: ast.stmt) -> set[str]:
    """Return the names that a statement at the top gives a value; or else those that it changes."""
    if isinstance(statement, _DEFINITIONS):
        return {statement.name}
    if isinstance(statement, _IMPORTS):
        return {_name(alias) for alias in statement.names}
    nodes = list(ast.walk(statement))
    stored = {it.id for it in nodes if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store)}
    inner = {_name(alias) for it in nodes if isinstance(it, _IMPORTS) for alias in it.names}
    defined = {it.name for it in nodes if isinstance(it, _DEFINITIONS)}
    return stored | inner | defined or _used(statement)


def _used(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _narrowed(statement: ast.Import | ast.ImportFrom, known: set[str | None]) -> ast.stmt:
    """Return the import without the names that only the other half needs."""
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        return statement
    names = [alias for alias in statement.names if _name(alias) in known]
    if isinstance(statement, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(statement.module, names, statement.level)


def _imported(statements: Sequence[ast.stmt]) -> dict[str, set[str | None]]:
    """Return the modules that are imported at any depth, with the names; None is for all."""
    found: dict[str, set[str | None]] = {}
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.name.partition(".")[0], set()).add(None)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = {None if alias.name == "*" else alias.name for alias in node.names}
            found.setdefault(node.module.partition(".")[0], set()).update(names)
    return found


def _unparsed(statements: Sequence[ast.stmt]) -> str:
    module = ast.Module(list(statements), [])
    for node in ast.walk(module):
        if isinstance(node, (*_DEFINITIONS, ast.Module)):
            node.body = _without_docstring(node.body)
    return ast.unparse(ast.fix_missing_locations(module)) + "\n"


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (body[1:] or [ast.Pass()]) if is_text else body
