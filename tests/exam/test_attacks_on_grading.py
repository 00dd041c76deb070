"""No attack earns a point or reads a secret, and honest submissions have their marks."""

import csv
import json
import os
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from grading_attacks import ATTACKS
from hand_in import CODE, KEY, MONEY, SHOP, TILL, Room, tarred, verdicts, zipped

from bughunt.exam.grading import workbench
from bughunt.jail.descendants import descendants

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a jail needs Linux"),
]
HONEST = ("honest-restorer", "honest-otherwise")
NAMES = {name.replace("_", "-"): name for name in ATTACKS}


@pytest.fixture(scope="module")
def room(tmp_path_factory, store):
    """Return a room in which all attackers and two honest candidates were graded in one run."""
    room = Room(tmp_path_factory.mktemp("attacked"), (*HONEST, *NAMES), store)
    right = {CODE: SHOP.encode(), TILL: MONEY.encode()}
    room.hand_in(HONEST[0], right)
    room.hand_in(HONEST[1], right | {CODE: SHOP.replace("2 * number", "number * 2").encode()})
    for student, name in NAMES.items():
        ATTACKS[name](room, student)
    room.processes = descendants(os.getpid())
    room.before = {it: it.read_bytes() for it in (room.folder / "bank").rglob("*.py")}
    room.grade()
    yield room
    workbench.close_all()


@pytest.fixture(scope="module")
def marks(room):
    """Return the marks by student."""
    return room.marks()


@pytest.mark.parametrize("student", NAMES)
def test_no_attack_earns_a_point(marks, student):
    """It has no score, or zero."""
    assert not marks[student].score, verdicts(marks[student])


@pytest.mark.parametrize("student", HONEST)
def test_honest_submissions_beside_them_have_their_marks(marks, student):
    """All points."""
    assert marks[student].score == marks[student].maximum == 4


def test_there_are_more_than_forty_attacks():
    """On archives, folders, names, files, sources, observations and readers."""
    assert len(ATTACKS) > 60


def test_no_attack_is_a_fault_of_the_grader(marks):
    """What is not gradable says why in words of ours."""
    assert [it.why for it in marks.values() if "grading it failed" in it.why] == []
    assert [it.why for it in marks.values() if "its worker was lost" in it.why] == []


def test_nothing_is_left_outside(room, marks):
    """No file of an archive, no process, no change of the clean code."""
    assert marks
    assert list(Path("/tmp").glob("stolen-by-an-archive*")) == []
    assert {it: it.read_bytes() for it in (room.folder / "bank").rglob("*.py")} == room.before
    workbench.close_all()
    assert descendants(os.getpid()) <= room.processes


def test_tables_hold_no_formula_and_no_control_character(room, marks):
    """Whatever a submission says or is called."""
    assert marks
    for name in ("gradebook.csv", "review.csv"):
        rows = list(csv.reader((room.results / name).read_text().splitlines()))
        cells = [cell for row in rows for cell in row]
        numbers = re.compile(r"-?\d+(\.\d+)?")
        assert [
            it for it in cells if re.match(r"\s*[=+@-]", it) and not numbers.fullmatch(it)
        ] == []
        assert [it for it in cells if not it.isprintable()] == []


def test_pages_hold_no_markup_of_a_submission(room, marks):
    """Everything is escaped, and nothing steers a terminal."""
    assert marks
    for file in room.results.rglob("*.html"):
        text = file.read_text()
        assert "<script" not in text
        assert "\x1b" not in text
    ElementTree.parse(room.results / "junit.xml")


def test_what_candidates_get_holds_no_secret(room, marks):
    """Neither key nor laws nor bugs are in their results or archives."""
    assert marks
    words = [KEY.hex(), "doubled_by_adding_two", "last_price_left_out", "the number and the number"]
    for folder in (room.results / "candidates", room.folder / "build" / "archives"):
        for file in folder.rglob("*.*"):
            content = file.read_bytes()
            assert [it for it in words if it.encode() in content] == [], file


