"""A bare assert says what it compared; what cannot be read again says its own text."""

import numpy as np
import pytest

from bughunt.detector import Case, run_cases
from bughunt.grade import evidence
from bughunt.mutate import mutate
from bughunt.running import assertion
from bughunt.running.outcome import Failed
from bughunt.spec import load_bank

BANK = load_bank()
MANY = list(range(40))
NAMES = {
    "np": np,
    "small": [6],
    "many": MANY,
    "wrong": [*MANY[:30], 7, *MANY[31:]],
    "words": {"red": "crimson and scarlet", "blue": ["navy", "azure", "indigo", "cobalt"]},
    "ids": np.array([4, 5, 6]),
    "wide": np.zeros((3, 4), np.float32),
    "loss": np.float32(0.1),
    "none": None,
    "nested": {"rows": [(1, 2), (3, 4)]},
    "long": "so it goes, and goes, and goes, and so it ends",
}

TOLD = {
    "loss == 2": "loss is 0.1, not 2",
    "3 == len(many)": "len(many) is 40, not 3",
    "ids.dtype == np.int32": "ids.dtype is int64, not int32",
    "list(wide.shape) == [3, 5]": "list(wide.shape) is [3, 4], not [3, 5]",
    "wrong == many": "wrong[30] is 7, not 30",
    "many[:30] == many": "the length of many[:30] is 30, not 40",
    "many == []": "many is [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12..., not []",
    "set(wrong) == set(many)": "set(wrong) lacks {30}",
    "dict(words, red=str(many)) == words": (
        "dict(words, red=str(many))['red'] is '[0, 1, 2, 3, 4, ', not 'crimson and scar'"
    ),
    "{'w': words, 'z': many} == {'w': words, 'z': wrong}": (
        "{'w': words, 'z': many}['z'][30] is 30, not 7"
    ),
    "words == {**words, 'green': 1}": "words lacks {'green'}",
    "nested == {'rows': [(1, 2), (3, 5)]}": (
        "nested is {'rows': [(1, 2), (3, 4)]}, not {'rows': [(1, 2), (3, 5)]}"
    ),
    "long == long[:40] + 'starts'": "long[40:] is 't ends', not 'starts'",
    "small + [1] == [1]": "(small + [1]) is [6, 1], not [1]",
    "abs(loss) > 0.5": "abs(loss) is 0.1, not > 0.5",
    "0 < len(many) < 40": "len(many) is 40, not < 40",
    "0.5 < loss < 1": "loss is 0.1, not > 0.5",
    "len(many) != 40": "len(many) is 40, and must not be",
    "many != many[:]": ("many and many[:] are both [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12..."),
    "5 in small": "5 is not in small, which is [6]",
    "6 not in small": "6 is in small, which is [6]",
    "none is not None": "none is None, and must not be",
    "loss is None": "loss is 0.1, not None",
    "set(small) <= {1}": "set(small) is {6}, not <= {1}",
    "small[0] in many[:3]": "small[0] = 6 is not in many[:3], which is [0, 1, 2]",
    "not small": "small is [6], not empty",
    "not loss": "loss is 0.1, not false",
    "small[0] and none": "none is None, not true",
    "none or len(many) < 4": "none is None, not true; len(many) is 40, not < 4",
    "all(it < 7 for it in many)": "it is 7, not < 7 (it = 7)",
    "all(a < 3 for a, b in nested['rows'] if b)": "a is 3, not < 3 (a = 3, b = 4)",
    "any(it > 99 for it in small)": "(it > 99) for none of small, which is [6]",
    "(ids == 4).all()": "ids[1] is 5, not 4 (wrong in 2 of 3)",
    "(wide + ids[:1] < 4).all()": "(wide + ids[:1])[0, 0] is 4.0, not < 4 (wrong in 12 of 12)",
    "np.any(wide)": "np.any(wide) is False, not true",
    "np.abs(wide).max() > loss": "np.abs(wide).max() is 0.0, not > 0.1",
    "wide is None": "wide is an array of shape (3, 4), float32, not None",
    r"'\x1b[2J\n' == str(small)": r"str(small) is '[6]', not '\x1b[2J\n'",
}


