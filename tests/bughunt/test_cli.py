"""The command line: a whole hunt on the small bank, and what users get wrong."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from bughunt import cli
from bughunt.commands import choosing, hunting
from bughunt.errors import EnvironmentProblem

WRONG, BUGS_REMAIN, ENVIRONMENT, INTERRUPTED, UNREAD = 2, 1, 3, 130, 141
MORNING = datetime(2026, 3, 1, 8, tzinfo=timezone.utc)


@pytest.fixture
def call(monkeypatch, tmp_path):
    """Return a function that calls bughunt, in the folder that the last ``cd`` named."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, **options):
        return CliRunner().invoke(cli.bughunt, [str(it) for it in arguments], **options)

    return invoke


@pytest.fixture
def hunt(call, bank_folder, monkeypatch, tmp_path):
    """Return ``call`` after a workspace was made and entered."""
    result = call("materialize", "--level", "short", "--bank", bank_folder)
    assert result.exit_code == 0, result.output
    monkeypatch.chdir(tmp_path / "bughunt-short")
    return call


def edit(old, new):
    """Do what a hunter does to the module of the workspace."""
    file = Path("abacus/arithmetic.py")
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_hunt_goes_from_open_to_fixed(hunt):
    """A fix counts whatever it looks like, and the exit code says when all are fixed."""
    first = hunt("check")
    edit("result = 1", "result = sum(())")
    second = hunt("check")
    edit("(len(values) - 1)", "len(list(values))")
    third = hunt("check")

    ends = [result.output.splitlines()[-1] for result in (first, second, third)]
    assert "0 of 2 fixed" in first.output
    assert "1 of 2 fixed" in second.output
    assert ends[2] == "2 of 2 fixed"
    assert [it.exit_code for it in (first, second, third)] == [BUGS_REMAIN, BUGS_REMAIN, 0]


def test_check_shows_evidence_and_the_next_command(hunt):
    """A crash is told with its place, a wrong result with both values."""
    lines = [line.strip() for line in hunt("check").output.splitlines()]

    assert "1  open  The average of equal numbers is not that number." in lines
    assert "ZeroDivisionError at abacus/arithmetic.py:14: division by zero" in lines
    assert 'observed["total"] is 1, not 0' in lines
    assert lines[-1] == "Next: pytest tests/test_mean_of_equal_numbers_is_that_number.py"


def test_check_of_one_symptom_looks_at_no_other(hunt):
    """The exit code is about what was looked at."""
    edit("result = 1", "result = 0")

    result = hunt("check", 2)

    assert "1 of 1 fixed" in result.output
    assert result.exit_code == 0


def test_check_as_json_can_be_read_by_a_program(hunt):
    """The record is the grade, and names no bug."""
    result = hunt("check", "--json")

    record = json.loads(result.stdout)
    assert (record["fixed"], record["total"], result.exit_code) == (0, 2, BUGS_REMAIN)
    assert record["symptoms"][1] == {
        "number": 2,
        "symptom": "Totals are too large.",
        "detector": "total_of_nothing_is_nothing",
        "fixed": False,
        "evidence": 'observed["total"] is 1, not 0',
    }


def test_check_after_a_syntax_error_says_where(hunt):
    """Every symptom that needs the file is open, and the line is named."""
    edit("result += value", "result += ")

    result = hunt("check")

    assert result.output.count("SyntaxError at abacus/arithmetic.py:8: invalid syntax") == 2
    assert result.exit_code == BUGS_REMAIN


def test_check_without_its_detector_is_no_pass(hunt):
    """Deleting the tests does not fix the code."""
    for file in Path("tests").glob("test_*.py"):
        file.unlink()

    result = hunt("check")

    assert "0 of 2 fixed" in result.output
    assert "checkout -- :/tests' restores it" in result.output


def test_check_warns_of_a_changed_detector(hunt):
    """A verdict of another law is no verdict on the code."""
    file = Path("tests/test_total_of_nothing_is_nothing.py")
    file.write_text(file.read_text().replace("== 0", "== 1"))

    text, record = hunt("check").output, json.loads(hunt("check", "--json").stdout)

    assert f"{file} is not as it was: its verdict may be wrong." in text
    assert record["changed_tests"] == [{"file": str(file), "change": "changed"}]


