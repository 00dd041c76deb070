"""Which files of a submission count: the sources that its own start has, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from bughunt.exam.grading.entries import NotGradable, Refusal, clean
from bughunt.exam.grading.intake import HandedIn
from bughunt.exam.sheet import SHEET

_MOST_ADDED = 1 << 16  # bytes, of all sources together; those of a whole module are a quarter
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # as PEP 263 has it
_HOOKS = ("conftest.py", "sitecustomize.py", "usercustomize.py")
_SETTINGS = (".ini", ".cfg", ".toml", ".pth")
_COMPILED = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib")


class Sieved(msgspec.Struct, frozen=True):
    """The code that is graded, and what was left out."""

    tree: dict[str, str]  # the start, with the submission's sources over it
    changed: frozenset[str]  # files whose text is other than at the start
    refused: tuple[Refusal, ...]


def sieved(submission: HandedIn, start: Mapping[str, str]) -> Sieved:
    """Lay the sources of a submission over its start.

    Raises:
        NotGradable: when a source is no text.

    """
    _check_size(submission, start)
    tree = dict(start)
    refused = list(submission.refused)
    given = [path for path in start if path in submission.files]
    for path in given:
        tree[path] = _text(path, submission.files[path])
    if missing := len(start) - len(given):
        text = f"{missing} of {len(start)} sources are missing: taken as they were handed out"
        refused.append(Refusal("", text))
    refused += _others(submission, start)
    changed = frozenset(path for path in start if _lines(tree[path]) != _lines(start[path]))
    return Sieved(tree, changed, tuple(refused))


def _check_size(submission: HandedIn, start: Mapping[str, str]) -> None:
    """Raise when there is so much more text than at the start that reading it takes long."""
    sizes = ((len(submission.files.get(path, b"")), len(text)) for path, text in start.items())
    if sum(max(0, size - usual) for size, usual in sizes) > _MOST_ADDED:
        text = f"has {_MOST_ADDED} bytes of code more than was handed out."
        raise NotGradable(f"{text} Ask for the fixes alone.")


def _text(path: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotGradable(f"{path}: not UTF-8 at byte {error.start}. Ask for it.") from None
    for line in content.split(b"\n", 2)[:2]:
        cookie = _COOKIE.match(line)
        if cookie and cookie[1].lower().replace(b"_", b"-") not in (b"utf-8", b"utf8"):
            raise NotGradable(f"{path}: declares another encoding than UTF-8. Ask for it.")
    if "\0" in text:
        raise NotGradable(f"{path}: holds a zero byte, as no source does. Ask for it.")
    return text


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()


def _others(submission: HandedIn, start: Mapping[str, str]) -> Iterator[Refusal]:
    """Yield the files that a careless grader would have run, or taken for a setting."""
    tops = {path.partition("/")[0] for path in start}
    compiled = [path for path in submission.names if path.endswith(_COMPILED)]
    cached = [path for path in compiled if "__pycache__" in path]
    if cached:
        yield Refusal(clean(cached[0]), f"bytecode ({len(cached)} files): not used")
    for path in sorted(set(submission.names) - set(start) - set(cached)):
        top, _, rest = path.partition("/")
        name = path.rpartition("/")[2]
        if path in compiled:
            yield Refusal(clean(path), "compiled code: not used")
        elif name in _HOOKS or path.endswith(_SETTINGS):
            if path not in ("tests/conftest.py", "pyproject.toml"):
                yield Refusal(clean(path), "a hook or setting: not used")
        elif path.endswith(".py") and top in tops:
            yield Refusal(clean(path), "a module that was not handed out: not used")
        elif path.endswith(".py") and top != "tests" and (not rest or name == "__init__.py"):
            yield Refusal(clean(path), "a module beside the packages: not used")
    if SHEET not in submission.files:
        yield Refusal(SHEET, "is missing")
