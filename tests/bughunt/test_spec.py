"""Loading a catalogue: what comes out, and what is said about a wrong one."""

import msgspec
import pytest

from bughunt.catalogue import json_schema
from bughunt.errors import BankError
from bughunt.spec import DEFAULT_BANK, Expect, load_bank


def test_a_bank_holds_what_the_catalogue_says(bank, bank_folder):
    """Every field arrives in its record."""
    bug = bank.bugs["mean_divisor_off_by_one"]
    assert bug.symptom == "The average of equal numbers is not that number."
    assert (bug.topics, bug.difficulty) == (("means",), 2)
    assert bug.expect == Expect("raises", "ZeroDivisionError")
    assert bank.bugs["sum_starts_at_one"].expect == Expect("assertion")
    assert bug.edits[0].match == "total(values) / len(values)"
    assert bank.levels["short"].bugs == ("mean_divisor_off_by_one", "sum_starts_at_one")
    assert bank.root == bank_folder
    assert bank.packages == ("abacus",)
    assert bank.files == ("abacus/__init__.py", "abacus/arithmetic.py", "abacus/table.json")


def test_what_running_leaves_behind_is_no_part_of_the_package(bank_folder):
    """Bytecode, built extensions and hidden files stay out of the tree."""
    for path in ("__pycache__/a.pyc", "b.so", ".ipynb_checkpoints/c.py", ".hidden"):
        file = bank_folder / "abacus" / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"")
    files = load_bank(bank_folder / "levels.yaml").files
    assert files == ("abacus/__init__.py", "abacus/arithmetic.py", "abacus/table.json")


def test_a_catalogue_behind_a_link_means_the_folder_that_it_really_is_in(bank_folder, tmp_path):
    """The bank that comes with bughunt is such a link in a checkout."""
    link = tmp_path / "elsewhere.yaml"
    link.symlink_to(bank_folder / "levels.yaml")
    assert load_bank(link).root == bank_folder


