"""The folder that a hunter gets."""

import os
import re
import shutil
import stat
import subprocess
import sys
from importlib.metadata import version

import msgspec
import pytest

from bughunt.errors import BankChanged, EnvironmentProblem, NotAWorkspace
from bughunt.manifest import MANIFEST
from bughunt.mutate import mutate
from bughunt.select import select_bugs, select_level
from bughunt.spec import load_bank
from bughunt.workspace import (
    ChangedTest,
    bugs_of,
    changed_tests,
    changes,
    find_workspace,
    materialize,
    mutation_diff,
    pristine,
)

FILE = "abacus/arithmetic.py"


def contents(root):
    """Return every file below a folder with its bytes."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def workspace(bank, tmp_path):
    """Return a workspace of the small bank's level."""
    return materialize(bank, select_level(bank, "short"), tmp_path / "hunt")


def test_a_workspace_holds_package_tests_and_instructions(workspace):
    """Data files and what the detectors import come along, other files stay."""
    files = {path for path in contents(workspace.root) if not path.startswith(".git/")}
    assert files == {
        ".bughunt/manifest.json",
        ".gitignore",
        "README.md",
        "abacus/__init__.py",
        "abacus/arithmetic.py",
        "abacus/table.json",
        "hunt.ipynb",
        "pyproject.toml",
        "tests/conftest.py",
        "tests/emptiness.py",
        "tests/samples.py",
        "tests/test_mean_of_equal_numbers_is_that_number.py",
        "tests/test_total_of_nothing_is_nothing.py",
    }


def test_the_bugs_are_in_the_code(workspace, bank):
    """The package differs from the clean one as the level says."""
    text = (workspace.root / FILE).read_text()
    assert "result = 1" in text
    assert "(len(values) - 1)" in text
    assert text == pristine(workspace, bank).mutated[FILE]


def test_the_readme_numbers_the_symptoms_and_says_how_to_run(workspace):
    """The order is that of the level."""
    text = (workspace.root / "README.md").read_text()
    assert text.startswith("# Sums and means\n")
    assert "1. The average of equal numbers is not that number." in text
    assert "2. Totals are too large." in text
    for words in ("20 minutes", "2 bugs", "bughunt check", "bughunt diff", "pytest"):
        assert words in text


def test_the_same_choice_gives_the_same_bytes(bank, workspace, tmp_path):
    """Content, git objects and commit id do not depend on the moment or the place."""
    again = materialize(bank, select_level(bank, "short"), tmp_path / "deeper" / "again")
    assert contents(again.root) == contents(workspace.root)


def test_the_bytes_do_not_depend_on_the_hash_seed(bank, workspace, tmp_path):
    """Another process with another order of sets and dictionaries writes the same."""
    code = (
        "import sys; from pathlib import Path; from bughunt.spec import load_bank\n"
        "from bughunt.select import select_level; from bughunt.workspace import materialize\n"
        "bank = load_bank(Path(sys.argv[1]))\n"
        "materialize(bank, select_level(bank, 'short'), Path(sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", code, str(bank.path), str(tmp_path / "other")]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "4711"})
    assert contents(tmp_path / "other") == contents(workspace.root)


def test_nothing_says_which_file_was_edited(workspace):
    """All times are one, no mode stands out, and no bytecode lies about."""
    paths = [workspace.root, *workspace.root.rglob("*")]
    assert {path.stat().st_mtime for path in paths} == {1_735_689_600}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()}
    assert len(modes) == 1
    assert not modes.pop() & 0o111
    assert not list(workspace.root.rglob("__pycache__"))


def test_nothing_names_the_bugs(workspace):
    """Neither the ids nor their words in a row, nor hints or explanations, are in any file."""
    everything = b"\n".join(contents(workspace.root).values()).decode("latin-1")
    words = r"sum.starts.at.one|mean.divisor.off|neutral element|Count again|Bessel|bug"
    found = set(re.findall(words, everything.replace("bughunt", "")))
    assert found == {"bug"}  # "has 2 bugs" in the instructions
    assert everything.replace("bughunt", "").count("bug") == 2  # the file and its git object


