"""``bughunt exam grade``, ``appeal`` and ``void`` from the command line."""

import json
import re
import shutil
import sys

import pytest
from click.testing import CliRunner
from hand_in import CODE, KEY, MONEY, SHOP, TILL, Room

from bughunt.cli import bughunt
from bughunt.jail.strength import Strength

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a jail needs Linux"),
]


def run(*words, code=0):
    """Run a command; return what it says."""
    result = CliRunner().invoke(bughunt, ["exam", *map(str, words)])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture(scope="module")
def room(tmp_path_factory, store):
    """Return a room with a key file, in which two have handed in."""
    room = Room(tmp_path_factory.mktemp("room"), ("ada", "bob", "cyd"), store)
    (room.folder / "my.key").write_text(KEY.hex())
    (room.folder / "my.key").chmod(0o600)
    room.hand_in("ada", {CODE: SHOP.encode(), TILL: MONEY.encode()})
    room.hand_in("bob", {CODE: SHOP.replace("2 * number", "number * 2").encode()})
    run("grade", room.folder, "--key", room.folder / "my.key")
    return room


def test_grade_says_where_the_marks_are_and_no_answer(room):
    """Nor the key."""
    said = run("grade", room.folder, "--key", room.folder / "my.key", "--jobs", 2)
    assert re.search(r"graded +2", said)
    assert re.search(r"nothing handed in +1", said)
    assert "gradebook.csv" in said
    assert "doubled" not in said
    assert KEY.hex()[:12] not in said


def test_grade_as_json_has_a_record_for_each_candidate(room):
    """None is not zero."""
    said = json.loads(run("grade", room.folder, "--key", room.folder / "my.key", "--json"))
    assert {it["student_id"]: it["score"] for it in said} == {"ada": 4, "bob": 2, "cyd": None}


def test_an_appeal_shows_the_seeds_and_whether_the_verdict_stands(room):
    """Both sides stand in one row."""
    number = room.exam.entry("bob").bugs.index("last_price_left_out") + 1
    said = run("appeal", room.folder, "bob", number, "--key", room.folder / "my.key")
    assert re.search(r"there\* +float64.*apart", said)
    assert "The law is broken on these seeds. The verdict stands." in said


def test_a_void_bug_is_told_and_rescales(room, tmp_path):
    """What can be reached stays the same."""
    shutil.copytree(room.results, tmp_path / "results")
    key = ("--key", room.folder / "my.key", "--results", tmp_path / "results")
    said = run("void", room.folder, "last_price_left_out", "--reason", "unclear", *key)
    assert "does not count any more for 3 candidates" in said
    rows = (tmp_path / "results" / "gradebook.csv").read_text().splitlines()[1:]
    scores = {row.split(",")[3]: row.split(",")[9:11] for row in rows}
    assert scores == {"ada": ["4.0", "4.0"], "bob": ["4.0", "4.0"], "cyd": ["", "4.0"]}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("grade", "--submissions", "/nowhere"), "cannot be read"),
        (("grade", "--executor", "ssh://host:1"), "Write dask://HOST:PORT"),
        (("grade", "--out", "/nowhere"), "no exam was built there"),
        (("appeal", "zoe", "1"), "no candidate 'zoe'"),
        (("void", "no_such_bug", "--reason", "x"), "nobody had a bug 'no_such_bug'"),
        (("void", "last_price_left_out", "--reason", " "), "needs a reason"),
    ],
    ids=lambda it: it[0] if isinstance(it, tuple) else "",
)
def test_what_cannot_be_is_told_with_the_next_step(room, words, message):
    """With exit code 2."""
    command, *rest = words
    said = run(command, room.folder, *rest, "--key", room.folder / "my.key", code=2)
    assert message in said


def test_grading_refuses_where_nothing_can_hold_a_submission(room, monkeypatch):
    """With exit code 3, and before anything is looked at."""
    weak = Strength(None, {"built-in": "the kernel is too old"})
    monkeypatch.setattr("bughunt.jail.strength.strongest", lambda: weak)
    said = run("grade", room.folder, "--key", room.folder / "my.key", code=3)
    assert "the kernel is too old" in said


def test_grading_goes_on_there_when_told_to_trust(room, tmp_path, monkeypatch):
    """And each record says in what."""
    weak = Strength(None, {"built-in": "the kernel is too old"})
    monkeypatch.setattr("bughunt.exam.grading.workbench.strongest", lambda: weak)
    key = ("--key", room.folder / "my.key", "--results", tmp_path / "results")
    run("grade", room.folder, *key, "--trust")
    assert "without Landlock" in (tmp_path / "results" / "gradebook.csv").read_text()


def test_an_appeal_is_heard_there_when_told_to_trust_and_refused_otherwise(room, monkeypatch):
    """As grading is."""
    weak = Strength(None, {"built-in": "the kernel is too old"})
    monkeypatch.setattr("bughunt.exam.grading.workbench.strongest", lambda: weak)
    line = ("appeal", room.folder, "bob", 1, "--key", room.folder / "my.key")
    assert "the kernel is too old" in run(*line, code=3)
    assert "The verdict stands." in run(*line, "--trust")


def test_a_fault_of_the_grader_is_told_by_the_exit_code(room, tmp_path, monkeypatch):
    """Nobody would read the tables of a nightly run otherwise."""
    monkeypatch.setattr("bughunt.exam.grading.examining.sieved", None)
    key = ("--key", room.folder / "my.key", "--results", tmp_path / "results")
    assert re.search(r"not gradable +2", run("grade", room.folder, *key, code=1))
    assert run("grade", room.folder, "--key", tmp_path / "none.key", code=2).endswith(
        "Give the key of this exam; 'bughunt exam keygen' makes one for a new exam.\n"
    )


def test_a_local_dask_cluster_gives_the_same_marks(room, tmp_path):
    """Through the executor of its client."""
    distributed = pytest.importorskip("distributed")
    key = ("--key", room.folder / "my.key", "--results", tmp_path / "results", "--json")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, protocol="tcp://", dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address.replace("tcp://", "dask://")
        said = json.loads(run("grade", room.folder, *key, "--executor", address))
    assert {it["student_id"]: it["score"] for it in said} == {"ada": 4, "bob": 2, "cyd": None}
