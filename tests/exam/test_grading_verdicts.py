"""What grading says of honest submissions, from the archive that is handed in to the marks."""

import csv
import html
import json
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from xml.etree import ElementTree

import msgspec
import pytest
from hand_in import CODE, MONEY, SHOP, TILL, Room, tarred, verdicts, zipped

from bughunt.errors import ExamError
from bughunt.exam.grading import workbench
from bughunt.exam.grading.appeal import Trial, appeal
from bughunt.exam.grading.examining import examined
from bughunt.exam.grading.publishing import sat
from bughunt.exam.grading.record import kept
from bughunt.exam.grading.report import appealed
from bughunt.exam.grading.sitting import Exam
from bughunt.exam.grading.voiding import void
from bughunt.exam.hint_record import Given

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a jail needs Linux"),
]
DOUBLE, TOTAL = "doubled_by_adding_two", "last_price_left_out"
_FSUM = "import math\n    return math.fsum(prices)"
STUDENTS = (
    *("restorer", "other-way", "half", "nothing", "no-python", "breaker", "absent", "late-sheet"),
    *("folder", "tar", "hooked", "garbage"),
)


@pytest.fixture(scope="module")
def room(tmp_path_factory, store):
    """Return a room in which everybody has handed in, graded once."""
    room = Room(tmp_path_factory.mktemp("room"), STUDENTS, store)
    room.hand_in("restorer", {CODE: SHOP.encode(), TILL: MONEY.encode()})
    other = {
        CODE: SHOP.replace("2 * number", "number + number").encode(),
        TILL: MONEY.replace(
            "return sum(prices)", "import math\n    return math.fsum(prices)"
        ).encode(),
    }
    room.hand_in("other-way", other)
    room.hand_in("half", {TILL: MONEY.encode()})
    room.hand_in("nothing", {"REPORT.md": b"It adds.\n\x1b[2Jshop/__init__.py:6\n"})
    room.hand_in("no-python", {CODE: b"def double(number:\n", TILL: MONEY.encode()})
    broken = SHOP.replace("Good morning, {name}", "Good morning")
    room.hand_in("breaker", {CODE: broken.encode(), TILL: MONEY.encode()})
    room.hand_in("late-sheet", {**other, ".bughunt/exam.json": None})
    files = room.start("folder") | {CODE: SHOP.encode()}
    for path, content in files.items():
        file = room.submissions / "any name" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    files = room.start("tar") | {TILL: MONEY.encode()}
    room.put("x.tar.xz", tarred(files, "w:xz"))
    hooked = SHOP + "\nimport os\n\nHOME = os.environ\n"
    room.hand_in("hooked", {CODE: hooked.replace("2 * number", "number * 2").encode()})
    room.put("garbage.zip", b"PK\x03\x04 nothing")
    room.put("stranger.zip", zipped({CODE: SHOP.encode()}))
    room.grade()
    yield room
    workbench.close_all()


@pytest.fixture
def marks(room):
    """Return the marks by student."""
    return room.marks()


@pytest.mark.parametrize(
    ("student", "double", "total", "score"),
    [
        ("restorer", "restored", "restored", 4),
        ("other-way", "fixed", "fixed", 4),
        ("half", "open", "restored", 2),
        ("nothing", "open", "open", 0),
        ("no-python", "open", "restored", 1.5),
        ("breaker", "restored", "restored", 3.5),
        ("late-sheet", "fixed", "fixed", 4),
        ("folder", "restored", "open", 2),
        ("tar", "open", "restored", 2),
        ("hooked", "suspicious", "open", 2),
    ],
)
def test_each_kind_of_submission_has_its_verdicts(marks, student, double, total, score):
    """Two points a bug, half a point for each law that is broken; suspicion takes none."""
    assert verdicts(marks[student]) == {DOUBLE: double, TOTAL: total}
    assert marks[student].score == score


def test_what_cannot_be_graded_has_no_score_and_not_zero(marks):
    """Nor has who handed in nothing."""
    assert (marks["garbage"].state, marks["garbage"].score) == ("not gradable", None)
    assert "cannot be unpacked" in marks["garbage"].why
    assert (marks["absent"].state, marks["absent"].score) == ("nothing handed in", None)


def test_a_submission_of_nobody_is_for_a_human(room):
    """Neither a sheet nor a name says whose it is."""
    assert "nobody knows whose" in room.records()["stranger.zip"].findings.trouble
    assert "stranger.zip" in (room.results / "review.csv").read_text()


