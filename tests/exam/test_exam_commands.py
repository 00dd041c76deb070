"""``bughunt exam`` from the command line, and a hunter's commands in an exam's workspace."""

import io
import json
import re
import shutil
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_exam import KEY, PLAN, ROSTER, SECRET

from bughunt.cli import bughunt
from bughunt.exam.answers import ANSWERS, read_answers
from bughunt.exam.keys import ExamKey, read_key
from bughunt.exam.standing import standing
from bughunt.exam.standing import told as blocks_of
from bughunt.progress import update
from bughunt.report import write
from bughunt.workspace import find_workspace

pytestmark = pytest.mark.slow  # sets are proved


def run(*words):
    """Run a command that is to end well."""
    result = CliRunner().invoke(bughunt, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words, code=2):
    """Run a command that is to be refused; return what it says."""
    result = CliRunner().invoke(bughunt, [str(word) for word in words])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture
def make(exam_folder, tmp_path, monkeypatch):
    """Return a function that builds an exam with a plan, in the folder ``exam``."""
    monkeypatch.setenv("BUGHUNT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def built(more=""):
        (tmp_path / "exam").mkdir()
        plan = PLAN.replace("bank: bank", f"bank: {exam_folder / 'bank'}") + more
        (tmp_path / "exam" / "exam.yaml").write_text(plan)
        (tmp_path / "exam" / "roster.csv").write_text(ROSTER)
        (tmp_path / "my.key").write_text(SECRET)
        (tmp_path / "my.key").chmod(0o600)
        return run("exam", "build", "exam", "--key", "my.key", "--jobs", 1)

    return built


@pytest.fixture
def enter(tmp_path, monkeypatch):
    """Return a function that unpacks the first archive and stands in it."""

    def unpack():
        file = min((tmp_path / "exam" / "build" / "archives").iterdir())
        with zipfile.ZipFile(file) as archive:
            archive.extractall(tmp_path)
        monkeypatch.chdir(tmp_path / file.stem)
        return file.stem

    return unpack


def test_init_keygen_build_and_verify_lead_from_one_to_the_next(make, tmp_path):
    """What is said has the figures, and neither the key nor an answer."""
    text = make()
    assert re.search(r"candidates +3, 3 of them drawn now", text)
    assert "_grown_too_tall" not in text
    assert SECRET[:12] not in text
    assert "everything is as it was made" in run("exam", "verify", "exam", "--key", "my.key")
    (tmp_path / "exam" / "build" / "handout.csv").write_text("")
    assert "1 flaw" in refused("exam", "verify", "exam", "--key", "my.key", code=1)


def test_a_bank_that_was_reworded_after_the_build_is_a_note_of_verify_and_no_flaw(
    make, exam_folder, tmp_path
):
    """The build keeps its own; an automatic check stays green."""
    make()
    bank = shutil.copytree(exam_folder / "bank", tmp_path / "reworded")
    catalogue = bank / "levels.yaml"
    catalogue.write_text(catalogue.read_text().replace("did not believe it", "was surprised"))
    plan = tmp_path / "exam" / "exam.yaml"
    plan.write_text(plan.read_text().replace(f"{exam_folder / 'bank'}", f"{bank}"))
    said = run("exam", "verify", "exam", "--key", "my.key")
    assert re.search(r"has changed since; what the build keeps in .*bank is used\.\n", said)
    assert "everything is as it was made" in said
    record = json.loads(run("exam", "verify", "exam", "--key", "my.key", "--json"))
    assert (record["archives"], record["flaws"], len(record["notes"])) == (3, [], 1)


def test_the_handout_is_for_spreadsheets_and_says_who_gets_what(make, tmp_path):
    """In the order of the ids of students."""
    make()
    rows = (tmp_path / "exam" / "build" / "handout.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["birch-42", "spruce-3", "willow-17"]
    assert '"Spruce, Sue"' in rows[2]
    assert rows[1].endswith("75,2027-03-01T09:00+01:00,2027-03-01T12:15+01:00")
    archive = re.search(r"archives/\w{16}\.zip", rows[1])
    assert (tmp_path / "exam" / "build" / archive[0]).is_file()


def test_json_tells_the_figures_without_who_has_what(make):
    """For programs."""
    make()
    record = json.loads(run("exam", "build", "exam", "--key", "my.key", "--json"))
    assert record["archives"] == {"written": 0, "kept": 3}
    assert record["fairness"]["candidates"] == 3
    assert "sets" not in record


def test_a_dry_run_says_how_fair_a_draw_is_and_writes_nothing(make, tmp_path):
    """In the words of the build."""
    said = make()
    shutil.rmtree(tmp_path / "exam" / "build")
    dry = run("exam", "build", "exam", "--key", "my.key", "--dry-run")
    assert re.findall(r"(?m)^exposure.*", dry) == re.findall(r"(?m)^exposure.*", said)
    assert re.search(r"points +3", dry)
    assert not (tmp_path / "exam" / "build").exists()
    record = json.loads(run("exam", "build", "exam", "--key", "my.key", "--dry-run", "--json"))
    assert record["candidates"] == 3


def test_without_a_terminal_each_part_of_a_build_is_a_line(make):
    """So a log shows what takes long."""
    lines = make().splitlines()
    parts = ["Drawing and proving sets", "Proving the forms of the code", "Packing archives"]
    assert lines[:3] == parts


def test_a_key_that_others_can_read_is_told(make, tmp_path):
    """It is used all the same."""
    make()
    assert "others can read" not in run("exam", "verify", "exam", "--key", "my.key")
    (tmp_path / "my.key").chmod(0o644)
    said = run("exam", "verify", "exam", "--key", "my.key")
    assert said.startswith("my.key: others can read this key. Run chmod 600 my.key.")


def test_a_student_id_that_was_wrong_is_put_right(make, tmp_path):
    """What is to be done next is said."""
    make()
    said = run("exam", "rename", "exam", "birch-42", "birch-43", "--key", "my.key")
    assert re.match(r"birch-43 has the set of archives/\w{16}\.zip\nBuild exam again", said)
    roster = tmp_path / "exam" / "roster.csv"
    roster.write_text(ROSTER.replace("birch-42", "birch-43"))
    assert re.search(r"archives +0 written, 3", run("exam", "build", "exam", "--key", "my.key"))


def test_init_writes_a_plan_for_the_bank_that_comes_with_bughunt(tmp_path, monkeypatch):
    """And names the next command."""
    monkeypatch.chdir(tmp_path)
    assert "Next: bughunt exam keygen midterm.key" in run("exam", "init", "midterm")
    run("exam", "keygen", "midterm.key")
    assert "already exists" in refused("exam", "keygen", "midterm.key")
    assert "already exists" in refused("exam", "init", "midterm")
    assert read_key(tmp_path / "midterm.key")


def test_in_an_exam_without_tests_and_hints_each_command_says_what_there_is(make, enter):
    """Nobody needs the organiser's bank, and none gives anything away."""
    make()
    enter()
    assert "tests stay with the organiser" in refused("check")
    assert "tests stay with the organiser" in refused("watch")
    assert "there are no hints in exam 'forest'" in refused("hint", 1)
    assert "answers stay with the organiser" in refused("reveal", 1, "--yes")
    assert "A walk in the forest" in run("status")
    assert not re.search(r"hints|not checked|bughunt check|fixed", run("status"))
    assert "Nothing is changed." in run("status")
    with Path("abacus/trees.py").open("a") as file:
        file.write("# mine\n")
    assert "+# mine" in run("diff")
    assert "Changed: abacus/trees.py." in run("status")
    assert "Hand in this whole folder" in run("status")
    record = json.loads(run("status", "--json"))
    assert (record["hints"], record["tests"], record["changed"]) == (0, False, ["abacus/trees.py"])
    run("reset", "abacus/trees.py", "--yes")
    assert "+# mine" not in run("diff")


def test_in_an_exam_with_tests_and_free_hints_check_and_hint_work(make, enter):
    """Hints come one by one; the answer never does."""
    make("hints: free\ndetectors: true\n")
    enter()
    assert "0 of 3" in refused("check", code=1)
    first = run("hint", 2)
    assert "First hint to" in first
    assert "Second hint to" not in first
    assert "Second hint to" in run("hint", 2)
    assert "open, 2 of 3 hints" in run("status")
    assert "Next: bughunt check" in run("status")
    assert "answers stay with the organiser" in refused("reveal", 2, "--yes")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (datetime(2027, 3, 1, 9, 55, tzinfo=timezone.utc), "1 h 5 min left: to be handed in by"),
        (datetime(2027, 3, 1, 11, 0, tzinfo=timezone.utc), "0 min left"),
        (datetime(2027, 3, 1, 13, 30, tzinfo=timezone.utc), "was 2 h 30 min ago"),
    ],
    ids=["before", "at the last moment", "after"],
)
def test_the_time_that_is_left_is_told(built, tmp_path, now, told):
    """Until the own deadline, which is at noon in Berlin."""
    name = next(
        it.candidate
        for it in read_answers(built.folder / ANSWERS, ExamKey(KEY)).entries
        if it.student_id == "willow-17"
    )
    with zipfile.ZipFile(built.folder / "archives" / f"{name}.zip") as archive:
        archive.extractall(tmp_path)
    here = find_workspace(tmp_path / name)
    found = standing(here, update(here, now).after, now)
    text = io.StringIO()
    write(blocks_of(found), text)
    assert told in text.getvalue()
    assert "2027-03-01 12:00+01:00" in text.getvalue()


