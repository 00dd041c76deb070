"""Locals under another name.

A name is changed in the whole of an outermost function, everywhere at once. That is the same
program if the name is a local wherever it is used in there, no parameter, and in no default,
decorator or annotation, which belong to the world around; and if the new name occurs nowhere in
there: then no use means anything else than before. A formatted string that writes the name itself
(`{count=}`) keeps it.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from symtable import SymbolTable

from bughunt.exam.camouflage.habits import LOOKS_AT_NAMES
from bughunt.exam.camouflage.local_names import function_tables, is_local
from bughunt.exam.camouflage.sites import Edit, Site, Span
from bughunt.exam.camouflage.source import Function, Source
from bughunt.exam.camouflage.synonyms import NAMES

_PARTNER = {word: pair for pair in NAMES for word in pair}


def name_sites(source: Source) -> Iterator[Site]:
    """Yield a site for each pair of names of which a function uses one, as a local."""
    tables = function_tables(source.text)
    for function in source.functions:
        classes = any(isinstance(it, ast.ClassDef) for it in function.inside)
        if classes or function.names & LOOKS_AT_NAMES:
            continue
        table = tables[function.name, function.node.lineno]
        for pair in sorted({_PARTNER[name] for name in function.names & _PARTNER.keys()}):
            used = function.names & set(pair)
            if len(used) == 1 and not used & function.outside:
                yield from _site(source, function, table, *used)


def _site(
    source: Source, function: Function, table: Sequence[SymbolTable], name: str
) -> Iterator[Site]:
    if not is_local(table, name) or _is_spoken_of(source, function.node, name):
        return
    places = _places(source, function, name)
    if places is not None:
        pair = _PARTNER[name]
        form = pair.index(name)
        other = (pair[1 - form],)
        forms = (None, other) if form == 0 else (other, None)
        edits = tuple(Edit(it.start, it.stop, forms) for it in places)
        yield Site("name", f"{source.path}::{function.name} name {pair[0]}", form, edits)


def _places(source: Source, function: Function, name: str) -> list[Span] | None:
    """Return where a name stands; None: not all of its places can be found."""
    places = []
    for node in function.inside:
        match node:
            case ast.JoinedStr(values=values) if _writes_itself(values, name):
                return None
            case ast.Name(id=word) if word == name:
                places.append(source.span(node))
            case ast.ExceptHandler(name=str(word), type=ast.expr() as kind) if word == name:
                places.append(_behind_as(source, kind, name))
            case ast.MatchAs(name=word) | ast.MatchStar(name=word) if word == name:
                return None
            case ast.MatchMapping(rest=word) if word == name:
                return None
    correct = all(source.text[it.start : it.stop] == name for it in places)
    return places if correct and len(set(places)) == len(places) else None


def _writes_itself(values: Sequence[ast.expr], name: str) -> bool:
    """Tell whether a formatted string may write the text of a value before it, as `{x=}` does."""
    spoken = re.compile(rf"\b{name}\b.*=\s*$", re.DOTALL)
    return any(
        isinstance(before, ast.Constant)
        and isinstance(value, ast.FormattedValue)
        and spoken.search(str(before.value)) is not None
        for before, value in itertools.pairwise(values)
    )


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