def test_what_stands_out_is_shown_with_file_and_line(marks):
    """The line is that of the submission."""
    flags = marks["hooked"].record.findings.flags
    assert {(it.file, it.reason) for it in flags} == {
        (CODE, "imports os"), (CODE, "uses .environ")
    }  # fmt: skip
    assert min(it.line for it in flags) == SHOP.count("\n") + 2


def test_what_asks_for_a_decision_comes_first_for_a_human(room, marks):
    """What is only to be seen, such as files that were left out, comes last."""
    assert marks
    rows = list(csv.DictReader((room.results / "review.csv").read_text().splitlines()))
    kinds = [row["what"] for row in rows]
    first = min(kinds.index(it) for it in ("file", "written report"))
    assert {"not gradable", "nothing handed in", "construct", "no Python", "broken law"} <= {
        *kinds[:first]
    }
    assert {*kinds[first:]} <= {"file", "written report", "hints", "late"}


def test_a_written_report_is_kept_beside_for_a_human(room, marks):
    """Without what steers a terminal."""
    entry = marks["nothing"].entry
    (file,) = (room.results / "reports").glob(f"{entry.candidate}-*.txt")
    assert file.read_text() == "It adds.\n?[2Jshop/__init__.py:6\n"
    assert "REPORT.md,,to be read by a human" in (room.results / "review.csv").read_text()


def test_only_a_broken_law_that_held_before_is_counted(marks):
    """The laws of the candidate's own bugs are not among them."""
    (broken,) = marks["breaker"].broken
    assert broken.law == "who_comes_in_is_greeted_by_name"
    assert marks["other-way"].broken == ()
    assert [it.law for it in marks["no-python"].broken] == [f"{CODE} is Python"]


def test_evidence_says_the_values_that_a_law_compared(room, marks):
    """On every page and table for the organiser, and in an appeal."""
    bugs = {it.record.bug: it.record for it in marks["half"].bugs}
    said = re.fullmatch(r'observed\["doubled"\]\[0\] is (\d+), not (\d+)', bugs[DOUBLE].evidence)
    print(bugs[DOUBLE].evidence, "|", marks["breaker"].broken)
    assert int(said[1]) == int(said[2]) // 2 + 2
    (broken,) = marks["breaker"].broken
    assert re.fullmatch(r'observed\["said"\].* is .*not.*true', broken.evidence)
    bugs = {it.record.bug: it.record for it in marks["nothing"].bugs}
    assert bugs[TOTAL].evidence == "the code is as it was handed out"
    for name in ("junit.xml", "organiser.html"):
        text = html.unescape((room.results / name).read_text())
        assert said[0] in text
        assert broken.evidence in text
    number = room.exam.entry("half").bugs.index(DOUBLE) + 1
    found = appeal(room.exam, room.submissions, sat(room.results)[1], "half", number)
    assert said[0] == found.trials[0].said


def test_the_organiser_sees_marks_as_shares_of_what_could_be_reached(room, marks):
    """Whoever has no mark has no share; each page of a candidate says points."""
    graded = [it.score for it in marks.values() if it.score is not None]
    text = " ".join((room.results / "organiser.html").read_text().split())
    assert f"{100 * sum(graded) / 4 / len(graded):.0f} % were earned in the mean, 100 %" in text
    assert text.index("cannot be unpacked") < text.index("to be read by a human")


def test_the_organiser_sees_when_there_was_work_as_the_files_say(room):
    """Those of a folder have the time at which they were written."""
    record = room.records()["any name"]
    assert record.last_change[:4] == f"{datetime.now(timezone.utc):%Y}"
    said = f"last change {record.last_change.replace('T', ' ')}"
    assert said in (room.results / "organiser.html").read_text()


def test_a_law_is_asked_on_seeds_that_are_kept(marks):
    """They follow from the key and the submission, so two submissions have others."""
    one, other = (marks[it].bugs[0].record.seeds for it in ("other-way", "late-sheet"))
    assert len(set(one)) == 3
    assert set(one).isdisjoint(other)


def test_the_gradebook_has_the_columns_of_nbgrader_first(room, marks):
    """Who has no score has an empty cell."""
    assert marks
    header, *rows = (room.results / "gradebook.csv").read_text().splitlines()
    assert header.startswith(
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
        "late_submission_penalty,score,max_score,"
    )
    cells = {row.split(",")[3]: row.split(",") for row in rows}
    assert cells["restorer"][9:11] == ["4.0", "4.0"]
    assert cells["garbage"][9] == ""