def test_hints_that_cost_are_given_out_and_noted_by_the_organiser(
    make, enter, tmp_path, monkeypatch
):
    """The candidate's folder has neither text nor record."""
    make("hints: {cost: 0.5}\n")
    candidate = enter()
    assert f"costs 0.5 points in exam 'forest'. Ask the organiser, as candidate {candidate}" in (
        refused("hint", 1)
    )
    monkeypatch.chdir(tmp_path)
    give = ("exam", "hint", "exam", candidate, 1, "--key", "my.key")
    assert "Hint 1: First hint to" in run(*give)
    person = next(
        it.split(",")[0]
        for it in (tmp_path / "exam" / "build" / "handout.csv").read_text().splitlines()
        if candidate in it
    )
    again = ("exam", "hint", "exam", person, 1, "--key", "my.key")
    assert "Hint 2: Second hint to" in run(*again)
    give = ("exam", "hint", "exam", f"{candidate.upper()}.zip", 1, "--key", "my.key")
    assert "Third hint to" in run(*give)
    assert "has all 3 hints to symptom 1" in refused(*give)
    record = json.loads((tmp_path / "exam" / "build" / "hints-given.json").read_text())
    assert record["hints"] == {candidate: {"1": 3}}
    assert "no candidate 'nobody'" in refused(
        "exam", "hint", "exam", "nobody", 1, "--key", "my.key"
    )