def test_check_works_from_a_folder_of_the_workspace(hunt, monkeypatch):
    """A hunter need not stand at the top, as with git."""
    monkeypatch.chdir("tests")

    output = hunt("check").output

    assert "0 of 2 fixed" in output
    assert output.endswith("Next: pytest test_mean_of_equal_numbers_is_that_number.py\n")


def test_diff_shows_the_changes_of_the_hunter_only(hunt, bank_folder):
    """Before the first change it is empty; the bugs are never in it."""
    before = hunt("diff", "--bank", bank_folder)
    edit("result = 1", "result = 0")
    after = hunt("diff", "--bank", bank_folder)

    assert (before.exit_code, before.output) == (0, "")
    changed = [line for line in after.output.splitlines() if line[:1] in "+-"]
    assert changed == [
        "--- a/abacus/arithmetic.py",
        "+++ b/abacus/arithmetic.py",
        "-    result = 1",
        "+    result = 0",
    ]


def test_reveal_shows_cause_explanation_and_diff(hunt, bank_folder):
    """With --yes nothing is asked."""
    result = hunt("reveal", 2, "--yes", "--bank", bank_folder)

    assert result.exit_code == 0
    for text in (
        "Symptom 2: Totals are too large.",
        "The code has: sum starts at one.",
        "- as it should be, + as it is:\n--- a/abacus/arithmetic.py\n",
        "-    result = 0\n+    result = 1\n",
        "A sum starts at the neutral element.",
        "Where it happened: everywhere",
    ):
        assert text in result.stdout


@pytest.mark.parametrize("answer", ["n\n", ""], ids=["no", "end of input"])
def test_reveal_asks_first_and_takes_no_for_an_answer(hunt, bank_folder, answer):
    """Nothing of the answer is shown before."""
    result = hunt("reveal", 2, "--bank", bank_folder, input=answer)

    assert result.exit_code == 0
    assert "Show the answer? [y/N]" in result.output
    assert result.stderr.endswith("\nnothing shown; --yes skips the question\n")
    assert "neutral" not in result.output


def test_hints_come_one_by_one_and_end_with_reveal(hunt, bank_folder):
    """Those that were taken are shown again, and the third is the last."""
    answers = [hunt("hint", 2, "--bank", bank_folder) for _ in range(4)]

    assert [answer.exit_code for answer in answers] == [0] * 4
    assert answers[1].output.splitlines() == [
        "Symptom 2: Totals are too large.",
        "",
        "1  concept  Start small.",
        "2  region   Look at the first line.",
        "",
        "1 hint left.",
        "Next: bughunt hint 2",
    ]
    assert answers[2].output == answers[3].output
    assert "3  nearly the fix  The neutral element of addition." in answers[2].output
    assert answers[2].output.endswith("That was the last hint.\nNext: bughunt reveal 2\n")
    assert [it["hints"] for it in status_of(hunt)["symptoms"]] == [0, 3]


def test_hint_that_cannot_be_shown_is_not_counted(hunt, bank_folder, rewrite):
    """Neither for a symptom that is not there, nor from another bank."""
    rewrite("sum_starts_at_one:", "total_starts_at_one:")
    rewrite(", sum_starts_at_one]", ", total_starts_at_one]")

    calls = [hunt("hint", number, "--bank", bank_folder) for number in (1, 3)]

    assert [call.exit_code for call in calls] == [WRONG, WRONG]
    assert "from another state of" in calls[0].stderr
    assert "there is no symptom 3; this workspace has 1 to 2." in calls[1].stderr
    assert [it["hints"] for it in status_of(hunt)["symptoms"]] == [0, 0]


def status_of(hunt):
    """Return what ``status`` says to a program."""
    return json.loads(hunt("status", "--json").stdout)