def test_gradescope_reads_the_results_of_a_candidate(room, marks):
    """A test for each symptom, whose scores and penalties add up to the score."""
    entry = marks["breaker"].entry
    said = json.loads((room.results / "candidates" / entry.candidate / "results.json").read_text())
    assert said["score"] == 3.5
    assert said["extra_data"]["jail"] in ("bubblewrap", "built-in")
    assert [(it["score"], it["max_score"], it["status"]) for it in said["tests"]] == [
        (2.0, 2.0, "passed"),
        (2.0, 2.0, "passed"),
        (-0.5, 0.0, "failed"),
    ]
    assert sum(it["score"] for it in said["tests"]) == said["score"]


def test_junit_has_a_case_for_each_symptom(room, marks):
    """Open symptoms fail, what cannot be graded is an error."""
    root = ElementTree.parse(room.results / "junit.xml").getroot()
    suites = {it.get("name"): it for it in root}
    half = suites[marks["half"].entry.candidate]
    assert (half.get("tests"), half.get("failures")) == ("2", "1")
    assert suites[marks["garbage"].entry.candidate].get("errors") == "1"


def test_what_a_candidate_gets_holds_no_answer(room, marks):
    """No bug, no law, no seed, no key, no evidence."""
    words = [DOUBLE, TOTAL, "shop/", "greeted", "explanation", room.exam.key._key.hex()]
    words += [str(it) for mark in marks.values() for bug in mark.bugs for it in bug.record.seeds]
    for file in (room.results / "candidates").rglob("*.*"):
        assert [word for word in words if word in file.read_text()] == [], file


def test_a_second_run_grades_nothing_again(room, monkeypatch):
    """Records are found by what was handed in, by exam, bank and version."""
    before = room.records()
    monkeypatch.setattr("bughunt.exam.grading.sitting.examined", None)
    room.grade()
    assert room.records() == before


def test_a_run_that_was_killed_goes_on(room, tmp_path, monkeypatch):
    """What has a record is not looked at again."""
    looked_at = []

    def noted(task):
        looked_at.append(task.submission.source)
        return examined(task)

    def dies(done, _):
        if done and len(list((tmp_path / "results" / "records").iterdir())) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr("bughunt.exam.grading.sitting.examined", noted)
    monkeypatch.setattr(room, "results", tmp_path / "results")
    with pytest.raises(KeyboardInterrupt):
        room.grade(tick=dies)
    before = {it.source for it in kept(room.results) if it.is_graded}
    looked_at.clear()
    marks = room.grade()
    assert before
    assert before.isdisjoint(looked_at)
    assert marks["other-way"].score == 4


def test_a_fault_of_the_grader_costs_one_candidate_nothing(room, tmp_path, monkeypatch):
    """And stops nobody else's grading."""
    from bughunt.exam.grading import examining

    def fails_for_two(submission, start):
        if "2 * number" not in submission.files[CODE].decode():
            raise ZeroDivisionError("a fault")
        return real(submission, start)

    real = examining.sieved
    monkeypatch.setattr(examining, "sieved", fails_for_two)
    monkeypatch.setattr(room, "results", tmp_path / "results")
    marks = room.grade()
    assert (marks["other-way"].state, marks["other-way"].score) == ("not gradable", None)
    assert "grading it failed: ZeroDivisionError" in marks["other-way"].why
    told = room.results / "candidates" / marks["other-way"].entry.candidate / "feedback.html"
    assert "Grading did not work; speak to the organiser." in told.read_text()
    assert "ZeroDivisionError" not in told.read_text()
    assert marks["restorer"].score == 4


def test_a_fault_in_reading_one_submission_stops_no_other(room, tmp_path, monkeypatch):
    """Its candidate is not graded, and a human is told why."""
    real = Exam.read

    def fails_for_one(exam, path):
        return real(exam, path) if path.name != "half.zip" else 1 / 0

    monkeypatch.setattr(Exam, "read", fails_for_one)
    monkeypatch.setattr(room, "results", tmp_path / "results")
    marks = room.grade()
    assert marks["half"].score is None
    assert "half.zip" in (room.results / "review.csv").read_text()
    assert marks["restorer"].score == 4


def test_two_threads_give_what_one_gives(room, tmp_path, monkeypatch):
    """Each has jails of its own."""
    before = {name: _said(it) for name, it in room.records().items()}
    monkeypatch.setattr(room, "results", tmp_path / "results")
    with ThreadPoolExecutor(2) as pool:
        room.grade(pool, workers=2)
    assert {name: _said(it) for name, it in room.records().items()} == before


