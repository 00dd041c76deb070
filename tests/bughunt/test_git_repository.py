"""The repository that bughunt writes, read by the real git."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bughunt.git_repository import repository

FILES = {
    "README.md": b"# Title\n",
    "package/__init__.py": b"",
    "package/module.py": b"x = 1\n",
    "package.py": b"# sorts between the folder's name and its contents\n",
    "package/deeper/data.bin": bytes(range(256)) * 600,
    "package/same.py": b"x = 1\n",
}
TIME = 1_735_689_600


def write(root: Path, files: dict[str, bytes]) -> Path:
    """Write files and their repository below ``root``."""
    git = {f".git/{path}": data for path, data in repository(files, "Start", TIME).items()}
    for path, data in (files | git).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def git(root: Path, *arguments: str) -> str:
    """Return what git prints, with no settings but those of the repository."""
    environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(root), "LC_ALL": "C"}
    environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
    command = ["git", "-C", str(root), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout + run.stderr


@pytest.fixture
def root(tmp_path):
    """Return a folder with files and their repository."""
    return write(tmp_path, FILES)


def test_git_finds_nothing_to_repair(root):
    """Every object, the pack, its index and the staged files pass git's own check."""
    assert "error" not in git(root, "fsck", "--strict", "--full")
    assert git(root, "verify-pack", *map(str, root.glob(".git/objects/pack/*.idx"))) == ""


def test_git_sees_a_clean_tree_on_main(root):
    """Nothing is modified, untracked or staged."""
    assert git(root, "status", "--porcelain=v1", "--branch") == "## main\n"
    assert git(root, "diff", "--cached") == ""


def test_log_shows_one_commit_with_a_fixed_author_and_date(root):
    """Neither the machine nor the moment is in the commit."""
    form = "--format=%an|%ae|%cn|%at|%ct|%s|%P"
    expected = f"bughunt|bughunt@localhost|bughunt|{TIME}|{TIME}|Start|\n"
    assert git(root, "log", form) == expected


def test_the_commit_holds_exactly_the_files_and_none_is_executable(root):
    """A checkout from the commit gives every byte back."""
    listed = git(root, "ls-tree", "-r", "--format=%(objectmode) %(path)", "HEAD").splitlines()
    assert listed == [f"100644 {path}" for path in sorted(FILES)]
    for path in FILES:
        (root / path).unlink()
    git(root, "checkout", "--", ".")
    assert {path: (root / path).read_bytes() for path in FILES} == FILES


def test_git_would_have_made_the_same_tree(root, tmp_path_factory):
    """Git's own ``add`` and ``write-tree`` name the same tree object."""
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "-q")
    for path, data in FILES.items():
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        (other / path).write_bytes(data)
    git(other, "add", ".")
    assert git(other, "write-tree") == git(root, "rev-parse", "HEAD^{tree}")


def test_a_hunter_can_edit_commit_and_collect_garbage(root):
    """The repository is an ordinary one."""
    (root / "package/module.py").write_bytes(b"x = 2\n")
    assert git(root, "status", "--porcelain") == " M package/module.py\n"
    git(root, "-c", "user.name=a", "-c", "user.email=b", "commit", "-qam", "Fix")
    git(root, "gc", "-q")
    assert git(root, "rev-list", "--count", "HEAD") == "2\n"
    git(root, "fsck", "--strict")


def test_the_order_of_the_files_does_not_matter():
    """The bytes depend on the contents only."""
    backwards = dict(reversed(FILES.items()))
    assert repository(FILES, "Start", TIME) == repository(backwards, "Start", TIME)


names = st.text("ab.-_é", min_size=1, max_size=5).filter(lambda name: name.strip("."))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(names, st.binary(max_size=40) | st.just(b"y" * 70_000), min_size=1))
def test_any_flat_set_of_files_is_clean_to_git(files, tmp_path_factory):
    """Names in any order, and contents of any size, are encoded as git encodes them."""
    folders = {f"{name}/{name}": data for name, data in list(files.items())[::2]}
    flat = {f"{name}.py": data for name, data in files.items()}
    root = write(tmp_path_factory.mktemp("any"), folders | flat)
    assert git(root, "status", "--porcelain") == ""
    git(root, "fsck", "--strict")
