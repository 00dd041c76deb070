"""The worked bank under examples/: nothing in bughunt needs torch or a language model."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bughunt.authoring.lint import lint
from bughunt.cli import bughunt
from bughunt.select import select_level
from bughunt.spec import load_bank
from bughunt.workspace import materialize

BANK = Path(__file__).parents[2] / "examples" / "rota"


def call(*arguments):
    """Call bughunt."""
    return CliRunner().invoke(bughunt, [str(it) for it in arguments])


def test_the_example_has_nothing_to_complain_of():
    """Edits, texts and detectors are as they should be."""
    assert lint(BANK / "levels.yaml") == ()


def test_the_example_judges_by_the_conftest_of_the_own_bank():
    """It is a copy, since a bank stands alone: both change together."""
    own = load_bank().detectors / "conftest.py"
    assert (BANK / "tests" / "detectors" / "conftest.py").read_text() == own.read_text()


def test_the_example_imports_the_standard_library_only():
    """Its laws as well, but for each other."""
    own = {"rota", "samples", "pytest"}
    for file in BANK.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [it.name for it in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            tops = {name.partition(".")[0] for name in names}
            assert tops <= own | sys.stdlib_module_names


@pytest.mark.slow
def test_the_example_holds(monkeypatch, tmp_path):
    """Every law passes the clean code, every bug is caught, alone and in company."""
    monkeypatch.setenv("BUGHUNT_CACHE_DIR", str(tmp_path))
    proof = call("bank", "verify", "--bank", BANK, "--seeds", 5, "--jobs", 1)
    assert proof.exit_code == 0, proof.output
    assert "7 of 7 caught as declared" in proof.output


@pytest.mark.slow
@pytest.mark.parametrize("level", ["morning", "afternoon"])
def test_a_hunt_in_the_example_goes_from_open_to_fixed(tmp_path, monkeypatch, level):
    """With the bugs every symptom is open; with the clean code back, none is."""
    bank = load_bank(BANK / "levels.yaml")
    materialize(bank, select_level(bank, level), tmp_path / "hunt")
    monkeypatch.chdir(tmp_path / "hunt")
    before = call("check", "--bank", BANK)
    for file in (BANK / "rota").glob("*.py"):
        (tmp_path / "hunt" / "rota" / file.name).write_bytes(file.read_bytes())
    after = call("check", "--bank", BANK)
    count = len(bank.levels[level].bugs)
    assert (before.exit_code, f"0 of {count} fixed" in before.output) == (1, True), before.output
    assert (after.exit_code, f"{count} of {count} fixed" in after.output) == (0, True)


@pytest.mark.slow
def test_the_laws_of_the_example_pass_under_pytest_alone():
    """An author runs them like any tests."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    run = subprocess.run(command, cwd=BANK, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
