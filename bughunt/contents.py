"""What is in a workspace, as bytes in memory: the same choice gives the same bytes."""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import version
from pathlib import Path

import msgspec

from bughunt import manifest
from bughunt.errors import BankError
from bughunt.manifest import Manifest, Symptom
from bughunt.mutate import MutatedTree, mutate
from bughunt.select import Selection
from bughunt.spec import Bank

_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+([^#\n]+)", re.MULTILINE)
_GITIGNORE = """\
__pycache__/
.pytest_cache/
"""
_PYPROJECT = """\
# `pytest` in this folder tests the packages of this folder, whatever is installed.
[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
"""
_README = """\
# {title}

The code in {packages} has {count}. Somebody who used it reports:

{symptoms}

Find what is wrong, and put it right. Plan about {minutes} minutes.

```
bughunt check        # which symptoms remain
bughunt check 1      # only the first
bughunt diff         # what you changed so far
pytest               # the laws in tests/, with everything that pytest can do
```

Each law in `tests/` says what correct code does. The code is to be put right, not the tests.
"""


def contents(bank: Bank, selection: Selection) -> tuple[Manifest, dict[str, bytes]]:
    """Return the manifest and every file but those of git, by path with ``/``.

    Raises:
        BankError: when an edit does not apply, or a file of the bank cannot be used.

    """
    tree = mutate(bank, selection.bugs)
    files = {path: text.encode() for path, text in tree.mutated.items()}
    files |= {path: _read(bank.root / path) for path in bank.files if path not in files}
    files |= _tests(bank, selection)
    record = _manifest(bank, selection, tree)
    files[manifest.MANIFEST] = manifest.encode(record)
    files["README.md"] = _readme(record).encode()
    files["pyproject.toml"] = _PYPROJECT.encode()
    files[".gitignore"] = _GITIGNORE.encode()
    return record, files


def digest(tree: MutatedTree) -> str:
    """Return what tells one state of bank and choice from another."""
    texts = msgspec.json.encode((tree.clean, tree.mutated), order="deterministic")
    return hashlib.sha256(texts).hexdigest()


def _manifest(bank: Bank, selection: Selection, tree: MutatedTree) -> Manifest:
    state = digest(tree)
    ids = [bug.id for bug in selection.bugs]
    salt = hashlib.sha256(repr((state, ids, selection.seed)).encode()).hexdigest()[:32]
    return Manifest(
        format=manifest.FORMAT,
        bughunt=version("bughunt"),
        title=selection.title,
        minutes=selection.minutes,
        packages=bank.packages,
        symptoms=tuple(
            Symptom(number, " ".join(bug.symptom.split()), bug.detector)
            for number, bug in enumerate(selection.bugs, start=1)
        ),
        bank=state,
        salt=salt,
        sealed=tuple(manifest.seal(salt, bug) for bug in ids),
    )


def _readme(record: Manifest) -> str:
    symptoms = [
        f"{symptom.number}. {symptom.text}\n   (`tests/test_{symptom.detector}.py`)"
        for symptom in record.symptoms
    ]
    count = "a bug" if len(symptoms) == 1 else f"{len(symptoms)} bugs"
    packages = " and ".join(f"`{package}/`" for package in record.packages)
    return _README.format(
        title=record.title,
        packages=packages,
        count=count,
        minutes=record.minutes,
        symptoms="\n".join(symptoms),
    )


def _tests(bank: Bank, selection: Selection) -> dict[str, bytes]:
    """Return the detectors, what they import of their own folder, and its conftest.py."""
    wanted = [f"test_{bug.detector}.py" for bug in selection.bugs]
    if (bank.detectors / "conftest.py").is_file():
        wanted.append("conftest.py")
    support = _support(bank.detectors)
    files: dict[str, bytes] = {}
    while wanted:
        name = wanted.pop()
        if f"tests/{name}" not in files:
            content = _read(bank.detectors / name)
            files[f"tests/{name}"] = content
            imports = " ".join(_IMPORT.findall(content.decode("utf-8", "replace")))
            words = set(re.findall(r"\w+", imports))
            wanted += [file for module, file in support if module in words]
    return files


def _support(folder: Path) -> list[tuple[str, str]]:
    """List modules beside the detectors, each with a file that it needs."""
    modules = [(file.stem, file.name) for file in folder.glob("*.py")]
    modules += [
        (package.parent.name, file.relative_to(folder).as_posix())
        for package in folder.glob("*/__init__.py")
        for file in package.parent.rglob("*.py")
    ]
    return [(module, file) for module, file in modules if not module.startswith("test_")]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        text = f"{path}: cannot be read: {error.strerror}. Look at its permissions."
        raise BankError([text]) from None
