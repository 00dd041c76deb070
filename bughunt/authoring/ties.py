"""What of an observation is tied to the clean code, as the text of a detector tells.

In an exam, ``MATCHES_CLEAN`` names the keys that must be what the clean code gives on the same
seed. ``MAY_DIFFER`` names those that right implementations give differently. What the tests read
and neither names can be made up by the code that is observed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

TIED, FREE = "MATCHES_CLEAN", "MAY_DIFFER"


def loose_ends(text: str) -> Iterator[str]:
    """Yield what a forger would be glad of; a text that is no Python has nothing to say.

    Args:
        text: of a detector.

    """
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    tied, free = _listed(module, TIED), _listed(module, FREE)
    read, as_a_whole = _read(module)
    if as_a_whole:
        yield (
            "its tests judge the observation as a whole. Let observe return a dict, and read it "
            f"key by key, so that {TIED} can list the keys."
        )
    elif tied is None and free is None:
        yield (
            f"it has no {TIED}: in an exam, made-up data that obey the law would pass. List the "
            f"keys that every right fix gives alike, and in {FREE} those that may differ."
        )
    elif loose := sorted(read - {*(tied or ()), *(free or ())}):
        yield (
            f"its tests read {_named(loose)}, and {TIED} does not list that: in an exam it can be "
            f"made up. List it, or put it into {FREE} if right fixes give it differently."
        )
    if unknown := sorted({*(tied or ())} - _written(module)):
        yield (
            f"{TIED} lists {_named(unknown)}, which nothing else in the file names. Correct the "
            "key: one that is missing everywhere agrees with everything."
        )
    if both := sorted({*(tied or ())} & {*(free or ())}):
        yield f"{_named(both)} stands in {TIED} and in {FREE}. Decide for one."


def _named(keys: Iterable[str]) -> str:
    return ", ".join(f"'{key}'" for key in keys)


def _assigned(module: ast.Module, name: str) -> ast.Assign | None:
    for it in module.body:
        if isinstance(it, ast.Assign) and ast.unparse(it.targets[0]) == name:
            return it
    return None


def _listed(module: ast.Module, name: str) -> tuple[str, ...] | None:
    """Return the strings of a constant at the top; None when there is no such constant."""
    found = _assigned(module, name)
    return tuple(_strings(found.value)) if found else None


def _strings(node: ast.AST) -> Iterator[str]:
    for it in ast.walk(node):
        if isinstance(it, ast.Constant) and isinstance(it.value, str):
            yield it.value


def _written(module: ast.Module) -> set[str]:
    """Return all strings, and all names of arguments, beside those two constants."""
    lists = [_assigned(module, name) for name in (TIED, FREE)]
    rest = [it for it in module.body if it not in lists]
    keywords = (it for node in rest for it in ast.walk(node) if isinstance(it, ast.keyword))
    return {*(it for node in rest for it in _strings(node)), *(it.arg or "" for it in keywords)}


def _read(module: ast.Module) -> tuple[set[str], bool]:
    """Return the keys that tests read, and whether they use the observation in another way.

    A function that is given the observation reads for the test; a key that is no literal is not
    known.
    """
    functions = {it.name: it for it in module.body if isinstance(it, ast.FunctionDef)}
    pending = [(name, 0) for name in functions if name.startswith("test_")]
    keys, as_a_whole, seen = set(), False, set(pending)
    while pending:
        name, place = pending.pop()
        for parent in _users(functions[name], place):
            match parent:
                case ast.Subscript(slice=ast.Constant(value=str(key))):
                    keys.add(key)
                case ast.Subscript():
                    continue
                case ast.Call(func=ast.Name(id=other)) if other in functions:
                    given = {(other, place) for place in _places(parent, functions[name], place)}
                    pending += given - seen
                    seen |= given
                case _:
                    as_a_whole = True
    return keys, as_a_whole


def _users(function: ast.FunctionDef, place: int) -> Iterator[ast.AST]:
    """Yield the nodes that use a parameter directly."""
    for parent in ast.walk(function):
        yield from (parent for it in ast.iter_child_nodes(parent) if _is_it(it, function, place))


def _places(call: ast.AST, function: ast.FunctionDef, place: int) -> Iterator[int]:
    """Yield where a call is given a parameter of the function that it stands in."""
    arguments = call.args if isinstance(call, ast.Call) else []
    yield from (index for index, it in enumerate(arguments) if _is_it(it, function, place))


def _is_it(node: ast.AST, function: ast.FunctionDef, place: int) -> bool:
    parameters = function.args.args
    return (
        isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and place < len(parameters)
        and node.id == parameters[place].arg
    )
