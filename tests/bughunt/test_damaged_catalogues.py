"""A few hundred damaged versions of the small catalogue; many more: damaged_catalogues.py."""

import pytest
from damaged_catalogues import Judge, damaged

from bughunt.errors import BankError
from bughunt.spec import load_bank

MORE = """\
conflicts:
  - bugs: [mean_divisor_off_by_one, sum_starts_at_one]
    because: The mean is that of a sum.
"""


@pytest.fixture
def judge(bank_folder):
    """Return a judge of the small catalogue, without its level, and with a conflict."""
    file = bank_folder / "levels.yaml"
    text = file.read_text().replace("[mean_divisor_off_by_one, sum", "[sum")
    file.write_text(text + MORE)
    return Judge(bank_folder)


def test_a_damaged_catalogue_is_refused_with_its_place_or_still_means_what_it_says(judge):
    """No version ends in a traceback, and of each kind of verdict there are some."""
    content = judge.file.read_bytes()
    verdicts = [judge.verdict(damaged(content, seed)) for seed in range(300)]
    assert {it: verdicts.count(it) > 3 for it in verdicts} == {
        "refused": True,
        "told": True,
        "taken": True,
    }


@pytest.mark.parametrize(
    "pattern",
    ["(" * 3000 + "x" + ")" * 3000, "[" * 3000, "f(" * 200 + ")" * 200, "-" * 90000 + "x"],
    ids=["parentheses", "brackets", "calls", "signs"],
)
def test_a_pattern_that_would_overflow_the_stack_is_told(judge, pattern):
    """The parser behind it would end the process."""
    content = judge.file.read_bytes().replace(b"result = 0", f"'{pattern}'".encode())
    assert judge.verdict(content) == "told"


def test_a_target_without_a_file_is_told(judge):
    """Its name is no word of a symptom."""
    content = judge.file.read_bytes().replace(b"abacus/arithmetic.py::total", b"'::'")
    assert judge.verdict(content) == "refused"


@pytest.mark.parametrize("value", ['"\\ud800"', '"a \\0"', '"\\e[31m"', "1.0e+400"])
def test_a_value_that_cannot_be_written_to_a_file_is_refused(judge, value):
    """Half of a surrogate pair, control characters, and a number without end."""
    content = judge.file.read_bytes().replace(b"Totals are too large.", value.encode())
    assert judge.verdict(content) == "refused"


def test_a_word_that_is_none_in_a_conflict_is_told_with_its_place(bank_folder, judge):
    """The place is that of the word, in a list in a record in a list."""
    text = judge.file.read_text().replace("bugs: [mean_divisor_off_by_one,", "bugs: [Mean,")
    judge.file.write_text(text)
    with pytest.raises(BankError, match=r"conflicts\[0\].bugs\[0\]: 'Mean' is not written as it"):
        load_bank(bank_folder / "levels.yaml")


@pytest.mark.parametrize("field", ["detectors: tests/detectors", "root: ."])
def test_a_name_that_no_file_can_have_is_no_folder(judge, field):
    """The system refuses to look for it."""
    name = field.partition(": ")[0]
    content = judge.file.read_bytes().replace(field.encode(), f"{name}: {'x' * 5000}".encode())
    assert judge.verdict(content) == "refused"


def test_fields_that_do_not_go_together_are_told(judge):
    """Each of them fits alone; the operator says what it takes."""
    edit = b"operator: move_statement\n        before: a\n        after: b"
    content = judge.file.read_bytes().replace(b"operator: replace", edit, 1)
    content = content.replace(b"        by: result = 1\n", b"")
    judge.file.write_bytes(content)
    with pytest.raises(BankError, match=r"edits\[0\]: move_statement takes either `before` or"):
        load_bank(judge.file)
