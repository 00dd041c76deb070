"""What ``bughunt bank lint`` says of a bank, and that it runs nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bughunt.authoring.lint import catalogues, lint
from bughunt.cli import bughunt

ROOT = Path(__file__).parents[2]


@pytest.fixture
def complaints(bank_folder, monkeypatch):
    """Return a function that lints the small bank from its folder: the exit code and the lines."""
    monkeypatch.chdir(bank_folder)

    def run(*arguments):
        result = CliRunner().invoke(bughunt, ["bank", "lint", *arguments])
        assert not result.exception or isinstance(result.exception, SystemExit)
        return result.exit_code, result.stdout.splitlines()

    return run


def test_a_bank_without_fault_is_named_beside_the_complaints(complaints, capture):
    """A program that reads complaints reads none; a person sees what was looked at."""
    assert complaints("levels.yaml") == (0, [])
    assert capture("levels.yaml") == "levels.yaml: 2 bugs, nothing to complain about\n"


def test_a_file_of_no_bank_is_told_and_no_fault(tmp_path, complaints, capture):
    """A commit holds other files as well."""
    stray = tmp_path / "stray.py"
    stray.write_text("")
    assert complaints(str(stray)) == (0, [])
    assert capture(str(stray)) == f"{stray}: of no bank: no levels.yaml beside it or above.\n"


@pytest.mark.parametrize("file", ["/dev/zero", "a hole"])
def test_a_catalogue_without_end_is_refused(tmp_path, complaints, file):
    """It would fill the memory, and nobody wrote it."""
    if file == "a hole":
        file = str(tmp_path / "levels.yaml")
        with Path(file).open("wb") as opened:
            opened.truncate(1 << 40)
    code, lines = complaints("--bank", file)
    assert (code, len(lines)) == (1, 1)
    assert lines[0].endswith("Give the path of a levels.yaml.")


@pytest.fixture
def capture():
    """Return a function that lints and returns what a person reads beside the complaints."""

    def run(*arguments):
        return CliRunner().invoke(bughunt, ["bank", "lint", *arguments]).stderr

    return run


def test_every_complaint_begins_with_its_place(complaints, rewrite, bank_folder):
    """Two wrong entries are told in one go, in the order of their lines."""
    rewrite("match: result = 0", "match: result = 9")
    rewrite("[Start small., Look at the last line.", "['Look into `mean(`', Look at the last line.")

    code, lines = complaints("levels.yaml")

    assert code == 1
    assert lines[0].startswith(
        "levels.yaml:15: bug 'sum_starts_at_one': edits[0]: pattern `result = 9` matches nothing"
    )
    written = (bank_folder / "levels.yaml").read_text().splitlines()
    line = next(number for number, it in enumerate(written, 1) if "`mean(`" in it)
    told = f"levels.yaml:{line}: bug 'mean_divisor_off_by_one': hints[0]: 'mean(' is too much"
    assert lines[-1].startswith(told)


def test_what_cannot_be_loaded_is_a_complaint_too(complaints, rewrite):
    """The exit code is that of a check that failed, not that of a wrong call."""
    rewrite("difficulty: 1", "difficulty: 9")
    code, lines = complaints("levels.yaml")
    assert code == 1
    assert lines == [
        "levels.yaml:13: bug 'sum_starts_at_one': difficulty: expected a whole number <= 5, "
        "found 9. Write the author's estimate, from 1 (easy) to 5 (hard)."
    ]


def test_a_file_that_is_no_utf_8_is_named(complaints, bank_folder):
    """Packages are read as well."""
    (bank_folder / "abacus" / "odd.py").write_bytes(b"\xff\n")
    code, lines = complaints("levels.yaml")
    assert code == 1
    assert lines == [f"{bank_folder}/abacus/odd.py:1: not UTF-8 at byte 0. Save the file as UTF-8."]


def test_a_detector_without_halves_is_told(complaints, bank_folder):
    """A detector that no bug names yet is read as well."""
    (bank_folder / "tests/detectors/test_order_is_free.py").write_text("def observe(seed): pass\n")
    _, lines = complaints("levels.yaml")
    assert lines == [
        "tests/detectors/test_order_is_free.py:1: detector 'order_is_free': "
        "test_order_is_free.py: there is no test. Write test_<law>(observed)."
    ]


def test_bugs_of_a_level_that_meet_are_told(complaints, rewrite):
    """Each applies alone; together they change one line."""
    rewrite("abacus/arithmetic.py::mean", "abacus/arithmetic.py::total")
    rewrite("match: total(values) / len(values)", "match: result = 0")
    rewrite("by: total(values) / (len(values) - 1)", "by: result = 2")
    code, lines = complaints("levels.yaml")
    assert code == 1
    assert "changes line 6 of abacus/arithmetic.py, as does bug" in lines[0]


def test_json_holds_the_same_complaints(complaints, rewrite):
    """A program gets place, rule and text apart."""
    rewrite("match: result = 0", "match: result = 9")
    _, lines = complaints("levels.yaml", "--json")
    (record,) = json.loads("\n".join(lines))
    assert (record["file"], record["line"], record["rule"]) == ("levels.yaml", 15, "edit-fails")
    assert record["text"].startswith("bug 'sum_starts_at_one': edits[0]: pattern")


def test_any_file_of_a_bank_stands_for_its_catalogue(bank_folder, tmp_path):
    """A commit hook passes the names of what is committed; a bank is linted once."""
    files = [bank_folder / "abacus/arithmetic.py", bank_folder / "tests/detectors/samples.py"]
    stray = tmp_path / "stray.py"
    stray.write_text("")
    assert catalogues([*files, bank_folder, stray]) == ((bank_folder / "levels.yaml").resolve(),)


def test_the_own_bank_is_linted_without_torch_and_without_a_word():
    """No package under hunt is loaded, and nothing of ours is wrong."""
    code = (
        "import sys; from bughunt.authoring.lint import lint; print(lint(None));"
        "print(sorted({'torch', 'nanochat', 'numpy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "()\n[]\n"


def test_a_missing_catalogue_is_a_complaint(tmp_path):
    """The path is told, and what to give."""
    (found,) = lint(tmp_path / "levels.yaml")
    assert found.text == "no such file. Give the path of a levels.yaml."


def test_the_commit_hook_names_a_command_that_exists():
    """pre-commit passes file names, among them Python files of the bank."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, *command = hook["entry"].split()
    assert program == "bughunt"
    assert CliRunner().invoke(bughunt, [*command, "--help"]).exit_code == 0


def test_a_detector_with_loose_ends_is_a_note_and_no_fault(complaints, rewrite):
    """A bank for hunts alone needs no exam; it can still be committed."""
    law = "tests/detectors/test_total_of_nothing_is_nothing.py"
    rewrite('MATCHES_CLEAN = ("total",)\n', "", law)
    code, (line,) = complaints("levels.yaml")
    assert code == 0
    place = f"{law}:1: note: detector 'total_of_nothing_is_nothing': it has no MATCHES_CLEAN: "
    assert line.startswith(place)
    _, lines = complaints("levels.yaml", "--json")
    (record,) = json.loads("\n".join(lines))
    assert (record["rule"], record["is_note"]) == ("untied", True)
