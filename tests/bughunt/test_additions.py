"""New bugs: what is written into a catalogue, and what is said of it."""

import json
from pathlib import Path

import msgspec
import pytest
import yaml
from click.testing import CliRunner

from bughunt.authoring import additions, entry
from bughunt.authoring.addition_report import bank_words
from bughunt.authoring.entry import Entry
from bughunt.cli import bughunt
from bughunt.detector import Failed, run_cases
from bughunt.errors import BankError, SelectionError
from bughunt.proving.inspection import inspect
from bughunt.running.outcome import Case
from bughunt.select import select_bugs, select_random
from bughunt.spec import load_bank
from mutations import operator_type

TARGET = "abacus/arithmetic.py::total"
EDIT = operator_type("replace")(target=TARGET, match="result += value", by="result = value")
NEW = Entry(id="last_number_only", edits=(EDIT,), detector="totals_grow_with_their_numbers")


@pytest.fixture
def run(bank_folder, monkeypatch):
    """Return a function that runs `bughunt bank ...` on the small bank."""
    monkeypatch.chdir(bank_folder)

    def invoke(*arguments, **options):
        return CliRunner().invoke(bughunt, ["bank", *arguments, "--bank", "."], **options)

    return invoke


@pytest.fixture
def edited(run, bank_folder):
    """Return an edited scratch copy."""
    assert run("scratch", "copy").exit_code == 0
    file = bank_folder / "copy/abacus/arithmetic.py"
    file.write_text(file.read_text().replace("result += value", "result = value"))
    return "copy"


TEXTS = {
    "bugs last": ("a: 1  # one\nbugs:\n  x:\n    y: 1\n", "# one"),
    "bugs before others": ("bugs:\n  x: 1  # known\n\n# About c.\nc: 2\n", "# known"),
    "no bug": ("bugs: {}\nc: 2\n", "c: 2"),
    "no section": ("c: 2", "c: 2"),
    "line ends of Windows": ("bugs:\r\n  x: 1\r\nc: 2\r\n", "c: 2"),
}


@pytest.mark.parametrize(("text", "kept"), TEXTS.values(), ids=TEXTS)
def test_entry_becomes_the_last_of_its_section_and_all_else_stays(text, kept):
    """Read by another parser, the file is what it was and one bug more."""
    result = entry.with_entry(text, NEW)
    before, after = yaml.safe_load(text), yaml.safe_load(result)
    assert [*after["bugs"]][-1] == NEW.id
    del after["bugs"][NEW.id]
    before.setdefault("bugs", {})
    assert after == before
    assert kept in result
    assert result.count("\n") == result.count("\r\n") or "\r" not in text


def test_remark_about_the_next_section_stays_above_it():
    """It would be about the new bug otherwise."""
    lines = entry.with_entry(TEXTS["bugs before others"][0], NEW).splitlines()
    assert lines.index("# About c.") == lines.index("c: 2") - 1


AWKWARD = ["a: b", "# no comment", "yes", "1e-3", "'quoted'", "x" * 300, "- dash", "naïve", "{a}"]


@pytest.mark.parametrize("text", AWKWARD)
def test_texts_come_back_as_they_were_given(text):
    """Whatever YAML would make of them without quotes."""
    edit = operator_type("replace")(target=TARGET, match=f"'{text[:9]}'", by=f"x = 1\n{text[:9]}\n")
    given = Entry(id="x", edits=(edit,), detector="y", symptom=text, hints=(text, text, text))
    (read,) = yaml.safe_load(entry.with_entry("bugs: {}\n", given))["bugs"].values()
    assert read["symptom"] == text
    assert read["hints"] == [text] * 3
    assert (read["edits"][0]["match"], read["edits"][0]["by"]) == (edit.match, edit.by)


def test_draft_is_loaded_and_never_chosen(bank):
    """A half-written entry keeps nobody from using the others."""
    added = additions.add(bank, NEW)
    names = "symptom, topics, hints, explanation, reference"
    assert ", ".join(added.bug.unwritten) == names
    with pytest.raises(SelectionError, match=f"is a draft. Write its {names} first"):
        select_bugs(added.bank, [NEW.id])
    drawn = select_random(added.bank, 2, seed=0).bugs
    assert NEW.id not in {bug.id for bug in drawn}
    with pytest.raises(SelectionError, match="has 2"):
        select_random(added.bank, 3, seed=0)


def test_draft_in_a_level_is_refused(bank, rewrite):
    """A hunter would read that a symptom is to be written."""
    additions.add(bank, NEW)
    path = rewrite("bugs: [mean", f"bugs: [{NEW.id}, mean")
    with pytest.raises(BankError, match=r"levels.yaml:8: level 'short': .* is a draft"):
        load_bank(path)


def test_draft_is_complained_of_by_its_fields(bank):
    """Lint and verify name what is missing, and say it once."""
    added = additions.add(bank, NEW)
    (finding,) = [it for it in inspect(added.bank, added.bug) if it.rule == "draft"]
    assert finding.line == added.line("symptom")
    assert "symptom, topics, hints, explanation, reference" in finding.text


def test_bug_of_which_everything_is_written_is_no_draft(bank):
    """There is nothing else to remember: no mark to take away."""
    said = dict.fromkeys(("symptom", "explanation", "reference"), "Said.")
    full = Entry(**{**entry_fields(), **said, "topics": ("sums",), "hints": ("A.", "B.", "C.")})
    assert additions.add(bank, full).bug.unwritten == ()


def entry_fields():
    """Return the fields of the entry that every bug needs."""
    return {"id": NEW.id, "edits": NEW.edits, "detector": NEW.detector}


