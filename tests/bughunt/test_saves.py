"""Saves: whatever an editor does, what changed is known; and so is that events do not arrive."""

import os
import queue
import subprocess
import sys
import threading

import pytest

from bughunt.dependence import Saves
from bughunt.desk import saves
from bughunt.desk.saves import Follower, Gone, Place, Polling, Saved, follow
from bughunt.select import select_level
from bughunt.workspace import materialize

MODULE, TABLE = "abacus/arithmetic.py", "abacus/table.json"


@pytest.fixture
def hunt(bank, tmp_path):
    """Return a workspace."""
    return materialize(bank, select_level(bank, "short"), tmp_path / "hunt")


@pytest.fixture
def follower(hunt):
    """Return a follower of that workspace, after its first round."""
    made = Follower(Place(hunt))
    assert list(made.step(announced=False)) == []
    return made


def look(follower):
    """Return what a look after an event finds."""
    return list(follower.step(announced=True))


def saved(*changed, others=()):
    """Return what a look finds that sees these changes."""
    return [Saved(Saves(frozenset(changed), frozenset(others)))]


def append(hunt, name, text="\n"):
    """Write in the way of ``>>``."""
    with (hunt.root / name).open("a") as file:
        file.write(text)


def test_a_file_written_in_place_is_saved(hunt, follower):
    """Once, however often the event comes."""
    append(hunt, MODULE)
    assert look(follower) == saved(MODULE)
    assert look(follower) == []


def test_a_file_renamed_over_another_is_saved(hunt, follower):
    """As editors do that never leave half a file; even if size and time are the same."""
    old = (hunt.root / MODULE).stat()
    draft = hunt.root / "abacus" / "arithmetic.py~"
    draft.write_bytes((hunt.root / MODULE).read_bytes())
    os.utime(draft, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert look(follower) == []
    draft.rename(hunt.root / MODULE)
    assert look(follower) == saved(MODULE)


def test_several_files_at_once_are_one_save(hunt, follower):
    """As after a reset, or a search and replace."""
    for name in (MODULE, TABLE, "tests/samples.py"):
        append(hunt, name)
    assert look(follower) == saved(MODULE, TABLE, "tests/samples.py")


def test_new_and_removed_modules_are_told_apart_from_changed_ones(hunt, follower):
    """Another import may find them."""
    (hunt.root / MODULE).unlink()
    append(hunt, "abacus/inner.py")
    assert look(follower) == saved(others=(MODULE, "abacus/inner.py"))


@pytest.mark.parametrize(
    "name", ["abacus/.arithmetic.py.swp", "abacus/4913", "abacus/#a.py#", ".bughunt/progress.json"]
)
def test_what_nobody_imports_is_no_save(hunt, follower, name):
    """Editors and bughunt itself write beside the sources."""
    append(hunt, name)
    assert look(follower) == []


def test_changes_that_no_event_announces_end_the_trust_in_events(hunt, follower):
    """What is found by looking counts at once; what follows is told once."""
    append(hunt, MODULE)
    assert list(follower.step(announced=False)) == saved(MODULE)
    assert list(follower.step(announced=False)) == [Polling("file events do not arrive here")]
    append(hunt, MODULE)
    assert list(follower.step(announced=False)) == saved(MODULE)
    assert list(follower.step(announced=False)) == []


def test_an_event_that_is_late_is_an_event(hunt, follower):
    """A look may come between a save and its event."""
    append(hunt, MODULE)
    list(follower.step(announced=False))
    assert look(follower) == []
    assert not follower.is_polling


def test_silence_after_a_save_that_was_announced_casts_no_doubt(hunt, follower):
    """Most of the time nothing is saved."""
    append(hunt, MODULE)
    look(follower)
    assert list(follower.step(announced=False)) == []
    assert not follower.is_polling


def test_what_is_saved_before_events_can_come_casts_no_doubt_on_them(hunt):
    """The watch looks for the first time before it listens."""
    follower = Follower(Place(hunt))
    append(hunt, MODULE)
    assert list(follower.step(announced=False)) == saved(MODULE)
    assert list(follower.step(announced=False)) == []


@pytest.mark.parametrize("change", ["moved", "removed", "replaced"])
def test_a_folder_that_is_not_the_one_it_was_is_gone(hunt, follower, change, tmp_path):
    """Whatever stands at its path now."""
    hunt.root.rename(tmp_path / "elsewhere")
    if change == "replaced":
        (tmp_path / "hunt").mkdir()
    (event,) = look(follower)
    assert isinstance(event, Gone)
    assert "hunt: the workspace was moved, removed or replaced" in str(event.error)


def followed(follower, change, number=1):
    """Follow in a thread, change something, return the first events."""
    events, stop = queue.Queue(), threading.Event()
    thread = threading.Thread(target=follow, args=(follower, events.put, stop))
    thread.start()
    try:
        change()
        return [events.get(timeout=20) for _ in range(number)]
    finally:
        stop.set()
        thread.join()


def test_a_save_is_followed_through_the_events_of_the_system(hunt, follower):
    """Nothing is fed by hand here."""
    assert followed(follower, lambda: append(hunt, MODULE)) == saved(MODULE)


def test_a_system_without_events_is_polled_and_told(hunt, follower, monkeypatch):
    """Such as one whose limit of watched folders is reached."""

    def refuse(*_):
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr(saves, "_events", refuse)
    events = followed(follower, lambda: append(hunt, MODULE), 2)
    assert events == [Polling("no file events: OS file watch limit reached"), *saved(MODULE)]


def test_a_system_that_keeps_its_events_to_itself_is_found_out(hunt, follower, monkeypatch):
    """Such as a folder that a container shares with its host."""
    monkeypatch.setattr(saves, "_events", lambda *_: iter(set, None))
    events = followed(follower, lambda: append(hunt, MODULE), 2)
    assert events == [*saved(MODULE), Polling("file events do not arrive here")]


@pytest.mark.slow
def test_a_follower_does_not_outlive_the_main_thread(hunt):
    """Nobody sets its event where a signal has ended the program too soon."""
    script = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from bughunt.desk.saves import Follower, Place, follow\n"
        "from bughunt.workspace import find_workspace\n"
        "place = Place(find_workspace(Path(sys.argv[1])))\n"
        "how = (Follower(place), print, threading.Event())\n"
        "threading.Thread(target=follow, args=how).start()\n"
    )
    command = [sys.executable, "-c", script, str(hunt.root)]
    assert subprocess.run(command, timeout=60).returncode == 0
