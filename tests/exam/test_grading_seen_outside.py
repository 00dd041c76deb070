"""What any user of the machine sees while ``bughunt exam grade`` runs, and what it leaves."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hand_in import CODE, KEY, MONEY, SHOP, TILL, Room

from bughunt.jail.descendants import descendants

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc"),
]
STUDENTS = ("rosalind-4711", "barbara-0815")
SECRETS = (  # the key, bugs, laws, what a law judges by, who hands in
    *(KEY.hex().encode(), KEY, b"doubled_by_adding_two", b"last_price_left_out"),
    *(b"twice_is_the_number_and_the_number", b"totals_do_not_depend_on_order"),
    *(b"Twice a number is", b"is_the_same_there_and_back", b"[it + it for it in"),
    *(it.encode() for it in STUDENTS),
)


def read(paths):
    """Return what stands in files, as far as they are still there."""
    for path in paths:
        with contextlib.suppress(OSError):
            yield path.read_bytes()


def files(folder):
    """Return the files below a folder, from which others take away meanwhile."""
    return (Path(here, name) for here, _, names in os.walk(folder) for name in names)


def shown(pid):
    """Return what a process shows of itself: its words and its variables."""
    return read(Path(f"/proc/{pid}/{part}") for part in ("cmdline", "environ", "comm"))


@pytest.fixture(scope="module")
def watched(tmp_path_factory, store):
    """Return what was seen of a grading, the folder of its temporary files, and its results."""
    room = Room(tmp_path_factory.mktemp("exam"), STUDENTS, store)
    for student in STUDENTS:
        room.hand_in(student, {CODE: SHOP.encode(), TILL: MONEY.encode()})
    (room.folder / "my.key").write_text(KEY.hex())
    temporary, seen, jails = tmp_path_factory.mktemp("temporary"), set(), set()
    command = [sys.executable, "-m", "bughunt", "exam", "grade", ".", "--key", "my.key"]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, cwd=room.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as grader:
        while grader.poll() is None:
            for pid in {grader.pid} | descendants(grader.pid):
                seen.update(shown(pid))
            seen.update(read(files(temporary)))
            jails.update(it.name for it in temporary.iterdir())
        seen.add(grader.stdout.read())
    assert grader.returncode == 0, seen
    return seen, jails, temporary, room.results


def test_the_watcher_has_good_eyes(watched):
    """It saw the grader, the servers of two jails or more, and their folders."""
    seen, jails, _, _ = watched
    assert any(b"exam\0grade\0" in it for it in seen)
    assert any(b"zygote" in it for it in seen)
    assert len([it for it in jails if it.startswith("bughunt-jail-")]) >= 2


def test_no_process_file_or_line_shows_a_secret(watched):
    """Neither key, nor bug, nor law, nor student."""
    assert {(word, it) for it in watched[0] for word in SECRETS if word in it} == set()


def test_nothing_temporary_is_left(watched):
    """A grading leaves its results and no other file."""
    _, _, temporary, results = watched
    assert list(temporary.iterdir()) == []
    assert results.is_dir()