def test_status_counts_what_was_done(hunt, bank_folder, monkeypatch):
    """The clock is moved by hand; the first command started it."""
    clock = iter([MORNING, *(MORNING + timedelta(minutes=it) for it in (5, 59, 61, 2945))])
    monkeypatch.setattr(hunting, "_now", lambda: next(clock))
    edit("result = 1", "result = 0")

    hunt("check")
    hunt("hint", 1, "--bank", bank_folder)
    texts = [hunt("status").output.splitlines() for _ in range(3)]

    assert texts[1] == [
        "Sums and means",
        "Started 1 h 1 min ago; about 20 minutes are planned.",
        "",
        " 1  open   The average of equal numbers is not that number.",
        "             1 of 3 hints, checked 1 h 1 min ago",
        " 2  fixed  Totals are too large.",
        "             0 of 3 hints, checked 1 h 1 min ago, first fixed 1 h 1 min ago",
        "",
        "1 of 2 fixed",
        "Next: bughunt hint 1",
    ]
    assert [text[1].partition(";")[0] for text in texts[::2]] == [
        "Started 59 min ago",
        "Started 2 days 1 h ago",
    ]


def test_status_as_json_can_be_read_by_a_program(hunt, bank_folder, monkeypatch):
    """Times are absolute, and what has not happened is null."""
    monkeypatch.setattr(hunting, "_now", lambda: MORNING)
    hunt("reveal", 1, "--yes", "--bank", bank_folder)

    record = status_of(hunt)

    assert record == {
        "title": "Sums and means",
        "minutes": 20,
        "started": "2026-03-01T08:00:00Z",
        "seconds": 0,
        "hints": 3,
        "symptoms": [
            {
                "number": number,
                "symptom": symptom,
                "fixed": None,
                "checked": None,
                "first_fixed": None,
                "hints": 0,
                "revealed": revealed,
            }
            for number, symptom, revealed in (
                (1, "The average of equal numbers is not that number.", "2026-03-01T08:00:00Z"),
                (2, "Totals are too large.", None),
            )
        ],
    }


def test_first_fix_is_explained_once(hunt, bank_folder):
    """The explanation and the real case stand above the verdict."""
    edit("result = 1", "result = 0")

    first, second = (hunt("check", "--bank", bank_folder).output for _ in range(2))

    assert (
        "Symptom 2 is fixed. What it was:\n"
        "A sum starts at the neutral element.\n"
        "What it costs: One for each total.\n"
        "Where it happened: everywhere\n"
        "\n"
        "1 of 2 fixed\n"
    ) in first
    assert "Symptom 1 is" not in first
    assert "neutral" not in second


def test_first_fix_is_explained_to_a_program_as_well(hunt, bank_folder):
    """Otherwise the record would take the explanation from the reader."""
    edit("result = 1", "result = 0")

    record = json.loads(hunt("check", "--json", "--bank", bank_folder).stdout)

    told = "A sum starts at the neutral element."
    answer = {"number": 2, "explanation": told, "reference": "everywhere"}
    answer["cost"] = "One for each total."
    assert record["explanations"] == [answer]


def test_fix_is_not_explained_from_another_bank(hunt, bank_folder, rewrite):
    """Neither one in which the code has changed, nor the one that comes with bughunt."""
    edit("result = 1", "result = 0")
    rewrite("Add up.", "Add all.", "abacus/arithmetic.py")

    changed = hunt("check", "--bank", bank_folder)
    edit("(len(values) - 1)", "len(values)")
    other = hunt("check")

    assert "1 of 2 fixed" in changed.output
    assert "2 of 2 fixed" in other.output
    for result in (changed, other):
        assert "What it was" not in result.output
        assert result.stderr.startswith("warning: Not explained: the bank is not the one")
        assert result.stderr.count("\n") == 1


def test_verdict_of_a_changed_test_is_no_progress(hunt, bank_folder):
    """An answer is not given away because a law was damaged."""
    file = Path("tests/test_total_of_nothing_is_nothing.py")
    file.write_text(file.read_text().replace("== 0", "== 1"))

    result = hunt("check", "--bank", bank_folder)

    assert "1 of 2 fixed" in result.output
    assert "neutral" not in result.output
    assert [it["fixed"] for it in status_of(hunt)["symptoms"]] == [None, None]


