"""The first lines of a detector: what it imports, and a law that is not written yet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from mutations import Operator
from mutations.language.target import MODULE, split_target

NOT_WRITTEN = "not written yet"


def skeleton(law: str, edits: Iterable[Operator]) -> str:
    """Return the text of ``test_<law>.py`` for the code that edits touch."""
    sentence = law.replace("_", " ").capitalize()
    imports = "".join(f"    {line}\n" for line in _imports(edits))
    return f'''"""{sentence}."""

MATCHES_CLEAN = ()  # keys that every right fix gives alike


def observe(seed):
    """Runs the code and returns what the law is about, as plain data."""
{imports}
    return {{}}


def test_{law}(observed):
    """{sentence}."""
    raise AssertionError("{NOT_WRITTEN}")
'''


def _imports(edits: Iterable[Operator]) -> list[str]:
    """Import the functions and classes that are edited, or the module of what is in neither."""
    names: dict[str, set[str]] = {}
    for edit in edits:
        path, symbol = split_target(edit.target)
        module = ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__init__")
        names.setdefault(module, set())
        if symbol not in ("", MODULE):
            names[module].add(symbol.split(".")[0].split("[")[0])
    return [
        f"from {module} import {', '.join(sorted(found))}" if found else f"import {module}"
        for module, found in sorted(names.items())
    ]
