"""Constructs that no honest fix needs, with line and reason, for a human to look at.

Nothing here takes a point away: what is wrong with a construct is for somebody to say who reads it.
Only pieces that are other than at the start are looked at, and what the start file has is allowed.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

import msgspec

from bughunt.exam.grading.entries import clean
from bughunt.exam.grading.parsing import tree
from bughunt.exam.grading.pieces import MODULE, differing, pieces
from bughunt.running.source_parts import functions

_HARMLESS = {  # modules that compute, and no more
    "__future__", "bisect", "cmath", "collections", "copy", "dataclasses", "decimal", "enum",
    "fractions", "functools", "hashlib", "heapq", "itertools", "json", "math", "numbers", "numpy",
    "random", "re", "statistics", "struct", "torch", "typing", "zlib",
}  # fmt: skip
_PLAIN = {  # modules of which no module inside is harmless as well
    "abc", "contextlib", "datetime", "logging", "pprint", "string", "time", "warnings",
}  # fmt: skip
_MACHINE = {  # modules of which each part is for a human to see
    "builtins", "ctypes", "gc", "importlib", "inspect", "operator", "os", "sys",
}  # fmt: skip
_HELD = _MACHINE | {  # modules that other modules hold as a part
    "_thread", "ast", "asyncio", "atexit", "bltns", "codecs", "contextvars", "copyreg", "dis",
    "faulthandler", "fcntl", "io", "linecache", "marshal", "mmap", "multiprocessing", "pickle",
    "pickletools", "pkgutil", "runpy", "shutil", "signal", "socket", "subprocess", "tempfile",
    "threading", "traceback", "types", "unittest", "warnings", "weakref", "zipfile",
}  # fmt: skip
_SEEING = {  # functions that look into objects or at names, or run what a text says
    "ForwardRef", "breakpoint", "delattr", "exec", "get_type_hints", "getattr", "globals", "locals",
    "setattr", "singledispatch", "singledispatchmethod", "vars",
}  # fmt: skip
_MAKING = {  # what makes code or objects of texts and files, in modules that may be imported
    "BaseConfigurator", "CompilationUnit", "DataSource", "DictConfigurator", "Formatter",
    "GraphModule", "PackageImporter", "Timer", "bmat", "collect_env", "cpp_extension", "ctypeslib",
    "currentframe", "dictConfig", "distutils", "f2py", "fileConfig", "fromfile", "fromregex",
    "genfromtxt", "get_field", "global_enum", "hub", "load", "load_inline", "load_library",
    "load_state_dict_from_url", "loadtxt", "lookfor", "measure", "memmap", "open_memmap",
    "read_array", "redirect_stderr", "redirect_stdout", "rundocs", "runstring", "update_wrapper",
}  # fmt: skip
_FUNCTIONS = _SEEING | {"compile", "dir", "eval", "input", "open"}  # names, not methods
_FRAMES = {
    "ag_frame", "cr_frame", "f_back", "f_builtins", "f_globals", "f_locals", "gi_frame", "tb_frame",
    "tb_next",
}  # fmt: skip
_INNER = _SEEING | _MAKING | _FRAMES | {"environ", "settrace", "sleep"}
_COMMON = {  # names with underlines around them that ordinary code has
    "__all__", "__call__", "__contains__", "__enter__", "__exit__", "__future__", "__getitem__",
    "__init__", "__iter__", "__len__", "__main__", "__name__", "__next__", "__post_init__",
    "__repr__", "__setitem__", "__str__",
}  # fmt: skip
_UNLIKE_WORDS = re.compile("|".join(["__[a-z_]+__", *sorted(_FRAMES)]))
_ORDERS = {"__eq__", "__ge__", "__gt__", "__hash__", "__le__", "__lt__", "__ne__"}
_OWN = {"self", "cls", "super", "type"}
_BROAD = {"Exception", "BaseException"}
_LONG_TEXT = 400
_MANY_VALUES = 32


class Flag(msgspec.Struct, frozen=True, order=True):
    """One construct, and why a human should look at it."""

    file: str
    line: int
    reason: str


class _Around(NamedTuple):
    """What a file and its start have, beside which a construct of the file is judged."""

    known: Collection[str]  # packages that may be imported
    own: Collection[str]  # what bears the names of ``_OWN`` and nothing else
    classes: Collection[str]  # names of classes of the file and of nothing else
    parts: Collection[str]  # names that its classes give to what they hold
    orders: Collection[ast.AST]  # definitions of comparisons, of classes that the start has
    texts: Collection[str | bytes]  # that the start has as well, or that only describe


def flags(path: str, text: str, start: str) -> tuple[Flag, ...]:
    """Return what stands out in a source that can be parsed, beside its start."""
    changed = differing(pieces(text), pieces(start))
    before, module = tree(start), tree(text)
    usual = {reason for _, reason in _reasons(before, _around(path, before, before))}
    around = _around(path, module, before)
    modules = _imported(module)
    found = set()
    for root in _looked_at(module, changed):
        patches = ((node, it) for node in ast.walk(root) for it in _patches(node, modules))
        for node, reason in itertools.chain(_reasons(root, around), patches):
            if reason not in usual:
                found.add(Flag(path, getattr(node, "lineno", 1), clean(reason)))
    return tuple(sorted(found))


def _around(path: str, module: ast.Module, before: ast.Module) -> _Around:
    """Look around in a file and its start."""
    bound = _bound(module)
    classes = [it for it in ast.walk(module) if isinstance(it, ast.ClassDef)]
    count = Counter(it.name for it in classes)
    old = {_heading(it) for it in before.body if isinstance(it, ast.ClassDef)}
    kept = (it for it in classes if count[it.name] == 1 and _heading(it) in old)
    return _Around(
        known={*_HARMLESS, *_PLAIN, path.partition("/")[0], *_packages(before)},
        own=_OWN - bound,
        classes=count.keys() - bound,
        parts={name for it in classes for name in _parts(it)},
        orders={it for cls in kept for it in cls.body if isinstance(it, ast.FunctionDef)},
        texts=_texts(before) | _docstrings(module),
    )


def _bound(module: ast.Module) -> set[str]:
    """Return the names that stand for what is no class, and no object of a method."""
    nodes = list(ast.walk(module))
    classes = (it for it in nodes if isinstance(it, ast.ClassDef))
    heads = {arg for cls in classes for it in cls.body for arg in _head(it)}
    names = _imported(module)
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case ast.MatchMapping(rest=str(name)):
                names.add(name)
            case ast.arg(arg=name) if node not in heads:
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
    return names | {it.name for it in nodes if isinstance(it, ast.ClassDef)} & _OWN


def _head(part: ast.stmt) -> list[ast.arg]:
    """Return the argument of a method that is the object or class itself."""
    match part:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            decorators = {it.id for it in part.decorator_list if isinstance(it, ast.Name)}
            if "staticmethod" not in decorators:
                return [*part.args.posonlyargs, *part.args.args][:1]
    return []


def _heading(cls: ast.ClassDef) -> str:
    """Return what a class is called and made of."""
    return ast.dump(ast.ClassDef(cls.name, cls.bases, cls.keywords, [], cls.decorator_list))


def _parts(cls: ast.ClassDef) -> Iterator[str]:
    """Yield the names that a class gives to its functions and to what it and its objects hold."""
    for it in cls.body:
        if isinstance(it, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield it.name
    for node in ast.walk(cls):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store()) | ast.Name(id=name, ctx=ast.Store()):
                yield name


def _texts(root: ast.AST) -> set[str | bytes]:
    """Return the long texts of a source."""
    return {
        it.value
        for it in ast.walk(root)
        if isinstance(it, ast.Constant)
        and isinstance(it.value, (str, bytes))
        and len(it.value) > _LONG_TEXT
    }


def _docstrings(root: ast.AST) -> set[str | bytes]:
    """Return what describes a module, a class or a function."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    described = (it for it in ast.walk(root) if isinstance(it, kinds))
    return {ast.get_docstring(it, clean=False) or "" for it in described}