def test_reveal_of_a_fixed_symptom_neither_asks_nor_counts(hunt, bank_folder):
    """Nothing is given up any more; of an open one, only the answer counts."""
    edit("result = 1", "result = 0")
    hunt("check")

    fixed = hunt("reveal", 2, "--bank", bank_folder, input="")
    hunt("reveal", 1, "--bank", bank_folder, input="n\n")
    before = [it["revealed"] for it in status_of(hunt)["symptoms"]]
    hunt("reveal", 1, "--bank", bank_folder, input="y\n")
    after = [it["revealed"] is not None for it in status_of(hunt)["symptoms"]]

    assert "A sum starts at the neutral element." in fixed.stdout
    assert "Show the answer?" not in fixed.output
    assert (before, after) == ([None, None], [True, False])


@pytest.mark.parametrize("command", ["check", "status"])
def test_broken_progress_is_told_once_and_stops_nothing(hunt, command):
    """It is kept beside the new record."""
    Path(".bughunt/progress.json").write_text("{")

    first, second = hunt(command), hunt(command)

    assert first.exit_code == second.exit_code == (BUGS_REMAIN if command == "check" else 0)
    assert first.stderr.startswith("warning: ")
    assert "progress.json: not a record of progress" in first.stderr
    assert second.stderr == ""


def test_reset_puts_a_file_back_and_keeps_the_old_one(hunt):
    """Only the named file; the answer says where its content went."""
    edit("result = 1", "result = 0")
    Path("abacus/__init__.py").write_text("")

    result = hunt("reset", "abacus/arithmetic.py", "--yes")

    (kept,) = Path(".bughunt/backup").iterdir()
    assert result.output.splitlines() == [
        "As at the start again: abacus/arithmetic.py",
        f"What stood there is kept in {kept}.",
        "Next: bughunt check",
    ]
    assert "result = 1" in Path("abacus/arithmetic.py").read_text()
    assert "result = 0" in (kept / "abacus/arithmetic.py").read_text()
    assert Path("abacus/__init__.py").read_text() == ""


@pytest.mark.parametrize("answer", ["n\n", ""], ids=["no", "end of input"])
def test_reset_asks_first_and_takes_no_for_an_answer(hunt, answer):
    """It names what it would put back, and writes nothing."""
    edit("result = 1", "result = 0")

    result = hunt("reset", "--all", input=answer)

    assert result.exit_code == 0
    assert "Not as at the start: abacus/arithmetic.py\n" in result.stderr
    assert result.stderr.endswith("\nnothing changed; --yes skips the question\n")
    assert "result = 0" in Path("abacus/arithmetic.py").read_text()
    assert not Path(".bughunt/backup").exists()


def test_reset_of_everything_names_what_it_leaves_alone(hunt):
    """Files of the hunter's own stay; a second reset has nothing to do and asks nothing."""
    edit("result = 1", "result = 0")
    Path("abacus/table.json").unlink()
    Path("abacus/notes.py").write_text("")

    first, second = hunt("reset", "--all", input="y\n"), hunt("reset", "--all")

    lines = first.stdout.splitlines()
    assert lines[:2] == [
        "As at the start again: abacus/arithmetic.py",
        "As at the start again: abacus/table.json",
    ]
    assert lines[3:] == [
        "Not there at the start, and left alone: abacus/notes.py",
        "Next: bughunt check",
    ]
    assert second.output.splitlines() == [
        "Nothing to put back: it is as it was at the start.",
        "Not there at the start, and left alone: abacus/notes.py",
    ]


WRONG_RESETS = {
    "nothing": ([], "name one FILE, or --all"),
    "both": (["abacus/arithmetic.py", "--all"], "name one FILE, or --all"),
    "slip": (["abacus/aritmetic.py"], "Did you mean 'abacus/arithmetic.py'?"),
    "test": (["tests/conftest.py"], "no file that abacus/ had at the start"),
}


@pytest.mark.parametrize(("arguments", "text"), WRONG_RESETS.values(), ids=WRONG_RESETS)
def test_reset_of_what_cannot_be_reset_is_told(hunt, arguments, text):
    """Nothing is asked or written."""
    result = hunt("reset", *arguments)

    assert (result.exit_code, result.stdout) == (WRONG, "")
    assert text in result.stderr


