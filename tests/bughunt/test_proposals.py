"""Candidates for bugs: small changes, what every law says of them, the best first."""

import json

import pytest
from click.testing import CliRunner

from bughunt.authoring.candidates import at_line, in_target
from bughunt.authoring.proposals import propose
from bughunt.cli import bughunt
from bughunt.errors import SelectionError
from bughunt.spec import load_bank

PATH = "abacus/arithmetic.py"


@pytest.fixture
def found(bank):
    """Return the proposals for the small function that adds up."""
    return propose(bank, f"{PATH}::total")


def test_candidates_lie_in_their_target(bank):
    """A function is proposed for without its neighbours."""
    lines = {it.line for it in in_target(bank, f"{PATH}::mean")}
    assert lines == {14}
    assert {it.line for it in in_target(bank, PATH)} > lines


def test_candidates_of_a_line_are_those_of_its_statement(bank):
    """The number of a line is what an editor shows."""
    assert {it.line for it in at_line(bank, PATH, 8)} == {8}


def test_order_of_statements_is_changed_only_where_it_can_matter(rewrite):
    """Two that have nothing in common would be the same in any order."""
    path = rewrite("    result = 0\n", "    a = 1\n    b = 2\n    result = a\n    a = b\n", PATH)
    orders = [it for it in in_target(load_bank(path), PATH) if it.operator == "order"]
    assert [it.before.split("\n")[0] for it in orders] == ["result = a"]


def test_names_that_may_stand_in_any_order_are_left_alone(rewrite):
    """A product is the same both ways, a quotient is not."""
    path = rewrite("return total(values) / len(values)", "return values * PATH / PATH.x", PATH)
    names = [it.after for it in in_target(load_bank(path), PATH) if it.operator == "names"]
    assert names == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("abacus/sums.py", "no Python file of the packages"),
        (f"{PATH}::tot", "Did you mean 'total'"),
        ("abacus/__init__.py", "there is nothing in it"),
    ],
)
def test_target_without_candidates_is_refused_in_words(bank, target, said):
    """A name that is wrong, and a file without code."""
    with pytest.raises(SelectionError, match=said):
        in_target(bank, target)


def test_bug_that_the_bank_has_is_not_proposed(found):
    """Its entry says `result = 1`; nobody needs it twice."""
    after = {it.mutant.after for it in found.candidates}
    assert "result = 1" not in after
    assert after


def test_laws_that_execute_a_change_are_asked_and_no_others(found):
    """One law adds up no numbers, so the body of the loop is nothing to it."""
    assert {(it.mutant.line, it.asked) for it in found.candidates} == {(8, 1), (9, 2)}


def test_what_crashes_comes_after_what_is_merely_wrong(found):
    """A hunter learns little from a traceback."""
    sounds = [it.how for it in found.candidates]
    assert set(sounds) >= {"wrong", "crash"}
    assert sounds.index("crash") > max(n for n, how in enumerate(sounds) if how == "wrong")


def test_verdicts_are_those_of_the_laws(found):
    """No total: the mean is wrong. Nothing added up: so is it; the total of nothing is right."""
    (dropped,) = [it for it in found.candidates if it.mutant.after == "pass"]
    (notice,) = dropped.notices
    assert (notice.law, notice.how) == ("mean_of_equal_numbers_is_that_number", "wrong")
    assert notice.evidence


def test_answers_are_kept_until_something_changes(bank, tmp_path):
    """The second time nothing is run; with another law everything is."""
    waiting = []

    def tick(_done, more):
        waiting.append(more)

    def run(target_bank):
        waiting.clear()
        candidates = propose(target_bank, f"{PATH}::mean", cache=tmp_path, tick=tick).candidates
        return candidates, sum(waiting)

    first, ran = run(bank)
    again, ran_again = run(bank)
    assert again == first
    assert (ran > 0, ran_again) == (True, 0)
    law = bank.detectors / "test_mean_of_equal_numbers_is_that_number.py"
    law.write_text(law.read_text() + "\n")
    assert run(load_bank(bank.path))[1] > 0


def test_candidate_becomes_a_bug_with_the_one_law_that_sees_it(bank_folder, monkeypatch):
    """One command from the table to the entry."""
    monkeypatch.chdir(bank_folder)
    command = ["bank", "propose", f"{PATH}::total", "--bank", ".", "--no-cache", "--jobs", "1"]
    listed = json.loads(CliRunner().invoke(bughunt, [*command, "--json"]).output)
    number = next(it["number"] for it in listed["candidates"] if it["after"] == "pass")
    result = CliRunner().invoke(bughunt, [*command, "--take", str(number), "--as", "nothing_added"])
    assert result.exit_code == 0, result.output
    bug = load_bank(bank_folder / "levels.yaml").bugs["nothing_added"]
    assert bug.detector == "mean_of_equal_numbers_is_that_number"
    assert [edit.__struct_config__.tag for edit in bug.edits] == ["drop_statement"]


def test_table_of_candidates_needs_no_terminal(bank_folder, monkeypatch):
    """Without one nothing is asked, and the next step is named."""
    monkeypatch.chdir(bank_folder)
    command = ["bank", "propose", f"{PATH}::mean", "--bank", ".", "--no-cache", "--jobs", "1"]
    result = CliRunner().invoke(bughunt, command)
    assert result.exit_code == 0, result.output
    assert "the best first" in result.output
    assert "--take N --as NAME_OF_THE_BUG --bank ." in result.output
    for title in ("LAWS", "unseen"):
        assert result.output.count(f"\n{title}: ") == 1


def test_taking_a_candidate_needs_a_name(bank_folder, monkeypatch):
    """Before anything is run."""
    monkeypatch.chdir(bank_folder)
    command = ["bank", "propose", PATH, "--take", "1", "--bank", "."]
    result = CliRunner().invoke(bughunt, command)
    assert result.exit_code == 2
    assert "--as ID" in result.output
