"""The import graph is the data flow: read from the sources, without importing them."""

import ast
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"bughunt", "mutations", "nanochat", "rustbpe"}

# Each module may import those before it.
# fmt: off
ORDER = [
    "errors", "yaml_document", "conversion", "catalogue", "spoilers", "spec", "select", "mutate",
    "git_repository", "manifest", "detector_files", "notebook", "contents", "placement",
    "workspace",
    "backup", "progress", "reset",
    "observation", "tree_import", "line_trace", "outcome", "pytest_case", "case", "runner",
    "detector",
    "comparison", "grade", "doctor", "probing", "impact", "experiment", "picture",
    "proof", "code_text", "contradictions", "unused_names", "inspection", "answer_store",
    "self_check", "snapshot", "evidence", "company", "conflict_list", "findings", "verify",
    "mutants", "equivalent_mutants", "tree_copy", "line_coverage",
    "json_cache", "survivors",
    "report", "progress_report", "survivors_report", "proof_report", "proof_page", "proof_exchange",
    "watching", "saves", "screen", "asking", "terminal", "dialogue", "desk",
    "streams", "cli_options", "cli_bank", "cli", "__main__",
]
# fmt: on


def sources(package):
    """List the Python files of a package."""
    files = (ROOT / package).rglob("*.py")
    return sorted(file for file in files if "bank" not in file.relative_to(ROOT).parts)


@lru_cache
def imported(file):
    """Return the dotted names of everything that a file imports, at its top or in a function."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def tops(file):
    """Return the first parts of what a file imports."""
    return {name.partition(".")[0] for name in imported(file)}


def stage(file):
    """Return the name by which the order knows a module of bughunt."""
    return file.relative_to(ROOT / "bughunt").parts[0].removesuffix(".py")


STAGES = [file for file in sources("bughunt") if file.name != "__init__.py"]


@pytest.mark.parametrize("file", STAGES, ids=stage)
def test_a_stage_imports_earlier_stages_only(file):
    """An arrow that points back, or a module without a place in the order, fails."""
    mine = ORDER.index(stage(file))
    names = {name.split(".")[1] for name in imported(file) if name.startswith("bughunt.")}
    names.discard("__version__")
    assert {name for name in names if ORDER.index(name) > mine} == set()


def test_every_stage_of_the_order_exists():
    """A name that is left behind after a module went would hide a gap."""
    assert {stage(file) for file in STAGES} == set(ORDER)


@pytest.mark.parametrize(
    ("package", "allowed"),
    [("nanochat", {"nanochat", "rustbpe"}), ("rustbpe", {"rustbpe"}), ("mutations", {"mutations"})],
    ids=["nanochat", "rustbpe", "mutations"],
)
def test_what_is_hunted_in_and_what_mutates_know_nothing_of_the_hunt(package, allowed):
    """The clean code can be read, and the operators used, without bughunt."""
    used = {file: tops(file) & OURS for file in sources(package)}
    assert {file: names for file, names in used.items() if names - allowed} == {}


@pytest.mark.parametrize(
    ("library", "owners"),
    [
        ("click", {"cli", "cli_bank", "cli_options"}),
        ("rich", {"report"}),
        ("matplotlib", {"picture"}),
        ("jinja2", {"proof_page"}),
        ("watchfiles", {"saves"}),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_library_for_people_has_one_owner(library, owners):
    """Every other stage returns records; the command line is three files for its length."""
    assert {stage(file) for file in STAGES if library in tops(file)} == owners


def test_no_stage_imports_the_code_under_hunt():
    """Only the doctor, who looks at the installation, may."""
    users = {stage(file) for file in STAGES if tops(file) & {"nanochat", "rustbpe"}}
    assert users <= {"doctor"}


@pytest.mark.parametrize("package", ["nanochat", "rustbpe"])
def test_the_clean_code_holds_no_trace_of_bugs(package):
    """No comment, name or text speaks of bugs, hunts or mutations."""
    trace = re.compile(
        r"\b(bug|bugs|bughunt|hunt|hunter|mutation|mutations|mutant)\b", re.IGNORECASE
    )
    files = [file for kind in ("*.py", "*.rs", "*.pyi") for file in (ROOT / package).rglob(kind)]
    found = {file.name: trace.findall(file.read_text()) for file in files}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "module",
    ["bughunt.cli", "bughunt.workspace", "bughunt.grade"],
    ids=["cli", "workspace", "grade"],
)
def test_importing_a_stage_does_not_import_torch(module):
    """The command answers before torch would have been loaded; libcst waits for an edit."""
    code = f"import {module}, sys; print(sorted({{'torch', 'libcst'}} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
