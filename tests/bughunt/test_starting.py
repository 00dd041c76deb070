"""``bughunt bank init``: what it writes holds at once, and nothing is overwritten."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bughunt.authoring.lint import lint
from bughunt.authoring.schema import NAME
from bughunt.cli import bughunt

MODULE = """\
from __future__ import annotations


def clamp(value: float, most: 'float', least: float = 0.0) -> float:
    return max(least, min(value, most))
"""


def call(*arguments):
    """Call bughunt."""
    return CliRunner().invoke(bughunt, [str(it) for it in arguments])


@pytest.fixture
def packaged(tmp_path):
    """Return a folder with a package that knows nothing of bugs."""
    (tmp_path / "ranges").mkdir()
    (tmp_path / "ranges/__init__.py").write_text("from ranges.clamping import clamp\n")
    (tmp_path / "ranges/clamping.py").write_text(MODULE)
    return tmp_path


@pytest.mark.slow
def test_a_new_bank_with_its_example_holds_at_once(tmp_path):
    """An author starts from something that is proved."""
    assert call("bank", "init", tmp_path / "bank").exit_code == 0
    proof = call("bank", "verify", "--bank", tmp_path / "bank", "--jobs", 1, "--no-cache")
    assert (proof.exit_code, "holds" in proof.output) == (0, True), proof.output


@pytest.mark.slow
def test_a_new_bank_for_a_package_that_is_there_holds_at_once(packaged):
    """The first bug and its law are about a function of that package."""
    assert call("bank", "init", packaged, "--package", "ranges").exit_code == 0
    assert "ranges/clamping.py::clamp" in (packaged / "levels.yaml").read_text()
    proof = call("bank", "verify", "--bank", packaged, "--jobs", 1, "--no-cache")
    assert (proof.exit_code, "holds" in proof.output) == (0, True), proof.output


def test_a_new_bank_can_be_linted_hunted_and_checked_by_an_editor(packaged):
    """The schema stands beside the catalogue, whose first line names it."""
    call("bank", "init", packaged, "--package", "ranges")
    assert lint(packaged / "levels.yaml") == ()
    head = (packaged / "levels.yaml").read_text().partition("\n")[0]
    assert head == f"# yaml-language-server: $schema={NAME}"
    assert (packaged / NAME).is_file()
    hunt = call("materialize", packaged / "hunt", "--level", "first", "--bank", packaged)
    assert hunt.exit_code == 0, hunt.output


def test_nothing_is_overwritten_and_then_nothing_is_written(tmp_path):
    """A folder is as it was when one file is in the way."""
    (tmp_path / "levels.yaml").write_text("mine\n")
    result = call("bank", "init", tmp_path)
    assert (result.exit_code, "already exists" in result.output) == (2, True)
    assert [it.name for it in tmp_path.iterdir()] == ["levels.yaml"]
    assert (tmp_path / "levels.yaml").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("package", "told"),
    [("rangers", "no package 'rangers' in"), ("empty", "no module has a public function of two")],
)
def test_a_package_in_which_no_bug_can_be_made_is_told(packaged, package, told):
    """The message says what would do."""
    (packaged / "empty").mkdir()
    (packaged / "empty/__init__.py").write_text("def f(x): return x\n")
    result = call("bank", "init", packaged, "--package", package)
    assert (result.exit_code, told in result.output) == (2, True)
    assert not (packaged / "levels.yaml").exists()


OBSTACLES = {
    "a file for a folder": (lambda it: (it / "tests").touch(), "tests: is not a folder"),
    "a link to nothing": (lambda it: (it / "tests").symlink_to("gone"), "tests: is not a folder"),
    "a link for a file": (lambda it: (it / "levels.yaml").symlink_to("gone"), "already exists"),
}


@pytest.mark.parametrize(("obstruct", "told"), OBSTACLES.values(), ids=OBSTACLES)
def test_what_stands_in_the_way_is_told_before_anything_is_written(tmp_path, obstruct, told):
    """Half a bank would have to be removed by hand."""
    obstruct(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = call("bank", "init", tmp_path)
    assert (result.exit_code, told in result.output) == (2, True), result.output
    assert sorted(tmp_path.rglob("*")) == before


def test_a_system_that_refuses_a_folder_gives_a_message():
    """No process can make a folder there, whoever it belongs to."""
    result = call("bank", "init", "/proc/1/bank")
    assert (result.exit_code, "/proc/1/bank: cannot be made" in result.output) == (3, True)


def test_a_system_that_refuses_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    """The folders that were made go as well; that of the user stays."""
    made = Path.mkdir

    def refuse(folder, *arguments, **options):
        if folder.name == "detectors":
            raise OSError(28, "No space left on device")
        made(folder, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", refuse)
    result = call("bank", "init", tmp_path / "new" / "bank")
    assert (result.exit_code, "No space left on device" in result.output) == (3, True)
    assert list(tmp_path.iterdir()) == []