def test_levels_are_listed_without_naming_bugs(call, bank_folder):
    """For a reader and for a program."""
    text = call("levels", "--bank", bank_folder)
    record = json.loads(call("levels", "--json", "--bank", bank_folder).stdout)

    assert text.output.splitlines() == [
        "LEVEL  BUGS  MINUTES  DIFFICULTY  TITLE AND TOPICS",
        "short  2     20       1-2         Sums and means",
        "                                    means, sums",
        "",
        "Next: bughunt materialize --level short",
    ]
    assert record == [
        {
            "name": "short",
            "title": "Sums and means",
            "minutes": 20,
            "bugs": 2,
            "topics": ["means", "sums"],
            "difficulty": [1, 2],
            "hunts": [],
        }
    ]


@pytest.mark.parametrize(
    ("choice", "folder"),
    [
        (["--level", "short"], "bughunt-short"),
        (["--bugs", "sum_starts_at_one"], "bughunt-own"),
        (["--random", "1", "--seed", "7"], "bughunt-random-7"),
        (["--random", "1", "--topics", "means, sums", "--seed", "8"], "bughunt-random-8"),
        (["elsewhere/deep", "--random", "2"], "elsewhere/deep"),
    ],
    ids=["level", "bugs", "random", "topics", "destination"],
)
def test_materialize_says_where_and_what_next(call, bank_folder, choice, folder):
    """The folder is named after the choice, unless it was named."""
    result = call("materialize", *choice, "--bank", bank_folder)

    assert result.exit_code == 0
    assert Path(folder, ".bughunt").is_dir()
    assert f"Written to {folder} (" in result.output
    assert f"Next: cd {folder}, read README.md, then bughunt check" in result.output


@pytest.mark.parametrize(
    ("terms", "symptom"),
    [
        (["--topics", "sums"], "Totals are too large."),
        (["--difficulty", "2"], "The average of equal numbers is not that number."),
        (["--difficulty", "2-5"], "The average of equal numbers is not that number."),
    ],
    ids=["topic", "difficulty", "range"],
)
def test_draw_is_made_from_what_was_asked_for(call, bank_folder, terms, symptom):
    """Each of them leaves one bug of the two, whatever the seed."""
    result = call("materialize", "hunt", "--random", "1", *terms, "--bank", bank_folder)

    assert result.exit_code == 0, result.output
    assert f"1. {symptom}" in Path("hunt/README.md").read_text()


REFUSALS = {
    "command": (["chek"], WRONG, "No such command 'chek'. Did you mean 'check'?"),
    "level": (["materialize", "--level", "shirt"], WRONG, "Did you mean 'short'?"),
    "bug": (["materialize", "--bugs", "sum_start_at_one"], WRONG, "'sum_starts_at_one'?"),
    "no choice": (["materialize"], WRONG, "one of --level, --bugs and --random"),
    "two choices": (["materialize", "--level=short", "--random=1"], WRONG, "one of --level"),
    "seed": (["materialize", "--level=short", "--seed=1"], WRONG, "--seed belongs to --random"),
    "topics": (["materialize", "--level=short", "--topics=sums"], WRONG, "--topics belongs"),
    "topic": (["materialize", "--random=1", "--topics=mean"], WRONG, "Did you mean 'means'?"),
    "no topic": (["materialize", "--random=1", "--topics=,"], WRONG, "no topic is named"),
    "no range": (["materialize", "--random=1", "--difficulty=4-2"], WRONG, "'4-2' is no range"),
    "no number": (["materialize", "--random=1", "--difficulty=2-"], WRONG, "such as 2-4"),
    "too hard": (["materialize", "--random=1", "--difficulty=3-5"], WRONG, "levels.yaml has 0"),
    "too many": (["materialize", "--random=3"], WRONG, "Ask for 2 or fewer"),
    "number": (["materialize", "--random=x"], WRONG, "'x' is not a valid integer"),
}


