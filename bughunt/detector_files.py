"""The files of the detectors that a choice of bugs needs, read and looked at, but never run."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec

import msgspec

from bughunt.errors import BankError, did_you_mean
from bughunt.mutate import read
from bughunt.spec import Bank, Bug

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class _File(msgspec.Struct, frozen=True):
    """One file of the detectors' folder: its bytes, what it needs beside it, what is wrong."""

    source: bytes
    beside: tuple[str, ...]
    problems: tuple[str, ...]


def detector_files(bank: Bank, bugs: Iterable[Bug]) -> dict[str, bytes]:
    """Return the detectors of the bugs, what they import of their folder, and its conftest.py.

    Raises:
        BankError: with one line for each detector or support file that cannot run.

    """
    files: dict[str, bytes] = {}
    problems: list[str] = []
    for bug in bugs:
        for name, file in _closure(bank, bug.detector).items():
            if name not in files:
                files[name] = file.source
                keys = ("bugs", bug.id, "detector")
                problems += [bank.message(keys, f"{name}: {it}") for it in file.problems]
    if problems:
        raise BankError(problems)
    return files


@lru_cache(maxsize=8)
def general_files(bank: Bank) -> dict[str, bytes]:
    """Return every detector of the folder and all that stands beside them, as it is.

    None is looked at: a detector that cannot run is red in a workspace from the start.

    Raises:
        BankError: when a file cannot be read.

    """
    beside = [name for names in _beside(bank).values() for name in names]
    detectors = [file.name for file in sorted(bank.detectors.glob("test_*.py"))]
    return {name: read(bank.detectors / name) for name in (*beside, *detectors)}


def problems(bank: Bank, detector: str) -> tuple[str, ...]:
    """Return why a workspace could not be given this detector; nothing when it could.

    Raises:
        BankError: when a file cannot be read.

    """
    files = _closure(bank, detector).items()
    return tuple(f"{name}: {problem}" for name, file in files for problem in file.problems)


def sources(bank: Bank, detector: str) -> dict[str, bytes]:
    """Return what the verdicts of one detector depend on in its folder, in whatever state it is.

    Raises:
        BankError: when a file cannot be read.

    """
    return {name: file.source for name, file in _closure(bank, detector).items()}


def _closure(bank: Bank, detector: str) -> dict[str, _File]:
    """Return the file of a detector, the conftest.py, and all that they import of the folder."""
    files: dict[str, _File] = {}
    wanted = [f"test_{detector}.py", *_beside(bank).get("conftest", ())]
    while wanted:
        name = wanted.pop()
        if name not in files:
            files[name] = _looked_at(bank, name)
            wanted += files[name].beside
    return files


@lru_cache(maxsize=8)
def _beside(bank: Bank) -> dict[str, list[str]]:
    """Return the modules beside the detectors and their files: one, or all of a folder."""
    modules: dict[str, list[str]] = {}
    for file in sorted(bank.detectors.rglob("*.py")):
        name = file.relative_to(bank.detectors).as_posix()
        module = name.partition("/")[0].removesuffix(".py")
        if not module.startswith("test_"):
            modules.setdefault(module, []).append(name)
    return modules


@lru_cache(maxsize=1024)
def _looked_at(bank: Bank, name: str) -> _File:
    """Read and parse one file."""
    source = read(bank.detectors / name)
    try:
        source.decode("utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source)
    except UnicodeDecodeError as error:
        text = f"not UTF-8 at byte {error.start}. Save the file as UTF-8."
        return _File(source, (), (text,))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = f"{error.msg} in line {error.lineno}" if isinstance(error, SyntaxError) else error
        reason = reason if str(reason) else "it is nested too deeply"
        return _File(source, (), (f"is no Python: {reason}. Correct it.",))
    imports = dict(_imports(module))
    problems = [*_missing_modules(bank, imports)]
    if name.startswith("test_"):
        problems += _missing_halves(module)
    beside = tuple(file for word in sorted(imports) for file in _beside(bank).get(word, ()))
    return _File(source, beside, tuple(problems))


def _imports(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the top-level module of each import, with its line."""
    for node in _statements(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a block, at any depth; expressions are not looked into."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from _statements(child)


def _missing_modules(bank: Bank, imports: Mapping[str, int]) -> Iterator[str]:
    """Say which modules are neither beside the detector, nor under hunt, nor installed."""
    known = {*_beside(bank), *bank.packages}
    for top, line in imports.items():
        if top not in known and top not in sys.stdlib_module_names and find_spec(top) is None:
            advice = did_you_mean(top, known)
            yield f"line {line} imports '{top}', which is neither beside it nor installed. {advice}"


def _missing_halves(module: ast.Module) -> Iterator[str]:
    """Say whether there is nothing to observe with or to judge with, and what takes too much."""
    functions = [node for node in _top_level(module) if isinstance(node, ast.FunctionDef)]
    names = {function.name for function in functions}
    for node in _top_level(module):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    if "observe" not in names:
        yield "there is no function 'observe'. Write observe(seed)."
    if not any(name.startswith("test_") for name in names):
        yield "there is no test. Write test_<law>(observed)."
    for function in functions:
        if function.name.startswith("test_") and _parameters(function) != ["observed"]:
            call = f"{function.name}({ast.unparse(function.args)})"
            yield f"{call} in line {function.lineno} must take 'observed' and nothing else."


def _top_level(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when the module is imported, and the functions as one node each."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _top_level(child)


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)]
