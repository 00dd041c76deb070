"""Conflicts in a catalogue: added at their place, and all other text as it was."""

import pytest
import yaml

from bughunt.errors import BankError
from bughunt.proving import conflict_list
from bughunt.spec import Conflict, load_bank

ADDED = Conflict(("sum_starts_at_one", "mean_divisor_off_by_one"), "it's so: always.")
PAIR = list(ADDED.bugs)


def added(text):
    """Return the text with one conflict in it."""
    return conflict_list._with(text, [ADDED])


SECTIONS = {
    "none": ("a: 1  # one\n", ""),
    "none and no line end": ("a: 1", ""),
    "empty": ("a: 1\nconflicts: []  # none yet\n", "# none yet"),
    "one": ("conflicts:  # agreed\n  - {bugs: [x_y, v_w], because: so}\nz: 1\n", "# agreed"),
    "deep": ("conflicts:\n      - bugs: [x_y, v_w]\n        because: so\nz: 1\n", ""),
    "without indentation": ("conflicts:\n- bugs: [x_y, v_w]\n  because: so\nz: 1\n", ""),
    "before a remark": (
        "conflicts:\n  - {bugs: [x_y, v_w], because: so}\n\n# About z.\nz: 1\n",
        "",
    ),
    "line ends of Windows": ("a: 1\r\nconflicts:\r\n  - {bugs: [x_y, v_w], because: so}\r\n", ""),
}


@pytest.mark.parametrize(("text", "kept"), SECTIONS.values(), ids=SECTIONS)
def test_conflict_is_added_to_the_end_of_its_section(text, kept):
    """Every other line stays, in its order; the file is read as before and one entry more."""
    result = added(text)
    before, after = yaml.safe_load(text), yaml.safe_load(result)

    assert after.pop("conflicts")[-1] == {"bugs": PAIR, "because": ADDED.because}
    before.pop("conflicts", None)
    assert before == after
    assert kept in result
    lines = [line for line in text.splitlines() if "[]" not in line]
    assert [line for line in result.splitlines() if line in lines] == lines
    assert ("\r\n" in text) == ("\r\n" in result)
    assert result.count("\n") == result.count("\r\n") or "\r" not in text


def test_remark_about_the_next_section_stays_above_it():
    """It would be about the wrong thing otherwise."""
    result = added(SECTIONS["before a remark"][0]).splitlines()
    assert result.index("# About z.") == result.index("z: 1") - 1


def test_file_that_could_not_be_loaded_any_more_is_left_alone(bank_folder):
    """Two bugs of a level in conflict: the loader says what is wrong, and nothing was written."""
    path = bank_folder / "levels.yaml"
    before = path.read_bytes()

    with pytest.raises(BankError, match="are in conflict: it's so") as failure:
        conflict_list.add(load_bank(path), [ADDED])

    assert "so it is as it was" in str(failure.value)
    assert path.read_bytes() == before
    assert [it.name for it in bank_folder.glob(".levels*")] == []


def test_nothing_to_add_changes_nothing(bank_folder):
    """Not even the time of the file."""
    path = bank_folder / "levels.yaml"
    before = path.stat()
    conflict_list.add(load_bank(path), [])
    assert path.stat() == before
