"""Small changes of the clean code that might become bugs.

Beside what the survey of mutants makes there are changes of order and of names, which a survey
leaves out because most of them are noticed at once, and which make good bugs when they are not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import PurePosixPath

from bughunt.errors import BankError, SelectionError, did_you_mean
from bughunt.mutate import clean_tree
from bughunt.spec import Bank
from bughunt.survey import equivalent_mutants
from bughunt.survey.mutants import Mutant, mutants
from bughunt.survey.mutation_operators import Edits, Source
from mutations import MutationError
from mutations.language.lines import lines_of
from mutations.language.target import find_segment, split_target

_NAMES = (ast.Name, ast.Attribute)
_WIDEST = 60  # characters of an expression in which names change places


def at_line(bank: Bank, path: str, line: int) -> tuple[Mutant, ...]:
    """Return the changes of the statement on a line.

    Raises:
        SelectionError: when there is no such file, or nothing to change on the line.

    """
    found = tuple(it for it in _of_file(bank, path) if it.lines[0] <= line <= it.lines[1])
    if not found:
        text = f"{path}:{line}: there is nothing here that a small change would make into a bug."
        raise SelectionError(f"{text} Name a line with code in a function, or edit a copy.")
    return found


def in_target(bank: Bank, target: str) -> tuple[Mutant, ...]:
    """Return the changes of a function, a class or a file.

    Raises:
        SelectionError: when there is no such target, or nothing to change in it.

    """
    path, _ = split_target(target)
    found = _of_file(bank, path)
    text = clean_tree(bank)[path]
    try:
        segment = find_segment(text, target)
    except MutationError as error:
        raise SelectionError(str(error)) from None
    lines = lines_of(text)
    first, last = lines.line_of(segment.start), lines.line_of(max(segment.stop - 1, 0))
    found = tuple(it for it in found if first <= it.line <= last)
    if not found:
        text = f"{target}: there is nothing in it that a small change would make into a bug."
        raise SelectionError(f"{text} Name another target.")
    return found


def _of_file(bank: Bank, path: str) -> tuple[Mutant, ...]:
    """Return the changes of a file, without those that are declared to mean the same."""
    clean = clean_tree(bank)
    if path not in clean:
        known = sorted(clean)
        nearest = did_you_mean(PurePosixPath(path).as_posix(), known)
        raise SelectionError(f"{path}: no Python file of the packages. {nearest}")
    text = clean[path]
    try:
        found = mutants(text, path)
    except SyntaxError as error:
        raise BankError([f"{path}:{error.lineno}: is no Python: {error.msg}."]) from None
    declared = equivalent_mutants.declared(
        bank.root / equivalent_mutants.FILE, equivalent_mutants.FILE, clean, {path: found}
    )
    every = [it for it in found if it not in declared]
    known_texts = {it.apply(text) for it in found}
    every += [it for it in mutants(text, path, _ORDER) if it.apply(text) not in known_texts]
    return tuple(sorted(every, key=lambda it: (it.line, it.column, it.operator, it.after)))


def _statement_order(node: ast.AST, source: Source) -> Edits:
    """Yield two simple statements that follow each other, exchanged, if that can matter."""
    block = getattr(node, "body", None)
    if not isinstance(block, list):
        return
    for one, other in pairwise(block):
        if all(isinstance(it, _SIMPLE) for it in (one, other)) and _meet(one, other):
            (start, end), (begin, stop) = source.span(one), source.span(other)
            gap = source.text[end:begin]
            if not gap.strip():
                yield start, stop, f"{source.segment(other)}{gap}{source.segment(one)}"


_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr)


def _meet(one: ast.stmt, other: ast.stmt) -> bool:
    """Return whether one of two statements writes, or acts on, what the other one uses."""
    (used, touched), (used_too, touched_too) = _uses(one), _uses(other)
    return not (used.isdisjoint(touched_too) and touched.isdisjoint(used_too))


def _uses(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the names in a statement, and those that it writes or calls a method of."""
    used, touched = set(), set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            used.add(node.id)
            if isinstance(node.ctx, ast.Store):
                touched.add(node.id)
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            base = _base(node)
            called = isinstance(statement, ast.Expr) or not isinstance(node.ctx, ast.Load)
            if base is not None and called:
                touched.add(base)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            touched |= {_base(node.func) or ""}
    return used, touched


def _base(node: ast.AST) -> str | None:
    """Return ``a`` of ``a.b[c].d``."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _names(node: ast.AST, source: Source) -> Edits:
    """Yield an expression in which two names have changed places."""
    if not isinstance(node, (ast.BinOp, ast.Compare, ast.Tuple, ast.IfExp)):
        return
    if len(source.segment(node)) > _WIDEST or isinstance(getattr(node, "op", None), ast.Mult):
        return
    operands = [it for it in ast.iter_child_nodes(node) if isinstance(it, _NAMES)]
    for one, other in combinations(operands, 2):
        (start, end), (begin, stop) = sorted(map(source.span, (one, other)))
        first, second = source.text[start:end], source.text[begin:stop]
        if first != second:
            yield start, stop, f"{second}{source.text[end:begin]}{first}"


def _factor(node: ast.AST, source: Source) -> Edits:
    """Yield a divisor, or what is added, twice as large."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Add, ast.Sub)):
        operand = node.right
        if isinstance(operand, (*_NAMES, ast.Call, ast.Subscript)):
            start, stop = source.span(operand)
            text = f"{source.segment(operand)} * 2"
            yield start, stop, f"({text})" if isinstance(node.op, ast.Div) else text


_ORDER = {"order": _statement_order, "names": _names, "factor": _factor}


def words(mutant: Mutant) -> Iterator[str]:
    """Yield the code before and after on one line each, for those who choose."""
    yield equivalent_mutants.one_line(mutant.before)
    yield equivalent_mutants.one_line(mutant.after) or "(nothing)"
