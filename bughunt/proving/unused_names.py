"""Names that an edit leaves without use, which every linter would report."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from bughunt.proving.code_text import DEFINITIONS, parsed, source_of

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (*DEFINITIONS, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def newly_unused(clean: str, edited: str) -> list[tuple[str, str]]:
    """Return imports, parameters and locals that an edit leaves unread, as (symbol, name).

    The symbol is empty for imports of the module. Names with a leading underscore, and those of an
    assignment to several names at once, may stay unread.
    """
    known = dict(_functions(parsed(clean), ""))
    found = [("", name) for name in _unused_imports(edited, clean)]
    for symbol, function in _functions(parsed(edited), ""):
        before = known.get(symbol)
        if before is None or source_of(before, clean) != source_of(function, edited):
            idle = _idle(function) - (_idle(before) if before else set())
            found += [(symbol, name) for name in sorted(idle)]
    return found


def _unused_imports(edited: str, clean: str) -> list[str]:
    """Return imports that are not read any more; only names that grew rarer are looked at."""
    module = parsed(edited)
    now, before = _counts(edited), _counts(clean)
    rarer = [name for name in _imported(module.body) if now[name] < before[name]]
    if not rarer:
        return []
    return sorted(set(rarer) - _read(module) - _exported(module))


@lru_cache(maxsize=64)
def _counts(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def _idle(function: _Function) -> set[str]:
    return {name for name in _bound(function) - _read(function) if not name.startswith("_")}


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, _Function]]:
    for child in ast.iter_child_nodes(node):
        name = prefix
        if isinstance(child, DEFINITIONS):
            name = f"{prefix}.{child.name}".lstrip(".")
            if not isinstance(child, ast.ClassDef):
                yield name, child
        if not isinstance(child, ast.expr):
            yield from _functions(child, name)


def _imported(body: list[ast.stmt]) -> set[str]:
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [alias.asname or alias.name for node in imports for alias in node.names]
    return {name.partition(".")[0] for name in names}


def _exported(module: ast.Module) -> set[str]:
    """Return the strings of ``__all__``."""
    lists = (
        statement.value
        for statement in module.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__"
    )
    constants = (node for value in lists for node in ast.walk(value))
    return {str(node.value) for node in constants if isinstance(node, ast.Constant)}


def _read(node: ast.AST) -> set[str]:
    """Return the names that are read, deleted, counted up or declared to live elsewhere."""
    names: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Store):
            names.add(child.id)
        elif isinstance(child, ast.AugAssign) and isinstance(child.target, ast.Name):
            names.add(child.target.id)
        elif isinstance(child, ast.Global | ast.Nonlocal):
            names.update(child.names)
    return names


def _bound(function: _Function) -> set[str]:
    """Return the parameters and the locals of a function, without those of scopes inside it."""
    arguments = function.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    names = {parameter.arg for parameter in parameters} - {"self", "cls"}
    return names.union(*(_bound_by(node) for node in _own_nodes(function)))


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _SCOPES):
            yield child
            yield from _own_nodes(child)


def _bound_by(node: ast.AST) -> set[str]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Import | ast.ImportFrom):
        return _imported([node])
    if isinstance(node, ast.Assign):
        targets = [target for target in node.targets if isinstance(target, ast.Name)]
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
        targets = [node.target]
    elif isinstance(node, ast.For | ast.AsyncFor):
        targets = [child for child in ast.walk(node.target) if isinstance(child, ast.Name)]
    return {target.id for target in targets if isinstance(target, ast.Name)}