def test_git_finds_one_commit_and_nothing_to_add(workspace):
    """A hunter sees the own changes with git from the first moment."""
    git = ["git", "-C", str(workspace.root)]
    status = subprocess.run([*git, "status", "--porcelain"], capture_output=True, check=True)
    count = subprocess.run([*git, "rev-list", "--count", "HEAD"], capture_output=True, check=True)
    subprocess.run([*git, "fsck", "--strict"], capture_output=True, check=True)
    assert (status.stdout, count.stdout) == (b"", b"1\n")


def test_pytest_tests_the_code_of_the_workspace(workspace, tmp_path):
    """An installed package of the same name does not stand in for it."""
    clean = tmp_path / "installed"
    shutil.copytree(tmp_path / "bank" / "abacus", clean / "abacus")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(clean), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        command, cwd=workspace.root, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1, run.stdout
    assert "assert 1 == 0" in run.stdout
    assert "ZeroDivisionError" in run.stdout


def test_a_workspace_is_found_from_within(workspace):
    """Commands work in every folder of it."""
    assert find_workspace(workspace.root / "abacus") == workspace
    assert find_workspace(workspace.root) == workspace


def test_outside_a_workspace_one_is_told_how_to_make_one(tmp_path):
    """Where, what, and the next step."""
    with pytest.raises(NotAWorkspace, match=r"not in a workspace: no .bughunt/manifest.json here"):
        find_workspace(tmp_path)


DAMAGES = {
    "no JSON": (b"{", "not a manifest: Input data was truncated. Restore it with 'git checkout"),
    "not UTF-8": (b'{"format": 2, "title": "\xff"}', "not a manifest: "),
    "other format": (b'{"format": 9, "bughunt": "7.1"}', r"format 9, written by bughunt 7.1; this"),
    "fields": (b'{"format": 2}', "not a manifest: Object missing required field `bughunt`"),
}


