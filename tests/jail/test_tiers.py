"""What the walls are made of: what is mounted, what may be read, and what stays hidden."""

import itertools
import mmap
import os
import subprocess
import sys

import pytest

from bughunt.jail import limits, places, tiers
from bughunt.jail.keeper import Jail, JailBroke
from bughunt.jail.request import Request
from bughunt.jail.strength import weakness_of
from bughunt.jail.tiers import BUBBLEWRAP, TIERS

_WRITES_ANYWHERE = """
import os

for folder, inner, _ in os.walk("/"):
    inner[:] = [] if folder == "/proc" else inner
    try:
        open(os.path.join(folder, "left"), "w").close()
        print(folder)
    except OSError:
        pass
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return a folder of installed packages that stands for the real one."""
    for name in ("library", "nanochat", "secret_base", "bughunt"):
        (tmp_path / name).mkdir()
    (tmp_path / "one_file.py").write_text("")
    (tmp_path / "path.pth").write_text("")
    monkeypatch.setattr(places, "package_folders", lambda: [tmp_path])
    return tmp_path


def mounted(command):
    """Return what bubblewrap mounts: (option, place), in order."""
    pairs = zip(command, command[1:], command[2:], strict=False)
    binds = [(it, last) for it, _, last in pairs if it == "--ro-bind"]
    covers = [(it, at) for it, at in itertools.pairwise(command) if it == "--tmpfs"]
    return binds, covers


def test_clean_code_and_hidden_packages_are_not_readable(installed):
    """Everything else that is installed is."""
    found = {path for path in places.readable(["secret_base"]) if path.parent == installed}
    assert found == {installed / "library", installed / "one_file.py"}


def test_no_readable_place_holds_an_answer():
    """Not the bank, not the clean code, not the detectors, wherever they lie."""
    readable = places.readable(())
    for answer in ("bughunt/bank", "levels.yaml", "nanochat/gpt.py", "tests/detectors"):
        path = places.home() / answer
        assert [it for it in readable if path.is_relative_to(it)] == []


def test_bubblewrap_covers_what_is_hidden(installed, tmp_path):
    """A cover comes after the folder that it covers."""
    command = BUBBLEWRAP.launch(tmp_path, ["secret_base", "one_file"]).command
    binds, covers = mounted(command)
    assert {("--tmpfs", str(installed / it)) for it in ("nanochat", "secret_base")} <= set(covers)
    assert ("--ro-bind", str(installed / "one_file.py")) in binds
    assert command.index(str(installed)) < command.index(str(installed / "secret_base"))


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name)
def test_no_variable_is_inherited(tier, tmp_path, monkeypatch):
    """What the grader's environment holds stays there."""
    monkeypatch.setenv("EXAM_KEY", "0123")
    monkeypatch.setenv("PYTHONSTARTUP", "x.py")
    environment = tier.launch(tmp_path).environment
    assert not {"EXAM_KEY", "PYTHONSTARTUP", "SSH_AUTH_SOCK"} & set(environment)


def test_command_line_holds_no_secret(tmp_path):
    """A process list shows how the server starts, and nothing of a request."""
    for tier in TIERS:
        folder = tmp_path / tier.name
        folder.mkdir()
        words = " ".join(tier.launch(folder).command)
        assert "observe" not in words
        assert "test_" not in words.replace(str(folder), "")


def test_missing_program_is_an_error_that_says_so(monkeypatch):
    """A tier that is asked for by name may not be there."""
    monkeypatch.setattr(tiers.shutil, "which", lambda _: "/nowhere/bwrap")
    with Jail(BUBBLEWRAP) as jail, pytest.raises(JailBroke, match="bwrap is not installed"):
        jail.run(Request(packages=(), tree={}, observing=""))


def test_bubblewrap_alone_leaves_one_folder_to_write(tmp_path):
    """Without Landlock as well; what one child left elsewhere, the next one would find."""
    if reason := weakness_of(BUBBLEWRAP):
        pytest.skip(reason)
    command = BUBBLEWRAP.launch(tmp_path).command
    walls = command[: command.index("--") + 1]
    done = subprocess.run(
        [*walls, sys.executable, "-c", _WRITES_ANYWHERE], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["/scratch"]


def test_usage_of_a_process_is_read_as_bytes():
    """A page that is touched counts."""
    size = 1 << 24
    before = limits.usage().memory
    with mmap.mmap(-1, size) as held:
        held.write(b"." * size)
        assert limits.usage(os.getpid()).memory >= before + size // 2
    assert limits.usage().threads >= 1