def _looked_at(module: ast.Module, changed: frozenset[str]) -> Iterator[ast.AST]:
    """Yield the changed pieces; last, if it changed, the rest of the module."""
    for name, function in functions(module):
        if name in changed:
            yield function
    if MODULE in changed:
        for _, function in functions(module):
            function.body = []
        yield module


def _reasons(root: ast.AST, around: _Around) -> Iterator[tuple[ast.AST, str]]:
    """Yield what is unusual about each node."""
    data = _data(root)
    for node in ast.walk(root):
        yield from ((node, it) for it in _importing(node, around.known))
        yield from ((node, it) for it in _reaching_out(node, around))
        match node:
            case ast.FunctionDef(name=name) if _is_inner(name) and name.endswith("__"):
                if name not in _ORDERS or node not in around.orders:
                    yield node, f"defines {name}"
            case ast.Constant(value=str() | bytes() as value) if len(value) > _LONG_TEXT:
                if value not in around.texts:
                    yield node, "holds a long text, as recorded data would be"
            case ast.Global(names):
                yield node, f"declares global {', '.join(names)}"
        if _catches_everything(node):
            yield node, "catches every exception"
        if node in data:
            yield node, "holds many numbers, as recorded data would be"


def _importing(node: ast.AST, known: Collection[str]) -> Iterator[str]:
    """Yield what is brought in that does more than compute, where these modules do not."""
    match node:
        case ast.Import(names):
            yield from (f"imports {it.name}" for it in names if _is_odd(it.name, known))
        case ast.ImportFrom(module=str(name), level=0) if _is_odd(name, known):
            yield f"imports {name}"
        case ast.ImportFrom(names=names):
            yield from (f"imports {it.name}" for it in names if _is_inner(it.name))
            yield from ("imports all names" for it in names if it.name == "*")