def test_detector_that_is_not_written_yet_says_so_on_the_clean_code(bank):
    """It runs, imports what the edit touches, and holds for nothing."""
    added = additions.add(bank, NEW)
    assert "from abacus.arithmetic import total" in added.detector.read_text()
    (run,) = run_cases(bank.root, bank.packages, [Case((added.detector,))])
    assert isinstance(run.outcome, Failed)
    assert "not written yet" in run.outcome.message


def test_law_that_is_there_is_left_alone(bank):
    """A second bug may break the law of another."""
    law = bank.detectors / "test_total_of_nothing_is_nothing.py"
    before = law.read_bytes()
    fields = {**entry_fields(), "detector": "total_of_nothing_is_nothing"}
    assert not additions.add(bank, Entry(**fields)).is_new_law
    assert law.read_bytes() == before


def test_entry_that_cannot_be_loaded_leaves_everything_as_it_was(bank, bank_folder):
    """No entry, and no detector either."""
    before = {file: file.read_bytes() for file in bank_folder.rglob("*.*") if file.is_file()}
    with pytest.raises(BankError, match="could not be loaded with bug 'last_number_only'"):
        additions.add(bank, Entry(**entry_fields(), topics=("Not Lower",)))
    assert {
        file: file.read_bytes() for file in bank_folder.rglob("*.*") if file.is_file()
    } == before


@pytest.mark.parametrize(
    ("name", "said"),
    [("sum_starts_at_one", "is there already"), ("Not_an_id", "is no id"), ("1x", "is no id")],
)
def test_id_that_no_new_bug_can_have_is_refused(bank, name, said):
    """Before anything is asked or looked for."""
    with pytest.raises(BankError, match=said):
        additions.check_id(bank, name)


def test_edited_copy_becomes_a_bug_by_one_command(run, edited, bank_folder):
    """What is said by options is not missing any more."""
    options = ["--symptom", "Totals forget.", "--topics", "sums, memory", "--difficulty", "2"]
    result = run("new", "last_number_only", "--from", edited, "--law", "totals_grow", *options)
    assert result.exit_code == 0, result.output
    assert "Still to be written" in result.output
    bug = load_bank(bank_folder / "levels.yaml").bugs["last_number_only"]
    assert (bug.symptom, bug.topics, bug.difficulty) == ("Totals forget.", ("sums", "memory"), 2)
    assert bug.edits == (EDIT,)
    assert bug.unwritten == ("hints", "explanation", "reference")


def test_next_step_names_the_bank_that_was_named(run, edited):
    """As it stands it can be typed; without the bank it would be about that of bughunt."""
    copied = run("scratch", "another copy").output
    assert "bughunt bank new NAME_OF_THE_BUG --from 'another copy' --bank .\n" in copied
    result = run("new", "last_number_only", "--from", edited)
    assert "Next: bughunt bank verify --bug last_number_only --bank .\n" in result.output


def test_bank_of_bughunt_need_not_be_named():
    """It is the default; a catalogue with a name of its own is named with its file."""
    bank = load_bank()
    assert bank_words(bank) == ""
    other = msgspec.structs.replace(bank, path=Path.cwd() / "my banks" / "first.yaml")
    assert bank_words(other) == " --bank 'my banks/first.yaml'"


def test_the_same_edits_under_a_second_id_are_told(run, edited):
    """Two bugs that are one: a level with both could not be made."""
    assert "It has the edits of" not in run("new", "first", "--from", edited).output
    result = run("new", "second", "--from", edited)
    assert result.exit_code == 0, result.output
    assert "It has the edits of 'first'." in result.output


def test_diff_on_the_standard_input_becomes_a_bug(run):
    """As it comes from git."""
    head = "--- a/abacus/arithmetic.py\n+++ b/abacus/arithmetic.py\n@@ -8,1 +8,1 @@\n"
    lines = "-        result += value\n+        result = value\n"
    result = run("new", "last_number_only", "--diff", "-", "--json", input=head + lines)
    assert result.exit_code == 0, result.output
    record = json.loads(result.output)
    assert record["edits"][0]["operator"] == "replace"
    assert record["unwritten"][2] == "detector"


def test_change_of_a_line_is_chosen_by_its_number(run):
    """The statement with what might become of it; the answer is read from the input."""
    result = run("new", "last_number_only", "--at", "abacus/arithmetic.py:8", input="1\n")
    assert result.exit_code == 0, result.output
    assert "result += value ->" in result.output


def test_input_that_ends_before_a_choice_writes_nothing(run, bank_folder):
    """No change is better than one that nobody chose."""
    before = (bank_folder / "levels.yaml").read_bytes()
    result = run("new", "last_number_only", "--at", "abacus/arithmetic.py:8", input="")
    assert result.exit_code == 1
    assert "nothing is written" in result.output
    assert (bank_folder / "levels.yaml").read_bytes() == before


WRONG = {
    "no origin": ([], "Give one of --from"),
    "line without code": (["--at", "abacus/arithmetic.py:3"], "there is nothing here"),
    "no such file": (["--at", "abacus/sums.py:3"], "no Python file of the packages"),
    "no place": (["--at", "arithmetic"], "is no place"),
    "number too high": (
        ["--at", "abacus/arithmetic.py:8", "--take", "99"],
        "there is no change 99",
    ),
    "diff without end": (["--diff", "/dev/zero"], "is larger than 10 MB. Name a file with a diff"),
    "unchanged copy": (["--from", "."], "nothing differs from the clean tree"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_made_into_a_bug_is_said_in_words(run, arguments, said):
    """With exit code 2, and without a traceback."""
    result = run("new", "last_number_only", *arguments)
    assert result.exit_code == 2
    assert said in result.output