@pytest.mark.parametrize(("arguments", "code", "text"), REFUSALS.values(), ids=REFUSALS)
def test_wrong_call_is_told_what_to_do(call, bank_folder, arguments, code, text):
    """One message, no traceback, and nothing is written."""
    bank = ["--bank", bank_folder] if arguments[0] == "materialize" else []
    result = call(*arguments, *bank)

    assert (result.exit_code, result.stdout) == (code, "")
    assert text in result.stderr
    assert "Traceback" not in result.output
    assert not list(Path.cwd().glob("bughunt-*"))


def test_existing_destination_is_kept_without_force(hunt, bank_folder, tmp_path):
    """A second materialize does not cost the hunter his work."""
    edit("result = 1", "result = 2")
    call = ["materialize", tmp_path / "bughunt-short", "--level=short", "--bank", bank_folder]

    refused = hunt(*call)
    kept = Path("abacus/arithmetic.py").read_text()
    forced = hunt(*call, "--force")

    assert (refused.exit_code, forced.exit_code) == (WRONG, 0)
    assert "error: " in refused.stderr
    assert "--force" in refused.stderr
    assert "result = 2" in kept


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["diff"], ["hint", "1"], ["status"], ["reset", "--all"], ["reveal", "1"]],
    ids="-".join,
)
def test_outside_a_workspace_the_way_in_is_told(call, arguments):
    """The message names the folder and the command that makes a workspace."""
    result = call(*arguments)

    assert result.exit_code == WRONG
    assert result.stderr.startswith("error: ")
    assert "not in a workspace" in result.stderr
    assert "bughunt materialize" in result.stderr


@pytest.mark.parametrize("number", [0, 3, -1])
def test_symptom_out_of_range_is_told_the_range(hunt, number):
    """Numbers are those of the README."""
    result = hunt("check", "--", number)

    assert result.exit_code == WRONG
    assert f"there is no symptom {number}; this workspace has 1 to 2." in result.stderr


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("{", "not a manifest"),
        ('{"format": 99, "bughunt": "9.9"}', "format 99, written by bughunt 9.9"),
    ],
    ids=["damaged", "newer"],
)
def test_unreadable_manifest_is_told_the_way_out(hunt, content, text):
    """The file is named with what is wrong in it."""
    Path(".bughunt/manifest.json").write_text(content)

    result = hunt("check")

    assert result.exit_code == WRONG
    assert text in result.stderr


def test_reveal_from_another_bank_is_refused(hunt, bank_folder, rewrite):
    """An answer to another question would be worse than none."""
    rewrite("sum_starts_at_one:", "total_starts_at_one:")
    rewrite(", sum_starts_at_one]", ", total_starts_at_one]")

    result = hunt("reveal", 2, "--yes", "--bank", bank_folder)

    assert result.exit_code == WRONG
    assert "from another state of" in result.stderr


def test_doctor_exits_with_three_when_something_is_missing(call, bank_folder):
    """The environment is at fault, not the call; warnings do not count."""
    healthy = call("doctor", "--bank", bank_folder)
    (bank_folder / "levels.yaml").write_text("version: 2\n")
    ill = call("doctor", "--json", "--bank", bank_folder)

    assert healthy.exit_code == 0
    assert "Everything needed is here." in healthy.output
    assert ill.exit_code == ENVIRONMENT
    assert [it["name"] for it in json.loads(ill.stdout) if it["state"] == "missing"] == ["bank"]


def test_trouble_with_the_machine_exits_with_three(call, monkeypatch):
    """Errors carry their exit code from the stage to the shell."""

    def fail(_):
        raise EnvironmentProblem("disk: full. Make room.")

    monkeypatch.setattr(choosing, "load", fail)

    result = call("levels")

    assert (result.exit_code, result.stderr) == (ENVIRONMENT, "error: disk: full. Make room.\n")


def test_interrupt_ends_quietly(call, monkeypatch):
    """Ctrl-C is a wish and no error."""

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(choosing, "load", interrupt)

    result = call("levels")

    assert (result.exit_code, result.output) == (INTERRUPTED, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("command", ["levels", "levels --json", "--help"])
def test_output_to_a_full_disk_is_trouble_with_the_machine(command):
    """Exit code 1 means that bugs remain."""
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "bughunt", *command.split()],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    told = "error: standard output: cannot be written: No space left on device. Write it elsewhere."
    assert (run.returncode, run.stderr) == (ENVIRONMENT, f"{told}\n")


