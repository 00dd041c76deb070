"""What a tree does that another form might change: reading its own docstrings, names or order."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

LOOKS_AT_NAMES = frozenset({"locals", "vars", "eval", "exec", "globals", "dir", "inspect"})
_ALIASED = frozenset({"locals", "vars", "eval", "exec"})
_FRAMES = frozenset(
    {
        *("__builtins__", "import builtins", "import dis", "import linecache"),
        *("_current_frames", "_getframe", "currentframe", "f_locals", "tb_frame"),
        *("__code__", "co_code", "co_consts", "co_names", "co_varnames", "setprofile", "settrace"),
        *("getclosurevars", "getinnerframes", "getouterframes", "getsource", "getsourcelines"),
    }
)
_FRAMES_OF_INSPECT = frozenset({"stack", "trace"})
_DOCSTRINGS = frozenset(
    {"getdoc", *(f"import {it}" for it in ("click", "docopt", "doctest", "fire", "pydoc", "typer"))}
)
_ORDERS = frozenset({"__lt__", "__le__", "__gt__", "__ge__"})


class Habits(Struct, frozen=True):
    """What some file of a tree does."""

    reads_docstrings: bool = False  # of modules and classes
    reads_all_docstrings: bool = False  # of anything
    looks_at_frames: bool = False  # at the names of other functions, or at their text
    orders: bool = False  # says itself what `<` or `>` means
    replaced: frozenset[str] = frozenset()  # names under which it puts something into an object

    def __or__(self, other: Habits) -> Habits:
        return Habits(
            self.reads_docstrings or other.reads_docstrings,
            self.reads_all_docstrings or other.reads_all_docstrings,
            self.looks_at_frames or other.looks_at_frames,
            self.orders or other.orders,
            self.replaced | other.replaced,
        )


def habits(texts: Iterable[str]) -> Habits:
    """Return what the files of a tree do; one without syntax does nothing."""
    found = Habits()
    for text in texts:
        found |= _habits(text)
    return found


@lru_cache(maxsize=1024)
def _habits(text: str) -> Habits:
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Habits()
    words = set(_words(nodes))
    of_anything = bool(words & _DOCSTRINGS) or _reads_docstring_of_unknown(nodes)
    return Habits(
        reads_docstrings=of_anything or "__doc__" in words,
        reads_all_docstrings=of_anything,
        looks_at_frames=bool(words & _FRAMES) or _has_alias(nodes),
        orders=any(isinstance(it, ast.FunctionDef) and it.name in _ORDERS for it in nodes),
        replaced=frozenset(_put(nodes)),
    )


def _words(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield names, attributes and what is imported, and texts, which may name one of them."""
    for node in nodes:
        match node:
            case ast.Name(id=word) | ast.Constant(value=str(word)):
                yield word
            case ast.Attribute(value=ast.Name(id="inspect"), attr=word):
                yield "_getframe" if word in _FRAMES_OF_INSPECT else word
            case ast.Attribute(attr=word):
                yield word
            case ast.Call(func=ast.Name(id="help")):
                yield "getdoc"
            case ast.Import(names=names):
                yield from (f"import {it.name.partition('.')[0]}" for it in names)
            case ast.ImportFrom(module=module, names=names):
                yield f"import {(module or '').partition('.')[0]}"
                of_inspect = module == "inspect" and {it.name for it in names} & _FRAMES_OF_INSPECT
                yield from ("_getframe",) if of_inspect else (it.name for it in names)


def _reads_docstring_of_unknown(nodes: Iterable[ast.AST]) -> bool:
    """Tell whether a docstring is read of what may be no class; a bare `__doc__` is a module's."""
    nodes = list(nodes)
    types = {
        it.arg
        for it in nodes
        if isinstance(it, ast.arg) and it.annotation and _is_type(it.annotation)
    }
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr="__doc__"):
                if name not in types and name != "cls":
                    return True
            case ast.Attribute(attr="__doc__") | ast.Constant(value="__doc__"):
                return True
    return False


def _is_type(annotation: ast.expr) -> bool:
    inner = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return isinstance(inner, ast.Name) and inner.id == "type"


def _has_alias(nodes: Iterable[ast.AST]) -> bool:
    """Tell whether what looks at names is handed on, and not called where it stands."""
    nodes = list(nodes)
    called = {id(it.func) for it in nodes if isinstance(it, ast.Call)}
    return any(
        isinstance(it, ast.Name) and it.id in _ALIASED and id(it) not in called for it in nodes
    )


def _put(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names under which something is given to another object than one's own."""
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
