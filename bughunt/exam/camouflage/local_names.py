"""What a name is in each function, lambda and comprehension, as Python compiles by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from symtable import SymbolTable, symtable

Place = tuple[str, int]  # the name of an outermost function, classes included, and its line


@lru_cache(maxsize=256)
def function_tables(text: str) -> dict[Place, tuple[SymbolTable, ...]]:
    """Return outermost functions, each with the tables of all that is nested in it.

    Raises:
        SyntaxError: when the text has no syntax.

    """
    return dict(_functions(symtable(text, "", "exec"), ""))


def _functions(table: SymbolTable, prefix: str) -> Iterator[tuple[Place, tuple[SymbolTable, ...]]]:
    for child in table.get_children():
        name = prefix + child.get_name()
        if child.get_type() == "class":
            yield from _functions(child, f"{name}.")
        elif child.get_type() == "function":
            yield (name, child.get_lineno()), tuple(_nested(child))


def _nested(table: SymbolTable) -> Iterator[SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _nested(child)


def is_local(tables: Iterable[SymbolTable], name: str) -> bool:
    """Tell whether a name is a plain local in each table that knows it."""
    for table in tables:
        if name not in table.get_identifiers():
            continue
        symbol = table.lookup(name)
        other = symbol.is_parameter() or symbol.is_imported() or symbol.is_namespace()
        if other or symbol.is_global() or symbol.is_declared_global() or symbol.is_nonlocal():
            return False
    return True
