"""Answers from one run to the next: kept by what they depend on, and never worth an error."""

import sqlite3
import time

import pytest

from bughunt.detector import CaseRun, DetectorRun
from bughunt.digests import Digests
from bughunt.proving.answer_store import Store, default_path
from bughunt.running.outcome import Crashed, Failed, Passed, TimedOut

DIGESTS = Digests({"shop/__init__.py": "a", "shop/till.py": "b", "shop/unused.py": "c"})


def ended(outcome=None, files=("shop/__init__.py", "shop/till.py")):
    """Return what a case may end with."""
    return CaseRun((DetectorRun("law", 0, outcome or Passed(), 0.1),), 0.2, files)


@pytest.fixture
def path(tmp_path):
    """Return where the file goes."""
    return tmp_path / "folder" / "evidence.sqlite3"


def found_later(path, key="key", digests=DIGESTS):
    """Return what another run finds."""
    store = Store(path)
    try:
        return store.find(key, digests)
    finally:
        store.close()


def kept(path, answer):
    """Keep an answer in one run."""
    store = Store(path)
    store.keep("key", DIGESTS, answer)
    store.close()


@pytest.mark.parametrize(
    "outcome",
    [Passed(), Failed("no"), Crashed("KeyError", "x", "shop/till.py:3"), Crashed("SIGSEGV", "")],
    ids=str,
)
def test_answer_is_found_by_the_next_run(path, outcome):
    """As it was."""
    kept(path, ended(outcome))
    assert found_later(path) == ended(outcome)


def test_answer_holds_for_whatever_agrees_in_the_files_that_were_asked_for(path):
    """A file that nobody imported may change; one that was imported, or another key, not."""
    kept(path, ended())

    assert found_later(path, digests=Digests({"shop/unused.py": "d"}, DIGESTS)) == ended()
    assert found_later(path, digests=Digests({"shop/till.py": "d"}, DIGESTS)) is None
    assert found_later(path, key="another") is None


def test_death_without_a_word_depends_on_every_file(path):
    """Nobody knows what it had asked for."""
    kept(path, ended(Crashed("ProcessExit", "3"), files=None))

    assert found_later(path) is not None
    assert found_later(path, digests=Digests({"shop/unused.py": "d"}, DIGESTS)) is None


@pytest.mark.parametrize(
    "outcome", [TimedOut(20.0), Crashed("SIGKILL", ""), Crashed("MemoryError", "")], ids=str
)
def test_what_may_be_the_fault_of_the_machine_is_for_this_run_only(path, outcome):
    """A busy machine, or somebody who kills, must not be believed for sixty days."""
    store = Store(path)
    store.keep("key", DIGESTS, ended(outcome))

    assert store.find("key", DIGESTS) == ended(outcome)
    store.close()
    assert found_later(path) is None


def test_answer_is_there_though_the_run_was_killed(path):
    """Nothing waits for an orderly end."""
    store = Store(path)
    store.keep("key", DIGESTS, ended())

    assert found_later(path) == ended()
    store.close()


def test_answer_that_nobody_asked_for_is_forgotten(path, monkeypatch):
    """After sixty days, counted from when it was last of use."""
    kept(path, ended())
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 50 * 86400)
    assert found_later(path) == ended()
    monkeypatch.setattr(time, "time", lambda: now + 100 * 86400)
    Store(path).close()
    assert found_later(path) == ended()
    monkeypatch.setattr(time, "time", lambda: now + 200 * 86400)
    Store(path).close()
    assert found_later(path) is None


@pytest.mark.parametrize(
    "damage", [b"no database " * 400, b"", b"\0" * 5000], ids=["text", "empty", "zeros"]
)
def test_damaged_file_is_replaced(path, damage):
    """A cache is worth no error message, and no second run without one."""
    path.parent.mkdir()
    path.write_bytes(damage)
    kept(path, ended())
    assert found_later(path) == ended()


def test_file_damaged_behind_its_head_is_replaced_too(path):
    """It opens, and fails later."""
    kept(path, ended())
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    database.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    for _ in range(3):
        kept(path, ended())
    assert found_later(path) == ended()


def test_folder_that_cannot_be_made_is_no_obstacle(tmp_path):
    """Then answers are known in this run only."""
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "evidence.sqlite3")
    store.keep("key", DIGESTS, ended())
    assert store.find("key", DIGESTS) == ended()
    store.close()


def test_place_of_the_file_can_be_chosen(monkeypatch, tmp_path):
    """By a variable, or by that of the user's cache folder."""
    monkeypatch.setenv("BUGHUNT_CACHE_DIR", str(tmp_path))
    assert default_path() == tmp_path / "evidence.sqlite3"
    monkeypatch.delenv("BUGHUNT_CACHE_DIR")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_path() == tmp_path / "xdg" / "bughunt" / "evidence.sqlite3"
