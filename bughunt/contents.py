"""What is in a workspace, as bytes in memory: the same choice gives the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from bughunt import __version__, manifest
from bughunt.detector_files import detector_files, general_files
from bughunt.manifest import Manifest, Symptom
from bughunt.mutate import MutatedTree, mutate, read
from bughunt.notebook import NOTEBOOK, notebook
from bughunt.select import Selection
from bughunt.spec import Bank

_SYMPTOMS_ONLY = (
    "# Alone it runs the laws of the symptoms; `pytest tests` runs every law there is.\n"
)
_README = """\
# {title}

The code in {packages} has {count}. Somebody who used it reports:

{symptoms}

Find what is wrong, and put it right. Plan about {minutes} minutes.

```
bughunt              # watches: after each save, which symptoms remain
bughunt check        # the same, once
bughunt check 1      # only the first
bughunt diff         # what you changed so far
bughunt hint 1       # a hint to the first, of three
bughunt status       # how far you are, and for how long
bughunt reset FILE   # puts a file back as it is now
pytest               # the laws in tests/, with everything that pytest can do
{general_line}```

`hunt.ipynb` has an experiment for each symptom; it runs on what `bughunt[notebook]` installs.
Each law in `tests/` says what correct code does. The code is to be put right, not the tests.
{general}"""
_GENERAL_LINE = "pytest tests/general # the other laws of the code\n"
_GENERAL = """
A fix can break something else. `tests/general/` holds the other laws of the code, the same in every
workspace. `bughunt` and `bughunt check` watch them as well, and name those that a change has
broken. A few are broken from the start, by the bugs you are looking for.
"""


def contents(
    bank: Bank, selection: Selection, *, general: bool = True
) -> tuple[Manifest, dict[str, bytes]]:
    """Return the manifest and every file but those of git, by path with ``/``.

    Args:
        bank: from which all comes.
        selection: the bugs.
        general: whether the laws that belong to no symptom come along.

    Raises:
        BankError: when an edit does not apply, or a file of the bank cannot be used.

    """
    tree = mutate(bank, selection.bugs)
    files = {path: text.encode() for path, text in tree.mutated.items()}
    files |= _data(bank)
    tests = _tests(bank, selection)
    if general:
        tests |= _general_tests(bank, tests)
    files |= tests
    record = _manifest(bank, selection, tree=tree, tests=tests)
    files[manifest.MANIFEST] = manifest.encode(record)
    files[NOTEBOOK] = notebook(bank, selection)
    files["README.md"] = _readme(record).encode()
    files["pyproject.toml"] = pyproject("tests/test_*.py", _SYMPTOMS_ONLY)
    files[".gitignore"] = gitignore(manifest.MANIFEST)
    return record, files


def pyproject(tests: str, remark: str = "") -> bytes:
    """Return the settings by which pytest finds the tests and packages of a workspace."""
    return f"""\
# `pytest` in this folder tests the packages of this folder, whatever is installed.
{remark}[tool.pytest.ini_options]
testpaths = ["{tests}"]
pythonpath = ["."]
""".encode()


def gitignore(*kept: str) -> bytes:
    """Return what git leaves out of a workspace: all that is made by working in it."""
    exceptions = "".join(f"!/{path}\n" for path in kept)
    made = "__pycache__/\n.pytest_cache/\n.ipynb_checkpoints/\n"
    return f"/.bughunt/*\n{exceptions}{made}".encode()


def digest(tree: MutatedTree) -> str:
    """Return what tells one state of bank and choice from another."""
    changed = {path: text for path, text in tree.mutated.items() if text != tree.clean[path]}
    texts = msgspec.json.encode((tree.clean, changed), order="deterministic")
    return hashlib.sha256(texts).hexdigest()


def _manifest(
    bank: Bank, selection: Selection, *, tree: MutatedTree, tests: dict[str, bytes]
) -> Manifest:
    state = digest(tree)
    ids = [bug.id for bug in selection.bugs]
    salt = hashlib.sha256(repr((state, ids, selection.seed)).encode()).hexdigest()[:32]
    return Manifest(
        format=manifest.FORMAT,
        bughunt=__version__,
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
        tests={path: manifest.fingerprint(tests[path]) for path in sorted(tests)},
    )


def _readme(record: Manifest) -> str:
    has_general = bool(manifest.general_law_names(record))
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
        general_line=_GENERAL_LINE if has_general else "",
        general=_GENERAL if has_general else "",
    )


@lru_cache(maxsize=8)
def _data(bank: Bank) -> dict[str, bytes]:
    """Read the files of the packages that are no Python."""
    return {path: read(bank.root / path) for path in bank.files if not path.endswith(".py")}


def _tests(bank: Bank, selection: Selection) -> dict[str, bytes]:
    """Return the detectors and what they need beside them, where a workspace has them."""
    files = detector_files(bank, selection.bugs)
    return {f"tests/{name}": source for name, source in files.items()}


def _general_tests(bank: Bank, tests: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the other detectors of the bank, and all that may stand beside a detector."""
    sources = general_files(bank)
    laws = {
        f"{manifest.GENERAL}/{name}": source
        for name, source in sources.items()
        if name.startswith("test_") and f"tests/{name}" not in tests
    }
    beside = {f"tests/{name}": it for name, it in sources.items() if not name.startswith("test_")}
    return laws | beside if laws else {}
