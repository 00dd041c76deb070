"""Commands that meet another one in their folder, and commands that are killed at any moment."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hand_in import CODE, KEY, SHOP, Room
from small_exam import PLAN, SECRET, contents, more_people

from bughunt.cli import bughunt
from bughunt.errors import ExamError
from bughunt.exam.grading.laws import LIMITS
from bughunt.exam.lock import LOCK
from bughunt.exam.own_folder import AT_WORK, alone_in, held
from bughunt.jail.descendants import descendants

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
_PATIENCE = 120.0
_HOLD = """\
import sys
from pathlib import Path
from bughunt.exam.own_folder import alone_in
with alone_in(Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.read()
"""


def until(condition, process=None):
    """Look until there is something to see, as long as a process is alive; return it."""
    deadline = time.monotonic() + _PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline
        assert process is None or process.poll() is None
        time.sleep(0.0005)
    return found


def refused(*words):
    """Run a command of ``bughunt exam`` that is to be refused; return what it says."""
    result = CliRunner().invoke(bughunt, ["exam", *map(str, words)])
    assert result.exit_code == 2, result.output
    return result.output


@contextlib.contextmanager
def somebody_in(folder):
    """Let another process work in a folder."""
    line = [sys.executable, "-c", _HOLD, str(folder)]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"in\n"
        yield process
        process.stdin.close()


def start(*words, folder):
    """Start ``bughunt exam`` as a process that keeps its temporary files to itself."""
    (folder / "tmp").mkdir(exist_ok=True)
    line = [sys.executable, "-m", "bughunt", "exam", *map(str, words)]
    own = {"BUGHUNT_CACHE_DIR": str(folder / "cache"), "TMPDIR": str(folder / "tmp")}
    nothing = subprocess.DEVNULL
    return subprocess.Popen(line, env=os.environ | own, stdout=nothing, stderr=nothing)


def kill(process):
    """Kill it, and wait until all that it had started are gone."""
    others = descendants(process.pid)
    process.kill()
    process.wait()
    until(lambda: not any(Path(f"/proc/{it}").exists() for it in others))


def test_a_folder_in_which_somebody_writes_is_refused_until_that_ends(tmp_path):
    """However it ends; nothing is left of it. Another lock leaves its unfinished files alone."""
    half = ".a.zip.bughunt-new-0"
    with somebody_in(tmp_path / "build"):
        with pytest.raises(ExamError, match="another bughunt command is writing into this folder"):
            alone_in(tmp_path / "build").__enter__()
        (tmp_path / "build" / half).write_bytes(b"")
        with held(tmp_path / "build" / ".hints-at-work"):
            assert (tmp_path / "build" / half).exists()
        (tmp_path / "build" / half).unlink()
    assert not (tmp_path / "build").exists()
    with somebody_in(tmp_path / "build") as process:
        process.kill()
        process.wait()
        (tmp_path / "build" / half).write_bytes(b"")
        with alone_in(tmp_path / "build"):
            pass
    assert contents(tmp_path / "build") == {}


@pytest.mark.slow
def test_two_builds_and_two_gradings_at_once_are_refused_with_exit_code_2(tmp_path, store):
    """And said in one sentence."""
    room = Room(tmp_path, ("ada",), store)
    (tmp_path / "my.key").write_text(KEY.hex())
    key = ("--key", tmp_path / "my.key")
    with somebody_in(tmp_path / "build"):
        assert "Wait until it has ended" in refused("build", room.folder, *key)
    room.hand_in("ada")
    with somebody_in(tmp_path / "results"):
        assert "Wait until it has ended" in refused("grade", room.folder, *key)
        void = ("void", room.folder, "last_price_left_out", "--reason", "unclear")
        assert "Wait until it has ended" in refused(*void, *key)


@pytest.mark.slow
def test_a_build_that_is_killed_again_and_again_gives_the_same_bytes(exam_folder, tmp_path):
    """While sets are proved, and once the first archive is there."""
    shutil.copytree(exam_folder / "bank", tmp_path / "bank")
    (tmp_path / "exam.yaml").write_text(PLAN)
    (tmp_path / "roster.csv").write_text(more_people(5))
    (tmp_path / "my.key").write_text(SECRET)
    line = ("build", tmp_path, "--key", tmp_path / "my.key", "--jobs", 1)

    def is_killed_before_its_end(place):
        shutil.rmtree(tmp_path / "build", ignore_errors=True)
        process = start(*line, folder=tmp_path)
        until(lambda: any(tmp_path.glob(place)) or process.poll() is not None)
        kill(process)
        lock = tmp_path / "build" / LOCK
        return not lock.exists() or json.loads(lock.read_bytes())["state"] == "building"

    built = []
    for place in (f"build/{AT_WORK}", "build/archives/*.zip"):
        until(lambda place=place: is_killed_before_its_end(place))
        assert start(*line, folder=tmp_path).wait() == 0
        built.append(contents(tmp_path / "build"))
    assert start(*line, "--out", tmp_path / "undisturbed", folder=tmp_path).wait() == 0
    assert built == [contents(tmp_path / "undisturbed")] * 2


@pytest.mark.slow
def test_a_grading_that_is_interrupted_waits_for_no_submission(tmp_path, store):
    """Though one that never ends is in the jail, and more wait."""
    room = Room(tmp_path, ("ada", "bob", "cyd"), store)
    (tmp_path / "my.key").write_text(KEY.hex())
    for student in ("ada", "bob", "cyd"):
        room.hand_in(student, {CODE: SHOP.replace('"""A shop."""', "while 1: pass").encode()})
    process = start("grade", room.folder, "--key", tmp_path / "my.key", folder=tmp_path)
    until(lambda: len(descendants(process.pid)) > 1, process)
    others = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMITS.seconds / 2) == 130
    until(lambda: not any(Path(f"/proc/{it}").exists() for it in others))
    assert not (tmp_path / "results" / "gradebook.csv").exists()


@pytest.mark.slow
def test_a_grading_that_is_killed_gives_the_same_marks(tmp_path, store):
    """Once the first record is there; nobody's work is lost or counted twice."""
    room = Room(tmp_path, ("ada", "bob", "cyd"), store)
    (tmp_path / "my.key").write_text(KEY.hex())
    for number, student in enumerate(("ada", "bob", "cyd")):
        text = SHOP.replace("2 * number", f"number + number + {number % 2}")
        room.hand_in(student, {CODE: text.encode()})
    line = ("grade", room.folder, "--key", tmp_path / "my.key")
    assert start(*line, "--results", tmp_path / "undisturbed", folder=tmp_path).wait() == 0
    process = start(*line, folder=tmp_path)
    until(lambda: any(tmp_path.glob("results/records/[!.]*")), process)
    kill(process)
    assert not (tmp_path / "results" / "gradebook.csv").exists()
    assert start(*line, folder=tmp_path).wait() == 0
    mine, other = contents(tmp_path / "results"), contents(tmp_path / "undisturbed")
    assert mine.keys() == other.keys()
    told_of_time = {it for it in mine if it.startswith("records/") or it == "organiser.html"}
    assert [it for it in mine.keys() - told_of_time if mine[it] != other[it]] == []
