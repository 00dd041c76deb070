"""The notebook of a workspace: for each symptom an experiment, room for more, and a check.

It is written by the rules of nbformat 4.5, without nbformat. The same bank and choice give the same
bytes. What a section shows comes from the bank's folder of experiments: ``<detector>.py`` with a
docstring (what to look at), ``experiment(seed)`` and ``picture(data)``. Two files may stand beside
them: ``playground.py``, whose functions experiments import and which becomes a cell of the set-up,
and ``first_look.py``, a cell that uses it. A symptom without an experiment is only checked.
"""

from __future__ import annotations

import ast
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from bughunt.errors import BankError
from bughunt.mutate import read
from bughunt.select import Selection
from bughunt.spec import Bank, Bug

NOTEBOOK = "hunt.ipynb"
_PLAYGROUND, _FIRST_LOOK = "playground", "first_look"
_IMPORT = re.compile(rf"^ *from {_PLAYGROUND} import (\([^)]*\)|.*)\n\n?", re.MULTILINE)
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_HEAD = """\
# {title}

Somebody who used the code in {packages} reports {symptoms}. Here each of them has a section: what
to look at, an experiment that you may change, an empty cell for your own, and a check. Plan about
{minutes} minutes.

Keep the code open in an editor beside this notebook. Every experiment loads it anew, so that what
you save there counts when you run its cell again. `bughunt("hint", 1)` gives a hint to symptom 1,
one of three, and counts it; `bughunt("status")`, `bughunt("diff")` and the other commands work
here as they do in a terminal."""
_SET_UP = '''\
import importlib
import subprocess
import sys
from pathlib import Path

{magic}ROOT = Path.cwd()
PACKAGES = {packages!r}
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True


def fresh():
    """Forget the packages: what is imported next is the code as it is now."""
    for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES]:
        del sys.modules[name]
    importlib.invalidate_caches()


def bughunt(command, *words):
    """Run a command of bughunt on this folder as it is now, in a process of its own."""
    line = [sys.executable, "-m", "bughunt", command, *map(str, words)]
    nobody = subprocess.DEVNULL
    done = subprocess.run(line, cwd=ROOT, stdin=nobody, capture_output=True, text=True)
    print(done.stdout + done.stderr)


fresh()
for package in PACKAGES:
    place = Path(importlib.import_module(package).__file__)
    if not place.is_relative_to(ROOT):
        advice = "Start the notebook in its own folder."
        raise ImportError(f"{{package}} comes from {{place}} and not from {{ROOT}}. {{advice}}")
    print(f"{{package}} comes from {{place.parent}}")'''
_MAGIC = "%matplotlib inline\n"
_SECTION = """\
## Symptom {number}

> {symptom}

{text}The law: `tests/test_{detector}.py`. A hint: `bughunt("hint", {number})`."""
_RUN = "fresh()\npicture(experiment(seed=0))"
_FREE = "# Yours. After a change of the code, fresh() comes before its imports.\nfresh()"


class _Source(msgspec.Struct, frozen=True):
    """A file of the experiments: what it says, and what it does."""

    text: str
    code: str


def notebook(bank: Bank, selection: Selection) -> bytes:
    """Return the notebook for a choice of bugs; it names none of them.

    Raises:
        BankError: when an experiment cannot be read.

    """
    cells = [_markdown(_head(bank, selection)), _code(_set_up(bank))]
    for name in (_PLAYGROUND, _FIRST_LOOK):
        if (source := _source(bank, name)) is not None:
            cells += [_markdown(f"## {source.text}"), _code(source.code)]
    for number, bug in enumerate(selection.bugs, start=1):
        cells += _section(bank, bug, number)
    cells += [_markdown("## All symptoms"), _code('bughunt("check")')]
    for place, cell in enumerate(cells):
        cell["id"] = hashlib.sha256(f"{place} {cell['source']}".encode()).hexdigest()[:12]
    record = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return msgspec.json.format(msgspec.json.encode(record, order="sorted"), indent=1) + b"\n"


def _head(bank: Bank, selection: Selection) -> str:
    count = len(selection.bugs)
    return _HEAD.format(
        title=selection.title,
        packages=" and ".join(f"`{package}/`" for package in bank.packages),
        symptoms="a symptom" if count == 1 else f"{count} symptoms",
        minutes=selection.minutes,
    )


def _set_up(bank: Bank) -> str:
    return _SET_UP.format(magic=_MAGIC if bank.experiments else "", packages=bank.packages)


def _section(bank: Bank, bug: Bug, number: int) -> list[dict[str, Any]]:
    """Return the cells of one symptom."""
    source = _source(bank, bug.detector)
    text = "" if source is None else f"### {source.text}\n\n"
    symptom = " ".join(bug.symptom.split())
    head = _SECTION.format(number=number, symptom=symptom, text=text, detector=bug.detector)
    shown = [] if source is None else [_code(f"{source.code}\n\n\n{_RUN}"), _code(_FREE)]
    return [_markdown(head), *shown, _code(f'bughunt("check", {number})')]


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }


def _source(bank: Bank, name: str) -> _Source | None:
    """Return a file of the experiments; None where the bank has none."""
    if bank.experiments is None:
        return None
    file = bank.experiments / f"{name}.py"
    return _read(bank, file) if file.is_file() else None


@lru_cache(maxsize=64)
def _read(bank: Bank, file: Path) -> _Source:  # noqa: ARG001  a bank keeps what was read for it
    """Take a file apart: its docstring, and the rest without imports of the playground.

    Raises:
        BankError: when it is no Python, or has no docstring.

    """
    try:
        content = read(file).decode("utf-8")
        module = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        raise BankError([f"{file}: is no Python in UTF-8: {error}. Correct it."]) from None
    text = ast.get_docstring(module)
    if not text:
        raise BankError([f"{file}: has no docstring. Say in it what to look at."])
    start = module.body[0].end_lineno
    code = _IMPORT.sub("", "\n".join(content.splitlines()[start:]))
    heading, _, rest = text.partition("\n")
    return _Source(f"{heading.rstrip('.')}\n{rest}".strip(), code.strip("\n"))