class Changing:
    """False the first time, and true from then on."""

    asked = 0

    def __bool__(self):
        """Count how often this is asked."""
        self.asked += 1
        return self.asked > 1


OWN_TEXT = {
    "a function of the law": ("double(2) == 5", {"double": lambda x: 2 * x}),
    "what has an effect": ("small.pop() == 5", {"small": [6]}),
    "an iterator that is used up": ("list(rest) == [1]", {"rest": iter([3])}),
    "another 'len'": ("len(small) == 5", {"len": sum, "small": [6]}),
    "a module's function": ("os.getpid() == 0", {"os": __import__("os")}),
    "a name that is bound in it": ("(two := 2) == 3", {}),
    "what is true the second time": ("flag", {"flag": Changing()}),
}


def failed(tmp_path, expression, names):
    """Return the error of an assert statement in a file of its own."""
    file = tmp_path / "law.py"
    file.write_text(f"def test(observed):\n    assert {expression}\n")
    space = dict(names)
    exec(compile(file.read_text(), str(file), "exec"), space)
    with pytest.raises(AssertionError) as failure:
        space["test"](None)
    return failure.value


@pytest.mark.parametrize(("expression", "told"), TOLD.items(), ids=TOLD)
def test_bare_assert_tells_the_values_that_it_compared(expression, told, tmp_path):
    """Both sides are there, or the first place at which they differ."""
    assert assertion.values_of(failed(tmp_path, expression, NAMES)) == told


@pytest.mark.parametrize(("expression", "names"), OWN_TEXT.values(), ids=OWN_TEXT)
def test_what_cannot_be_read_twice_is_not_read_twice(expression, names, tmp_path):
    """The text of the assertion is left, which says less and nothing false."""
    error = failed(tmp_path, expression, names)

    assert assertion.values_of(error) == ""
    assert assertion.source_of(error) == f"assert {expression}"


def test_reading_again_ends_when_it_takes_long(tmp_path, monkeypatch):
    """A verdict does not become a hang because of its words."""
    monkeypatch.setattr(assertion, "_SECONDS", 0.001)
    error = failed(tmp_path, "sum(it for it in range(10**6)) == 0", {})

    assert assertion.values_of(error) == ""


def test_law_that_is_edited_while_it_runs_is_still_told(tmp_path):
    """What stands in the file by now need not be Python."""
    error = failed(tmp_path, "small == 2", NAMES)
    (tmp_path / "law.py").write_text("def test(\n    small is (\n")

    assert assertion.values_of(error) == ""
    assert assertion.source_of(error) == "small is ("


def test_values_stay_on_one_short_line(tmp_path):
    """Whatever is compared, a terminal shows it and is not steered by it."""
    names = {"text": "\x1b[31m\n\u202e" * 400, "rows": [["\r" * 50] * 50] * 50}

    for expression in ("text == 'x' * 400", "rows == [[1]]", "not rows", "text in rows"):
        told = assertion.values_of(failed(tmp_path, expression, names))
        assert len(told) <= 160
        assert told.isprintable()


def test_assertion_of_a_support_module_is_told_in_its_own_names(tmp_path):
    """The innermost frame holds what was compared."""
    error = failed(tmp_path, "sums([1, 2])", {"sums": sums})

    assert assertion.values_of(error) == "total is 3, not 4"


def sums(values):
    """Judge a sum, as a module beside the detectors would."""
    total = sum(values)
    assert total == 4


@pytest.mark.slow
def test_every_detector_shows_a_value_or_says_more_than_its_source():
    """A hunter is promised what was expected and what was observed."""
    bugs = list(BANK.bugs.values())
    files = [BANK.detectors / f"test_{bug.detector}.py" for bug in bugs]
    cases = [
        Case((file,), 0, mutate(BANK, [bug]).mutated) for file, bug in zip(files, bugs, strict=True)
    ]

    outcomes = [run.outcome for run in run_cases(BANK.root, BANK.packages, cases, timeout=60)]

    said = {bug.id: evidence(it) for bug, it in zip(bugs, outcomes, strict=True)}
    assert {name: text for name, text in said.items() if text.startswith("assert ")} == {}
    assert sum(isinstance(it, Failed) for it in outcomes) > len(bugs) / 2