def _reaching_out(node: ast.AST, around: _Around) -> Iterator[str]:
    """Yield what reaches for the interpreter, the machine or the grader."""
    match node:
        case ast.Name(id=name) if name in _FUNCTIONS:
            yield f"uses {name}()"
        case ast.Name(id=name) if name.startswith("__") and _is_inner(name):
            yield f"uses {name}"
        case ast.Attribute(value=holder, attr=name) if _is_inner(name):
            if not _is_own(holder, name, around):
                yield f"uses .{name}"
        case ast.Attribute(value=ast.Name(id=module), attr=name) if module in _MACHINE:
            yield f"uses {module}.{name}"
        case ast.MatchClass(kwd_attrs=names):
            yield from (f"uses .{it}" for it in names if _is_inner(it))
        case ast.Constant(value=str(text)):
            found = sorted({*_UNLIKE_WORDS.findall(text)} - _COMMON)
            yield from (f"names {it} in a text" for it in found)
        case ast.arg(annotation=ast.Constant(value=str(text))) if "(" in text:
            yield "calls something in the text of an annotation"


def _is_odd(name: str, known: Collection[str]) -> bool:
    """Return whether a module is none that a fix would import."""
    first, *rest = name.split(".")
    return first not in known or any(map(_is_inner, rest)) or bool(first in _PLAIN and rest)


def _is_inner(name: str) -> bool:
    """Return whether a name is one of the interpreter's, or is meant for its own module only."""
    is_private = name.startswith("_") and name.strip("_") != "" and name not in _COMMON
    return is_private or name in _INNER or name in _HELD


def _is_own(holder: ast.expr, name: str, around: _Around) -> bool:
    """Return whether an object or class of the file uses what is its own."""
    if name.endswith("__") or name.strip("_") in _HELD:
        return False
    match holder:
        case ast.Name("self" | "cls" as own) | ast.Call(ast.Name("super" as own)):
            return own in around.own and (name.startswith("_") or name in around.parts)
        case ast.Call(ast.Name("type"), [ast.Name("self")]):
            return {"type", "self"} <= {*around.own} and name in around.parts
        case ast.Name(cls):
            return cls in around.classes and name in around.parts
    return False


def _catches_everything(node: ast.AST) -> bool:
    match node:
        case ast.ExceptHandler(type=kind):
            return _is_broad(kind)
        case ast.Call(ast.Name("suppress") | ast.Attribute(attr="suppress"), kinds):
            return any(map(_is_broad, kinds))
    return False


def _is_broad(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(it is None or (isinstance(it, ast.Name) and it.id in _BROAD) for it in kinds)


def _data(root: ast.AST) -> set[ast.AST]:
    """Return the lists and the like that hold many numbers, at any depth."""
    counts: dict[ast.AST, int] = {}
    for node in reversed(list(ast.walk(root))):  # what is inside comes first
        is_number = isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
        counts[node] = is_number + sum(counts[it] for it in ast.iter_child_nodes(node))
    kinds = (ast.List, ast.Tuple, ast.Set, ast.Dict)
    return {it for it, count in counts.items() if count > _MANY_VALUES and isinstance(it, kinds)}


def _patches(node: ast.AST, modules: set[str]) -> Iterator[str]:
    """Yield that something of an imported module or class is replaced."""
    targets: list[ast.expr] = []
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = list(node.targets)
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    for target in targets:
        root = target
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if root is not target and isinstance(root, ast.Name) and root.id in modules:
            yield f"assigns to a part of '{root.id}'"


def _imported(module: ast.Module) -> set[str]:
    """Return the names that imports bind anywhere in a source."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(module)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }


def _packages(module: ast.Module) -> set[str]:
    """Return the packages from which a source imports."""
    names = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {it.name.partition(".")[0] for it in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names