def test_a_bug_that_is_voided_rescales_everybody_without_running(room, tmp_path, monkeypatch):
    """Its points go to the other bugs of each candidate; what can be reached stays."""
    shutil.copytree(room.results, tmp_path / "results")
    monkeypatch.setattr(room, "results", tmp_path / "results")
    monkeypatch.setattr("bughunt.exam.grading.sitting.examined", None)
    void(room.exam, room.results, DOUBLE, "  a slip\nin the bank ")
    marks = room.marks()
    scores = {it: marks[it].score for it in ("half", "folder", "nothing", "restorer", "breaker")}
    assert scores == {"half": 4, "folder": 0, "nothing": 0, "restorer": 4, "breaker": 3.5}
    assert {mark.maximum for mark in marks.values()} == {4}
    assert sat(room.results)[0].void == {DOUBLE: "a slip in the bank"}
    with pytest.raises(ExamError, match=r"nobody had a bug 'doubled_by_ading_two'.*Did you mean"):
        void(room.exam, room.results, "doubled_by_ading_two", "typo")


def test_hints_cost_what_the_organiser_noted(room):
    """The candidate's own record is shown to a human, and changes nothing."""
    entry = room.exam.entry("restorer")
    given = Given(exam="shop", hints={entry.candidate: {1: 2, 2: 1}})
    costly = msgspec.structs.replace(room.exam.plan, hint_cost=0.25)
    room.exam, before = msgspec.structs.replace(room.exam, plan=costly), room.exam
    try:
        assert room.marks(given)["restorer"].score == 3.25
    finally:
        room.exam = before


@pytest.mark.parametrize(
    ("student", "bug", "holds"),
    [("other-way", DOUBLE, True), ("half", DOUBLE, False), ("nothing", TOTAL, False)],
)
def test_an_appeal_shows_the_observation_beside_the_clean_code(room, student, bug, holds):
    """On the recorded seeds; what was graded rightly stands."""
    entry = room.exam.entry(student)
    number = entry.bugs.index(bug) + 1
    found = appeal(room.exam, room.submissions, sat(room.results)[1], student, number)
    assert (found.holds, found.stands) == (holds, True)
    sides = {it.key: it for it in found.trials[0].sides}
    if bug == DOUBLE:
        assert sides["given"].apart == "equal"
        assert (sides["doubled"].apart == "equal") == holds
    else:
        assert sides["there"].must_match
        assert "apart" in sides["there"].apart


@pytest.mark.parametrize(
    ("outcomes", "holds", "stands"),
    [
        (["says nothing"] * 3, None, True),
        (["says nothing", "passed"], True, False),
        (["says nothing", "failed", "passed"], False, True),
    ],
)
def test_an_appeal_counts_no_seed_on_which_the_clean_code_breaks_the_law(
    room, monkeypatch, outcomes, holds, stands
):
    """Where there is no other, nothing speaks against the verdict, which was "open"."""
    trials = iter([Trial(it, outcome, "", ()) for it, outcome in enumerate(outcomes)])
    monkeypatch.setattr("bughunt.exam.grading.appeal.tried", lambda *_: next(trials))
    records = sat(room.results)[1]
    seeds = tuple(range(len(outcomes)))
    (record,) = (it for it in records if it.source == "half.zip")
    bugs = tuple(msgspec.structs.replace(it, seeds=seeds) for it in record.findings.bugs)
    findings = msgspec.structs.replace(record.findings, bugs=bugs)
    changed = (msgspec.structs.replace(record, findings=findings),)
    number = room.exam.entry("half").bugs.index(DOUBLE) + 1
    found = appeal(room.exam, room.submissions, changed, "half", number)
    assert (found.holds, found.stands) == (holds, stands)
    assert appealed(found)


def test_an_appeal_needs_what_was_handed_in(room, tmp_path):
    """Another submission under the same name is none."""
    (tmp_path / "half.zip").write_bytes((room.submissions / "restorer.zip").read_bytes())
    records = sat(room.results)[1]
    with pytest.raises(ExamError, match=r"half.zip: is not what was graded"):
        appeal(room.exam, tmp_path, records, "half", 1)
    with pytest.raises(ExamError, match="has symptoms 1 to 2, and no 3"):
        appeal(room.exam, room.submissions, records, "half", 3)


def _said(record):
    """Return a record without what a clock says."""
    return msgspec.structs.replace(
        record, findings=msgspec.structs.replace(record.findings, seconds=0)
    )