def test_what_was_refused_is_told(marks):
    """Each with a reason that a human understands."""
    reasons = {
        "conftest": "a hook or setting: not used",
        "pth": "a hook or setting: not used",
        "native-module": "compiled code: not used",
        "bytecode": "bytecode (1 files): not used",
        "new-module": "a module that was not handed out: not used",
        "shadowed-numpy": "a module beside the packages: not used",
        "link-in-zip": "a link",
        "climbs-out": "a path that leads elsewhere",
        "absolute-path": "an absolute path",
        "backslashes": "a path with characters that no path needs",
    }
    said = {it: {found.reason for found in marks[it].record.findings.refused} for it in reasons}
    assert {it: reason for it, reason in reasons.items() if reason not in said[it]} == {}


def test_a_restored_bug_is_suspicious_where_another_file_replaces_what_was_restored(
    tmp_path, store
):
    """Its law may hold all the same, since it does not import that file."""
    room = Room(tmp_path, ("patcher", "tidy"), store)
    right = {CODE: SHOP.encode(), TILL: MONEY.encode()}
    patch = f"{MONEY}\n\nimport shop\n\nshop.double = abs\n"
    room.hand_in("patcher", right | {TILL: patch.encode()})
    room.hand_in("tidy", right | {CODE: f"{SHOP}\n\nSIZE = 3\n".encode()})
    marks = room.grade()
    assert {*verdicts(marks["patcher"]).values()} == {"suspicious"}
    assert {*verdicts(marks["tidy"]).values()} == {"restored"}


def test_whoever_hands_in_the_workspace_of_another_is_for_a_human(tmp_path, store):
    """Nothing is taken from the other, nothing given to the other or to the thief."""
    room = Room(tmp_path, ("victim", "absent", "thief", "robber"), store)
    room.hand_in("victim", {CODE: SHOP.encode(), TILL: MONEY.encode()})
    room.put("thief.zip", zipped(room.start("victim") | {CODE: SHOP.encode()}))
    room.put("robber.tgz", tarred(room.start("absent") | {CODE: SHOP.encode()}))
    marks = room.grade()
    assert {it: marks[it].score for it in marks} == {
        "victim": 4, "absent": None, "thief": None, "robber": None
    }  # fmt: skip
    assert "is named after" in (room.results / "review.csv").read_text()


def test_the_same_handed_in_twice_counts_once(tmp_path, store):
    """Under both names it is told to a human."""
    room = Room(tmp_path, ("ada",), store)
    for name in ("v1.zip", "v2.zip"):
        room.hand_in("ada", {CODE: SHOP.encode()}, name=name)
    assert room.grade()["ada"].score == 2
    assert (
        "was handed in 2 times, all equal: v1.zip, v2.zip"
        in (room.results / "review.csv").read_text()
    )


def test_what_is_no_archive_is_told_and_an_old_score_is_taken_back(tmp_path, store):
    """The folder of results is its owner's, though it was there before."""
    room = Room(tmp_path, ("ada", "bob"), store)
    room.hand_in("ada", {CODE: SHOP.encode()})
    room.put("bob.rar", b"Rar!")
    room.results.mkdir(mode=0o755)
    marks = room.grade()
    assert (marks["ada"].score, marks["bob"].state) == (2, "not gradable")
    assert "is no folder and no archive that is read" in marks["bob"].why
    own = room.results / "candidates" / marks["ada"].entry.candidate / "results.json"
    assert json.loads(own.read_text())["score"] == 2
    assert room.results.stat().st_mode & 0o777 == 0o700
    (room.submissions / "ada.zip").unlink()
    room.grade()
    assert json.loads(own.read_text())["output"] == "No score: nothing handed in."


def test_of_two_submissions_the_one_that_bears_the_name_counts(tmp_path, store):
    """With two that do not, nobody can say; a human is told of both."""
    room = Room(tmp_path, ("twice", "again"), store)
    room.hand_in("twice", {CODE: SHOP.encode()})
    room.hand_in("twice", {TILL: MONEY.encode()}, name="newer.zip")
    room.hand_in("again", {CODE: SHOP.encode()}, name="a.zip")
    room.hand_in("again", {TILL: MONEY.encode()}, name="b.zip")
    marks = room.grade()
    assert verdicts(marks["twice"])["doubled_by_adding_two"] == "restored"
    assert (marks["again"].state, marks["again"].score) == ("several handed in", None)
    review = (room.results / "review.csv").read_text()
    assert "newer.zip,not counted" in review
    assert '"a.zip, b.zip"' in review
