"""Locals under another name.

A name is changed in the whole of an outermost function, everywhere at once. That is the same
program if the name is a local wherever it is used in there, and no parameter, and if the new name
occurs nowhere in there: then no use means anything else than before. `symtable`, which is what
Python compiles by, says what a name is in each nested function, lambda and comprehension.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator

from bughunt.exam.camouflage.sites import Edit, Site, Span
from bughunt.exam.camouflage.source import Function, Source
from bughunt.exam.camouflage.synonyms import NAMES

_LOOKS_AT_NAMES = frozenset({"locals", "vars", "eval", "exec", "globals", "dir", "inspect"})
_PARTNER = {word: pair for pair in NAMES for word in pair}


def name_sites(source: Source) -> Iterator[Site]:
    """Yield a site for each pair of names of which a function uses one, as a local."""
    tables = _tables(symtable.symtable(source.text, source.path, "exec"))
    for function in source.functions:
        node = function.node
        spoken = _spoken(node)
        if spoken & _LOOKS_AT_NAMES or any(isinstance(it, ast.ClassDef) for it in ast.walk(node)):
            continue
        table = tables[function.name, _first_line(node)]
        for pair in sorted({_PARTNER[name] for name in spoken & _PARTNER.keys()}):
            if len(spoken & set(pair)) == 1:
                yield from _site(source, function, table, pair)


def _site(
    source: Source, function: Function, table: list[symtable.SymbolTable], pair: tuple[str, str]
) -> Iterator[Site]:
    node = function.node
    (name,) = _spoken(node) & set(pair)
    places = _places(source, node, name)
    if places is None or not _is_local(table, name) or _is_spoken_of(source, node, name):
        return
    form = pair.index(name)
    other = (pair[1 - form],)
    forms = (None, other) if form == 0 else (other, None)
    edits = tuple(Edit(it.start, it.stop, forms) for it in places)
    yield Site(f"{source.path}::{function.name} name {pair[0]}", form, edits)


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(it.lineno for it in node.decorator_list)])


def _tables(
    table: symtable.SymbolTable, prefix: str = ""
) -> dict[tuple[str, int], list[symtable.SymbolTable]]:
    """Return outermost functions by name and line, each with all that is nested in it."""
    found = {}
    for child in table.get_children():
        name = prefix + child.get_name()
        if child.get_type() == "class":
            found |= _tables(child, f"{name}.")
        elif child.get_type() == "function":
            found[name, child.get_lineno()] = list(_nested(child))
    return found


def _nested(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _nested(child)


def _is_local(tables: list[symtable.SymbolTable], name: str) -> bool:
    """Tell whether a name is a plain local in each table that knows it."""
    for table in tables:
        if name not in table.get_identifiers():
            continue
        symbol = table.lookup(name)
        other = symbol.is_parameter() or symbol.is_imported() or symbol.is_namespace()
        if other or symbol.is_global() or symbol.is_declared_global() or symbol.is_nonlocal():
            return False
    return True


def _spoken(node: ast.AST) -> set[str]:
    """Return all identifiers that stand for something by themselves."""
    found = set()
    for it in ast.walk(node):
        match it:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.MatchAs(name=str(name)):
                found.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.alias(name=name, asname=asname):
                found.add(asname or name.partition(".")[0])
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found |= set(names)
    return found


def _places(source: Source, node: ast.AST, name: str) -> list[Span] | None:
    """Return where a name stands; None: not all of its places can be found."""
    places = []
    for it in ast.walk(node):
        match it:
            case ast.Name(id=word) if word == name:
                places.append(source.span(it))
            case ast.ExceptHandler(name=str(word), type=ast.expr() as kind) if word == name:
                places.append(_behind_as(source, kind, name))
            case ast.MatchAs(name=word) | ast.MatchStar(name=word) if word == name:
                return None
            case ast.MatchMapping(rest=word) if word == name:
                return None
    correct = all(source.text[it.start : it.stop] == name for it in places)
    return places if correct and len(set(places)) == len(places) else None


def _behind_as(source: Source, kind: ast.expr, name: str) -> Span:
    behind = source.span(kind).stop
    found = re.compile(rf"[)\s]*\sas\s+(?={name}\b)").match(source.text, behind)
    start = found.end() if found else behind
    return Span(start, start + len(name))


def _is_spoken_of(source: Source, node: ast.stmt, name: str) -> bool:
    """Tell whether a comment or docstring in a function means the name, not the word."""
    lines = source.line_span(node)
    pattern = re.compile(rf"\b{name}\b" if "_" in name else rf"`{name}[`.\[(]")
    inside = (it.span for it in source.words if lines.start <= it.span.start < lines.stop)
    return any(pattern.search(source.text, it.start, it.stop) for it in inside)
