"""Whatever a package opens beside its modules reaches the wheel, as pyproject.toml describes it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli")

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["maturin"]
BANK = "bughunt/bank"
_PART = re.compile(r"\*\*/|\*\*|\*|[^*]+")


def matches(path, patterns):
    """Return whether a path is meant by one of the patterns, in which ** stands for folders."""
    return any(re.fullmatch(_PART.sub(_as_regex, pattern), path) for pattern in patterns)


def _as_regex(part):
    return {"**/": "(.*/)?", "**": ".*", "*": "[^/]*"}.get(part[0]) or re.escape(part[0])


def on_disk(folder):
    """List the files below a folder, those behind linked folders as well."""
    for top, _, names in os.walk(ROOT / folder, followlinks=True):
        if "__pycache__" not in top:
            yield from (Path(top, name).relative_to(ROOT).as_posix() for name in names)


def tracked():
    """List the files that git has, which are those that maturin does not ignore."""
    line = ["git", "-C", str(ROOT), "ls-files", "-z"]
    try:
        listed = subprocess.run(line, capture_output=True, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("git does not know this folder")
    return set(listed.decode().split("\0"))


def test_data_files_of_packages_are_in_version_control_and_not_left_out():
    """Templates, attacks and schemas lie in folders that maturin takes as a whole."""
    known = tracked()
    folders = [it for it in SETTINGS["python-packages"] if it != "rustbpe_core"]
    data = {
        path
        for folder in folders
        for path in on_disk(folder)
        if not path.startswith(f"{BANK}/") and not path.endswith((".py", ".so", ".pyd"))
    }
    assert {"bughunt/exam/templates/organiser.html", "bughunt/levels.schema.json"} <= data
    assert sum(path.startswith("bughunt/jail/attacks/") for path in data) >= 40
    assert data - known == set()
    assert {path for path in data if matches(path, SETTINGS["exclude"])} == set()


def test_files_behind_linked_folders_are_named_one_kind_after_the_other():
    """A linked folder is not followed by itself, so a kind that is not named is left out."""
    behind = {
        path
        for path in on_disk(BANK)
        if any((ROOT / it).is_symlink() for it in map(str, Path(path).parents))
    }
    assert f"{BANK}/nanochat/gpt.py" in behind
    assert {path for path in behind if not matches(path, SETTINGS["include"])} == set()


@pytest.mark.parametrize(
    ("path", "pattern", "is_meant"),
    [
        ("a/b/c.py", "a/**/*.py", True),
        ("a/c.py", "a/**/*.py", True),
        ("a/b/c.txt", "a/**/*.py", False),
        ("a/b/c", "a/*", False),
        ("x/__pycache__/y.pyc", "**/__pycache__/**", True),
    ],
)
def test_a_pattern_means_what_it_means_to_maturin(path, pattern, is_meant):
    """Two stars stand for any number of folders, one for a part of a name."""
    assert matches(path, [pattern]) is is_meant