@pytest.mark.parametrize("command", ["levels", "levels --json", "--help"])
def test_output_that_nobody_reads_ends_quietly(command):
    """A reader such as ``head`` may leave early; the exit code is that of other programs."""
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [sys.executable, "-m", "bughunt", *command.split()],
        stdout=writer, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writer)

    assert (run.returncode, run.stderr) == (UNREAD, "")


@pytest.mark.parametrize("command", ["nope", "check"])
def test_wrong_call_is_wrong_though_it_cannot_be_told(command, tmp_path):
    """Standard error has nobody who reads it, and the exit code still tells."""
    reader, writer = os.pipe()
    os.close(reader)
    line = [sys.executable, "-m", "bughunt", command]
    run = subprocess.run(line, cwd=tmp_path, stderr=writer, check=False)
    os.close(writer)

    assert run.returncode == WRONG


def test_closed_output_leaves_the_exit_code():
    """Whoever closes it wants nothing else."""
    line = f"exec {shlex.quote(sys.executable)} -m bughunt levels >&-"
    run = subprocess.run(["sh", "-c", line], stderr=subprocess.PIPE, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")


LIGHT = """
import sys
from bughunt.cli import bughunt
bughunt(sys.argv[1:], standalone_mode=False)
print(sorted({"torch", "numpy", "rich", "pytest"} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [["levels"], ["materialize", "--level=short"], ["doctor"]],
    ids=lambda arguments: arguments[0],
)
def test_light_commands_load_nothing_heavy(bank_folder, tmp_path, arguments):
    """Into a pipe, not even rich is loaded."""
    result = subprocess.run(
        [sys.executable, "-c", LIGHT, *arguments, "--bank", str(bank_folder)],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert result.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["hint 1", "status", "reset --all"])
def test_light_commands_of_a_hunt_load_nothing_heavy(hunt, bank_folder, command):
    """They answer before torch would have been loaded."""
    assert hunt("status").exit_code == 0  # the current folder is a workspace
    bank = ["--bank", str(bank_folder)] if "hint" in command else []
    line = [sys.executable, "-c", LIGHT, *command.split(), *bank]
    result = subprocess.run(line, capture_output=True, text=True, check=True)

    assert result.stderr.splitlines()[-1] == "[]"


def test_command_and_module_give_the_same_answer(tmp_path):
    """``bughunt`` and ``python -m bughunt`` are one program."""
    script = shutil.which("bughunt", path=str(Path(sys.executable).parent))
    calls = ([script, "--version"], [sys.executable, "-m", "bughunt", "--version"])
    answers = [
        subprocess.run(it, cwd=tmp_path, capture_output=True, text=True, check=True, env=os.environ)
        for it in calls
    ]

    assert answers[0].stdout == answers[1].stdout
    assert answers[0].stdout.startswith("bughunt 0.")


def test_folder_that_is_gone_is_told_to_be_left(hunt, tmp_path):
    """Whoever replaces the workspace in which he stands has to step out and in again."""
    shutil.rmtree(tmp_path / "bughunt-short")

    result = hunt("check")

    assert result.exit_code == ENVIRONMENT
    assert result.stderr == (
        "error: the current folder is gone. Change into one that exists, such as 'cd ~'.\n"
    )


@pytest.mark.parametrize("arguments", [(), ("watch",)], ids=["alone", "watch"])
def test_watch_without_a_terminal_names_the_command_that_needs_none(hunt, arguments):
    """A pipe shows no keys."""
    result = hunt(*arguments)

    assert result.exit_code == WRONG
    assert "is no terminal, and the watch needs one. Use 'bughunt check'." in result.stderr


def test_bughunt_alone_outside_a_workspace_shows_the_commands(call):
    """There is nothing to watch."""
    result = call()

    assert result.exit_code == WRONG
    assert "Usage: bughunt" in result.output
    assert "materialize" in result.output


def test_bughunt_alone_tells_what_is_wrong_with_a_manifest(hunt):
    """As every other command does."""
    Path(".bughunt/manifest.json").write_text("{")
    alone, status = hunt(), hunt("status")

    assert alone.stderr == status.stderr
    assert "manifest.json: not a manifest" in alone.stderr
    assert alone.exit_code == WRONG


@pytest.fixture
def rich_hunt(call, rich_bank_folder, monkeypatch, tmp_path):
    """Return ``call`` in a workspace with two laws that no symptom names, one broken."""
    assert call("materialize", "--level", "short", "--bank", rich_bank_folder).exit_code == 0
    monkeypatch.chdir(tmp_path / "bughunt-short")
    return call


def test_check_tells_what_a_repair_broke(rich_hunt):
    """Both symptoms are fixed, and the exit code still says that there is something to do."""
    edit("return result", "return 0")
    edit("total(values) / (len(values) - 1)", "sum(values) / len(values)")
    result = rich_hunt("check")
    assert result.output.splitlines()[-6:] == [
        "Your changes broke:",
        "  a total grows by what is added",
        "    it grows by 0, not by 3",
        "",
        "2 of 2 fixed",
        "Next: pytest tests/general/test_a_total_grows_by_what_is_added.py",
    ]
    assert result.exit_code == BUGS_REMAIN

    record = json.loads(rich_hunt("check", "--json").stdout)
    (broken,) = record["broken"]
    assert broken["law"] == "a_total_grows_by_what_is_added"
    assert rich_hunt("check", 1).exit_code == 0


def test_check_says_that_nothing_else_broke(rich_hunt):
    """Whatever was broken at the start: the good repair mends it, and nothing is said."""
    first = rich_hunt("check")
    edit("result = 1", "result = 0")
    edit("(len(values) - 1)", "len(values)")
    last = rich_hunt("check")
    assert "\nNothing is changed since the start.\n" in first.output
    assert "\nYour changes broke none of the 2 other laws.\n" in last.output
    for result in (first, last):
        assert "number is that number" not in result.output.replace("equal numbers is not", "")
    assert (first.exit_code, last.exit_code) == (BUGS_REMAIN, 0)
    assert json.loads(rich_hunt("check", "--json").stdout)["broken"] == []


def test_a_file_that_is_no_python_breaks_many_laws_in_one_row(rich_hunt):
    """They have one evidence."""
    edit("result += value", "result += ")
    output = rich_hunt("check").output
    assert "  a total grows by what is added\n    SyntaxError at abacus/arithmetic.py:8" in output


def test_a_changed_general_law_is_told(rich_hunt):
    """As every changed test is; no code broke, for at the start it is broken as well."""
    file = Path("tests/general/test_a_total_grows_by_what_is_added.py")
    file.write_text(file.read_text().replace("== 3", "== 4"))
    record = json.loads(rich_hunt("check", "--json").stdout)
    assert record["changed_tests"] == [{"file": str(file), "change": "changed"}]
    assert record["broken"] == []


def test_a_check_without_general_laws_says_nothing_of_them(hunt):
    """Nor does one that looks at one symptom."""
    assert "broke" not in hunt("check").output.lower()
    assert json.loads(hunt("check", "--json").stdout)["broken"] is None


@pytest.mark.usefixtures("rich_hunt")
def test_pytest_alone_runs_the_laws_of_the_symptoms():
    """All laws, or the general ones, when they are asked for; support modules serve both."""

    def ran(*arguments):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[-1]

    assert ran().startswith("1 failed, 1 error in")
    assert ran("tests/general").startswith("1 failed, 1 passed in")
    assert ran("tests").startswith("2 failed, 1 passed, 1 error in")


def test_levels_show_how_far_the_hunts_here_are(hunt, bank_folder, monkeypatch, tmp_path):
    """In words, and as a record."""
    hunt("check")
    edit("result = 1", "result = 0")
    hunt("check", 2)
    monkeypatch.chdir(tmp_path)
    lines = hunt("levels", "--bank", bank_folder).output.splitlines()
    (record,) = json.loads(hunt("levels", "--json", "--bank", bank_folder).stdout)
    assert lines[3].strip().startswith("bughunt-short: 1 of 2 fixed, ")
    (found,) = record["hunts"]
    assert (found["folder"], found["fixed"], found["total"]) == ("bughunt-short", 1, 2)
