"""An edited version of the clean tree, as a folder or as a diff."""

import difflib
import subprocess

import pytest

from bughunt.authoring.edited_tree import from_diff, from_folder, write_scratch
from bughunt.errors import BankError, DestinationExists, WorkspaceError
from bughunt.mutate import unified_diff
from bughunt.spec import load_bank

PATH = "abacus/arithmetic.py"


@pytest.fixture
def copy(bank, tmp_path):
    """Return a scratch copy of the packages."""
    return write_scratch(bank, tmp_path / "copy")


def edit(file, old, new):
    """Replace text in a file."""
    file.write_text(file.read_text().replace(old, new))


def test_scratch_copy_differs_from_the_clean_tree_in_nothing(bank, copy):
    """It can be edited at once, and holds the packages and nothing else."""
    assert from_folder(bank, copy).texts == {}
    assert [it.name for it in copy.iterdir()] == ["abacus"]


def test_scratch_copy_is_not_written_over_something(bank, copy):
    """Somebody may have edited there already."""
    with pytest.raises(DestinationExists, match=r"already exists\. Choose another folder, or rem"):
        write_scratch(bank, copy)


@pytest.mark.parametrize("folder", ["abacus/copy", "abacus", "tests/detectors/new/copy"])
def test_scratch_copy_is_not_written_into_the_bank(bank, bank_folder, folder):
    """It would be a package, or a law, of every hunt from then on."""
    with pytest.raises(WorkspaceError, match="would become a part of the bank"):
        write_scratch(bank, bank_folder / folder)
    assert set(load_bank(bank.path).files) == set(bank.files)


def test_file_too_large_for_anybody_to_edit_is_not_read(bank, copy):
    """A hole in a file takes no place on the disk, and all the memory when it is read."""
    with (copy / "abacus/huge.py").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BankError, match=r"huge\.py: is larger than 10 MB"):
        from_folder(bank, copy)


def test_edited_file_of_a_folder_is_found(bank, copy):
    """What running the code leaves behind counts for nothing."""
    edit(copy / PATH, "result = 0", "result = 1")
    (copy / "abacus/__pycache__").mkdir()
    (copy / "abacus/__pycache__/arithmetic.cpython-311.pyc").write_bytes(b"\0")
    found = from_folder(bank, copy)
    assert found.problems == ()
    assert found.texts == {PATH: (copy / PATH).read_text()}


def test_what_no_edit_can_express_is_named_file_by_file(bank, copy):
    """A new file, a deleted one, and data that changed."""
    (copy / "abacus/new.py").write_text("")
    (copy / "abacus/__init__.py").unlink()
    (copy / "abacus/table.json").write_text("[]")
    said = [problem.partition(".")[0] for problem in from_folder(bank, copy).problems]
    problems = "\n".join(from_folder(bank, copy).problems)
    assert len(said) == 3
    assert "abacus/new.py: is new" in problems
    assert "abacus/__init__.py: is missing" in problems
    assert "abacus/table.json: is no Python" in problems


def test_folder_without_the_packages_is_refused(bank, tmp_path):
    """The wrong folder would look like a tree from which everything was deleted."""
    with pytest.raises(WorkspaceError, match="holds no folder abacus"):
        from_folder(bank, tmp_path / "elsewhere")


@pytest.mark.parametrize("context", [0, 1, 3])
def test_diff_gives_the_text_that_it_was_made_of(bank, copy, context):
    """Whatever the number of lines around each change, and with two changes in a file."""
    clean = (copy / PATH).read_text()
    edited = clean.replace("result = 0", "result = 1\n    spare = 2").replace("len(values)", "9")
    lines = difflib.unified_diff(
        clean.splitlines(keepends=True),
        edited.splitlines(keepends=True),
        f"a/{PATH}",
        f"b/{PATH}",
        n=context,
    )
    assert from_diff(bank, "".join(lines)).texts == {PATH: edited}


def test_diff_of_git_is_understood(bank, copy):
    """With its head lines, and of a last line that has lost its end."""
    clean = (copy / PATH).read_text()
    edited = clean.replace("values) / ", "values) * ").rstrip("\n")
    (copy / "before").mkdir()
    (copy / "before/arithmetic.py").write_text(clean)
    (copy / PATH).write_text(edited)
    command = ["git", "diff", "--no-index", "before/arithmetic.py", PATH]
    diff = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False).stdout
    diff = diff.replace("a/before/", "a/abacus/")
    assert "No newline" in diff
    assert from_diff(bank, diff).texts == {PATH: edited}


def test_diff_that_does_not_fit_the_clean_code_says_where(bank):
    """It was made from another state of the code."""
    diff = unified_diff({PATH: "one\ntwo\n"}, {PATH: "one\nthree\n"})
    with pytest.raises(BankError, match=r"abacus/arithmetic.py:1: the diff does not fit"):
        from_diff(bank, diff)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"abacus/more.py": "x\n"}, "abacus/more.py: is new"),
        ({PATH: "x\n"}, {}, "is deleted"),
        ({"README.md": "x\n"}, {"README.md": "y\n"}, "README.md: is no Python file"),
    ],
    ids=["new", "deleted", "outside"],
)
def test_files_that_a_diff_cannot_touch_are_named(bank, before, after, said):
    """Each with what to do."""
    (problem,) = from_diff(bank, unified_diff(before, after)).problems
    assert said in problem


def test_text_that_is_no_diff_is_refused(bank):
    """Nothing at all would look like a tree without changes."""
    with pytest.raises(BankError, match="names no file"):
        from_diff(bank, "hello\n")