BUG = "levels.yaml:{}: bug 'sum_starts_at_one': {}"
LEVEL = "levels.yaml:{}: level 'short': {}"
MISTAKES = {
    "version": ("version: 1", "version: 2", "levels.yaml:1: version: 2 is not one of the choices."),
    "no version": ("version: 1\n", "", "levels.yaml:1: the field 'version' is missing. Write 1."),
    "top key": ("source:", "sorce:", "levels.yaml:2: sorce: no such field. Did you mean 'source'?"),
    "package": ("abacus]", "abbacus]", "levels.yaml:2: source.packages[0]: no folder 'abbacus' in"),
    "folder": ("tests/det", "tests/dot", "levels.yaml:3: detectors: no folder /"),
    "levels": ("levels:", "levels: []\nx:", "levels.yaml:4: levels: is empty. Write a mapping"),
    "level key": ("minutes: 20", "minuts: 20", LEVEL.format(7, "minuts: no such field. Did you")),
    "minutes": ("20", "'20'", LEVEL.format(7, "minutes: expected a whole number, found '20'.")),
    "title": ("Sums and means", "''", LEVEL.format(6, "title: is empty. Write a heading for")),
    "level bug": ("bugs: [mean", "bugs: [meen", LEVEL.format(8, "bugs[0]: no bug 'meen_divisor")),
    "twice": (
        "[mean_divisor_off_by_one,",
        "[sum_starts_at_one,",
        LEVEL.format(8, "bugs[1]: 'sum_starts_at_one' stands twice. Remove one."),
    ),
    "empty level": (
        "[mean_divisor_off_by_one, sum_starts_at_one]",
        "[]",
        LEVEL.format(8, "bugs: is empty. List the ids of bugs"),
    ),
    "shared detector": (
        "total_of_nothing_is_nothing",
        "mean_of_equal_numbers_is_that_number",
        LEVEL.format(8, "bugs[1]: 'sum_starts_at_one' and 'mean_divisor_off_by_one' share the"),
    ),
    "bug id": ("  sum_starts_at_one:", "  Sum-starts:", "'Sum-starts' is not written as it must"),
    "bug key": ("symptom:", "symptm:", BUG.format(11, "symptm: no such field. Did you mean 'sym")),
    "no symptom": ("symptom:", "x:", BUG.format(10, "the field 'symptom' is missing. Write what")),
    "difficulty": ("1\n    edits", "7\n    edits", "expected a whole number <= 5, found 7. Write"),
    "word": ("1\n    edits", "low\n    edits", "difficulty: expected a whole number, found 'low'."),
    "topics": ("[sums]", "sums", BUG.format(12, "topics: expected a list, found 'sums'. List")),
    "two hints": (
        "[Start small., Look at the first line., ",
        "[Start small., ",
        BUG.format(21, "hints: there are 2, 3 are needed. Write three: the concept"),
    ),
    "empty hint": ("Look at the first line.", "' '", BUG.format(21, "hints[1]: is empty. Write")),
    "operator": ("operator: replace", "operator: replase", "edits[0].operator: operator 'replase'"),
    "no operator": ("operator: replace", "nth: 1", BUG.format(15, "edits[0].operator: names no")),
    "operator kind": ("operator: replace", "operator: 3", BUG.format(16, "edits[0].operator: nam")),
    "parameter": ("match: result", "mach: result", "edits[0].mach: no such field. Did you mean 'm"),
    "no parameter": (
        "match: result",
        "x: result",
        BUG.format(15, "edits[0]: the field 'match' is missing. Add it: a pattern."),
    ),
    "parameter kind": ("match: result = 0", "match: 7", "edits[0].match: expected text, found 7."),
    "no edits": (
        "edits:\n",
        "edits: []\n    x:\n",
        BUG.format(14, "edits: is empty. List the edi"),
    ),
    "target file": ("arithmetic.py::total", "arithmetics.py::total", "Did you mean 'abacus/arithm"),
    "outside": ("abacus/arithmetic.py", "tests/x.py", "edits[0].target: 'tests/x.py' lies outside"),
    "climbing": ("abacus/arithmetic.py", "abacus/../x.py", "'abacus/../x.py' lies outside the pac"),
    "data file": ("abacus/arithmetic.py::total", "abacus/table.json", "no Python file 'abacus/tab"),
    "detector": (
        "detector: total_of_nothing",
        "detector: total_of_noting",
        BUG.format(19, "detector: no test_total_of_noting_is_nothing.py in "),
    ),
    "expect": (
        "expect: assertion",
        "expect: assert",
        BUG.format(20, "expect: 'assert' is not one"),
    ),
    "raises": ("{raises: Z", "{raise: Z", "expect: {'raise': 'ZeroDivisionError'} is not one of"),
    "no builtin": (
        "{raises: ZeroDivisionError}",
        "{raises: ZeroDivisonError}",
        "expect.raises: no exception 'ZeroDivisonError'. Did you mean 'ZeroDivisionError'?",
    ),
    "empty bug": (
        "bugs:\n  sum",
        "bugs:\n  zzz:\n  sum",
        "bug 'zzz': is empty. Write a mapping with s",
    ),
    "trap": (
        "explanation: A sum",
        "explanation: no #",
        BUG.format(22, "explanation: YAML reads no"),
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_line_and_value(rewrite, monkeypatch, old, new, message):
    """Whoever made it knows where to look and what to write."""
    path = rewrite(old, new)
    monkeypatch.chdir(path.parent)
    with pytest.raises(BankError, match=r"^levels.yaml:\d+: ") as caught:
        load_bank(path)
    assert message in str(caught.value)


def test_an_exception_of_its_own_may_be_expected(rewrite):
    """A package may define exceptions that Python does not know."""
    path = rewrite("{raises: ZeroDivisionError}", "{raises: OutOfBeads}")
    expected = load_bank(path).bugs["mean_divisor_off_by_one"].expect
    assert expected == Expect("raises", "OutOfBeads")


def test_a_catalogue_that_is_a_list_is_told_what_it_needs(bank_folder):
    """Without the outline, the outline is the next step."""
    path = bank_folder / "levels.yaml"
    path.write_text("- version\n")
    with pytest.raises(
        BankError, match=r"found \['version'\]. Write a mapping with version, source"
    ):
        load_bank(path)


def test_a_missing_parameter_is_told_with_what_it_is_for(rewrite):
    """The words are those of the operator, also where two fields or two lines share them."""
    path = rewrite("operator: replace", "operator: swap_arguments")
    with pytest.raises(BankError, match="edits") as caught:
        load_bank(path)
    advice = "the field 'second' is missing. Add it: positions from 1, or keywords."
    assert advice in str(caught.value)


def test_all_mistakes_are_told_at_once(rewrite):
    """Three wrong fields in three entries take one run to see."""
    rewrite("minutes: 20", "minutes: soon")
    rewrite("difficulty: 1", "difficulty: 9")
    path = rewrite("expect: {raises: ZeroDivisionError}", "expect: x")
    with pytest.raises(BankError, match="minutes") as caught:
        load_bank(path)
    assert len(caught.value.problems) == 3


SPOILERS = {
    "words of the id": "The sum starts at one.",
    "the id": "See sum_starts_at_one.",
    "file": "Look into arithmetic.py.",
    "module": "Something in abacus.arithmetic is off.",
    "symbol": "Calling total() gives too much.",
    "code": "It says result  = 0 nowhere.",
}


@pytest.mark.parametrize("symptom", SPOILERS.values(), ids=SPOILERS)
def test_a_symptom_that_gives_the_bug_away_is_refused(rewrite, symptom):
    """A hunter must not read where or why."""
    path = rewrite("Totals are too large.", symptom)
    with pytest.raises(BankError, match=r"symptom: '.*' gives the bug away. Say what a user sees"):
        load_bank(path)


def test_a_symptom_may_use_the_ordinary_words_of_its_subject(rewrite):
    """The name of a function is no spoiler where it is an English word."""
    path = rewrite("Totals are too large.", "The total that results is too large by one at start.")
    assert load_bank(path).bugs["sum_starts_at_one"]


def test_a_topic_used_once_that_resembles_another_is_a_slip(rewrite):
    """Topics are free words, so a misspelt one would go unnoticed."""
    rewrite("topics: [sums]", "topics: [aggregation]")
    path = rewrite("topics: [means]", "topics: [agregation]")
    assert load_bank(path)
    path.write_text(path.read_text() + THIRD_BUG)
    with pytest.raises(BankError, match=r"'agregation' is used once only. Did you mean 'aggreg"):
        load_bank(path)


THIRD_BUG = """\
  third:
    symptom: Nothing works.
    topics: [aggregation]
    difficulty: 1
    edits: [{target: abacus/arithmetic.py, operator: replace, match: x, by: y}]
    detector: total_of_nothing_is_nothing
    expect: assertion
    hints: [a, b, c]
    explanation: d
    reference: e
"""


def test_a_missing_catalogue_is_named_by_its_path(tmp_path):
    """Neither a folder nor a missing file gives a traceback."""
    with pytest.raises(BankError, match=r"none.yaml: no such file. Give the path of a levels.yaml"):
        load_bank(tmp_path / "none.yaml")
    with pytest.raises(BankError, match=r"is no regular file. Give the path"):
        load_bank(tmp_path)


def test_the_schema_knows_every_operator_and_its_parameters():
    """An editor completes the parameters of the operator that an edit names."""
    schema = json_schema()
    edits = schema["$defs"]["BugEntry"]["properties"]["edits"]["items"]
    assert edits["discriminator"]["propertyName"] == "operator"
    assert edits["discriminator"]["mapping"]["replace"] == "#/$defs/Replace"
    assert {"target", "operator", "match"} <= set(schema["$defs"]["Replace"]["required"])
    assert msgspec.json.encode(schema)


def test_the_bank_of_bughunt_itself_can_be_found():
    """In a checkout it is a link to levels.yaml, in a wheel a copy."""
    assert DEFAULT_BANK.is_file()