@pytest.mark.parametrize(("content", "message"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_manifest_is_named(workspace, content, message):
    """It is committed, so it can be restored."""
    (workspace.root / MANIFEST).write_bytes(content)
    with pytest.raises(NotAWorkspace, match=rf"manifest.json: {message}"):
        find_workspace(workspace.root)


FORGERIES = {
    "no symptoms": ({"symptoms": [], "sealed": []}, "'symptoms' is empty"),
    "numbers": ({"symptoms": [{"number": 3, "text": "x", "detector": "x"}]}, r"order, not \[3\]"),
    "seals": ({"sealed": ["x"] * 3}, "'sealed' has 3 entries for 2 'symptoms'"),
    "no packages": ({"packages": []}, "'packages' is empty"),
    "path": ({"packages": ["../.."]}, r"'packages' has '\.\./\.\.'"),
    "standard library": ({"packages": ["json"]}, "'packages' has 'json'"),
    "detector": (
        {"symptoms": [{"number": 1, "text": "x", "detector": "../x"}], "sealed": ["x"]},
        r"'detector' is '\.\./x'",
    ),
}


@pytest.mark.parametrize(("fields", "message"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_manifest_is_refused(workspace, fields, message):
    """Paths in it stay inside the workspace, and every symptom has its bug."""
    record = msgspec.to_builtins(workspace.manifest) | fields
    (workspace.root / MANIFEST).write_bytes(msgspec.json.encode(record))
    with pytest.raises(NotAWorkspace, match=f"not a manifest: .*{message}.*git checkout"):
        find_workspace(workspace.root)


def test_a_folder_that_cannot_be_looked_into_is_the_machines_fault(workspace, bank):
    """A link to itself stops root, too, whom permissions do not."""
    (workspace.root / "abacus").rename(workspace.root / "kept")
    (workspace.root / "abacus").symlink_to("abacus")
    with pytest.raises(EnvironmentProblem, match=r"abacus: cannot be read: .*permissions"):
        changes(workspace, bank)
    shutil.rmtree(workspace.root / ".bughunt")
    (workspace.root / ".bughunt").symlink_to(".bughunt")
    with pytest.raises(EnvironmentProblem, match=r"manifest.json: cannot be read: "):
        find_workspace(workspace.root)


def test_tests_that_are_not_as_they_were_are_named(workspace):
    """Changed, missing or added; bytecode and what is hidden do not count."""
    assert changed_tests(workspace) == ()
    tests = workspace.root / "tests"
    (tests / "__pycache__").mkdir()
    (tests / "__pycache__/samples.pyc").write_bytes(b"")
    (tests / "conftest.py").unlink()
    (tests / "mine.py").write_text("")
    (tests / "samples.py").write_text("EMPTY = ()\n")
    assert changed_tests(workspace) == (
        ChangedTest("tests/conftest.py", "missing"),
        ChangedTest("tests/mine.py", "added"),
        ChangedTest("tests/samples.py", "changed"),
    )


def test_the_bank_opens_what_the_manifest_seals(workspace, bank):
    """Number by number, in the hunter's order."""
    names = [bug.id for bug in bugs_of(workspace, bank)]
    assert names == ["mean_divisor_off_by_one", "sum_starts_at_one"]
    assert [symptom.number for symptom in workspace.manifest.symptoms] == [1, 2]


def test_two_choices_seal_the_same_bug_differently(bank, workspace, tmp_path):
    """Hunters cannot compare their manifests."""
    chosen = select_bugs(bank, ["sum_starts_at_one"])
    other = materialize(bank, chosen, tmp_path / "other").manifest
    assert not set(other.sealed) & set(workspace.manifest.sealed)


def test_changes_are_those_of_the_hunter_only(workspace, bank):
    """An edited line, a new file and a deleted one; the bugs themselves are not shown."""
    assert changes(workspace, bank) == ""
    path = workspace.root / FILE
    path.write_text(path.read_text().replace("result = 1", "result = 0"))
    (workspace.root / "abacus/notes.py").write_bytes(b"# caf\xe9\n")
    (workspace.root / "abacus/__init__.py").unlink()
    lines = [line for line in changes(workspace, bank).splitlines() if line[0] in "+-"]
    assert lines == [
        "--- a/abacus/__init__.py",
        "+++ /dev/null",
        '-"""A package to count with."""',
        "--- a/abacus/arithmetic.py",
        "+++ b/abacus/arithmetic.py",
        "-    result = 1",
        "+    result = 0",
        "--- /dev/null",
        "+++ b/abacus/notes.py",
        "+# caf\ufffd",
    ]


def test_the_diff_of_one_bug_shows_that_bug_only(bank):
    """This is what a hunter sees once it is revealed."""
    diff = mutation_diff(bank, bank.bugs["sum_starts_at_one"])
    assert [line for line in diff.splitlines()[2:] if line[0] in "+-"] == [
        "-    result = 0",
        "+    result = 1",
    ]


@pytest.mark.parametrize("level", ["easy", "medium"])
def test_the_answer_to_one_symptom_gives_no_other_bug_away(level):
    """Around its change a hunter sees the code of his workspace, with the other bugs in it."""
    shipped = load_bank()
    bugs = select_level(shipped, level).bugs
    held = mutate(shipped, bugs).mutated
    for bug in bugs:
        for text in re.split(r"^--- .*\n", mutation_diff(shipped, bug, bugs), flags=re.M)[1:]:
            head, *hunks = re.split(r"^@@ -\S+ \+(\d+)\S* @@\n", text, flags=re.M)
            lines = held[head.strip().removeprefix("+++ b/")].split("\n")
            for first, hunk in zip(hunks[::2], hunks[1::2], strict=True):
                seen = [it[1:] for it in hunk.rstrip("\n").split("\n") if it[0] in " +"]
                assert seen == lines[int(first) - 1 :][: len(seen)]


def test_a_bank_that_lost_a_bug_or_changed_the_code_says_so(workspace, bank, rewrite):
    """The workspace cannot be compared with what it was made from."""
    fewer = msgspec.structs.replace(bank, bugs={})
    with pytest.raises(BankChanged, match=r"made by bughunt \S+ from another state of .*levels.y"):
        bugs_of(workspace, fewer)
    path = rewrite("Add up.", "Add all.", FILE)
    with pytest.raises(BankChanged, match=r"'git diff' .* or materialize a new workspace"):
        changes(workspace, load_bank(path))


def test_another_hint_does_not_spoil_workspaces_that_are_out(workspace, rewrite):
    """Only the code of the choice decides, not the words around it."""
    bank = load_bank(rewrite("Start small.", "Start very small."))
    assert changes(workspace, bank) == ""


def test_a_package_beside_the_detectors_comes_along(bank, bank_folder, tmp_path):
    """Support may be a folder, and may import more support."""
    folder = bank_folder / "tests/detectors"
    (folder / "support/deep").mkdir(parents=True)
    (folder / "support/__init__.py").write_text("import stray\n")
    (folder / "support/deep/inner.py").write_text("")
    (folder / "samples.py").write_text("from support.deep.inner import x\n")
    hunt = materialize(bank, select_level(bank, "short"), tmp_path / "hunt")
    found = {path for path in contents(hunt.root) if path.startswith("tests/s")}
    assert found == {
        "tests/samples.py",
        "tests/stray.py",
        "tests/support/__init__.py",
        "tests/support/deep/inner.py",
    }


def test_materializing_imports_neither_torch_nor_click_nor_rich(bank, tmp_path):
    """A workspace is there before torch would have been loaded."""
    code = (
        "import sys; from pathlib import Path; from bughunt.spec import load_bank\n"
        "from bughunt.select import select_level; from bughunt.workspace import materialize\n"
        "bank = load_bank(Path(sys.argv[1]))\n"
        "materialize(bank, select_level(bank, 'short'), Path(sys.argv[2]))\n"
        "print(sorted({'torch', 'click', 'rich', 'numpy', 'pytest'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", code, str(bank.path), str(tmp_path / "hunt")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_force_replaces_a_workspace_with_all_that_is_in_it(bank, workspace):
    """A hunter who starts over keeps nothing."""
    (workspace.root / "notes.txt").write_text("mine")
    materialize(bank, select_level(bank, "short"), workspace.root, force=True)
    assert not (workspace.root / "notes.txt").exists()
    assert find_workspace(workspace.root).manifest == workspace.manifest


def test_the_version_in_the_manifest_is_that_of_the_distribution(workspace):
    """It is written down twice, because asking for it is slow."""
    assert workspace.manifest.bughunt == version("bughunt")


def test_every_workspace_carries_the_laws_of_the_others(rich_bank, tmp_path):
    """Those of its own symptoms stand apart; the choice cannot be read off the rest."""
    both = materialize(rich_bank, select_level(rich_bank, "short"), tmp_path / "both")
    one = materialize(rich_bank, select_bugs(rich_bank, ["sum_starts_at_one"]), tmp_path / "one")
    tests = [{it for it in contents(made.root) if "/test_" in it} for made in (both, one)]
    general = {
        "tests/general/test_a_total_grows_by_what_is_added.py",
        "tests/general/test_total_of_one_number_is_that_number.py",
    }
    mean = "test_mean_of_equal_numbers_is_that_number.py"
    total = "tests/test_total_of_nothing_is_nothing.py"
    assert tests == [
        general | {f"tests/{mean}", total},
        general | {f"tests/general/{mean}", total},
    ]
    assert {*both.manifest.tests} >= general
    assert "pytest tests/general" in (both.root / "README.md").read_text()


def test_general_laws_can_be_left_out(rich_bank, tmp_path):
    """Then nothing tells of them."""
    choice = select_level(rich_bank, "short")
    bare = materialize(rich_bank, choice, tmp_path / "bare", general=False)
    assert not {path for path in contents(bare.root) if "general" in path or "stray" in path}
    assert "general" not in (bare.root / "README.md").read_text()


def test_the_general_laws_are_the_same_bytes_each_time(rich_bank, tmp_path):
    """With the commit that holds them."""
    choice = select_level(rich_bank, "short")
    first, second = (materialize(rich_bank, choice, tmp_path / name) for name in "ab")
    assert contents(first.root) == contents(second.root)


def test_a_general_law_that_cannot_run_does_not_stop_a_hunt(rich_bank_folder, tmp_path):
    """It belongs to no symptom, and `bughunt bank verify` is there to tell of it."""
    law = "tests/detectors/test_total_of_one_number_is_that_number.py"
    (rich_bank_folder / law).write_text("def (")
    bank = load_bank(rich_bank_folder / "levels.yaml")
    made = materialize(bank, select_level(bank, "short"), tmp_path / "hunt")
    assert (made.root / "tests/general" / law.rpartition("/")[2]).read_text() == "def ("
