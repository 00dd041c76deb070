"""A small bank: a package of two modules, two bugs, their detectors, one level."""

from pathlib import Path

import pytest

from bughunt.spec import load_bank

LEVELS = """\
version: 1
source: {root: ., packages: [abacus]}
detectors: tests/detectors
levels:
  short:
    title: Sums and means
    minutes: 20
    bugs: [mean_divisor_off_by_one, sum_starts_at_one]
bugs:
  sum_starts_at_one:
    symptom: Totals are too large.
    topics: [sums]
    difficulty: 1
    edits:
      - target: abacus/arithmetic.py::total
        operator: replace
        match: result = 0
        by: result = 1
    detector: total_of_nothing_is_nothing
    expect: assertion
    hints: [Start small., Look at the first line., The neutral element of addition.]
    explanation: A sum starts at the neutral element.
    reference: everywhere
    cost: One for each total.
  mean_divisor_off_by_one:
    symptom: The average of equal numbers is not that number.
    topics: [means]
    difficulty: 2
    edits:
      - target: abacus/arithmetic.py::mean
        operator: replace
        match: total(values) / len(values)
        by: total(values) / (len(values) - 1)
    detector: mean_of_equal_numbers_is_that_number
    expect: {raises: ZeroDivisionError}
    hints: [Start small., Look at the last line., Count again.]
    explanation: Bessel has no place in a mean.
    reference: statistics
"""
ARITHMETIC = '''\
"""Sums and means."""


def total(values):
    """Add up."""
    result = 0
    for value in values:
        result += value
    return result


def mean(values):
    """Divide the total by the count."""
    return total(values) / len(values)
'''
TOTAL_LAW = '''\
"""The total of no numbers is zero."""

from samples import EMPTY

MATCHES_CLEAN = ("total",)


def observe(seed):
    from abacus.arithmetic import total

    return {"total": total(EMPTY)}


def test_the_total_of_nothing_is_nothing(observed):
    assert observed["total"] == 0
'''
MEAN_LAW = '''\
"""The mean of equal numbers is that number."""

MATCHES_CLEAN = ("mean",)


def observe(seed):
    from abacus.arithmetic import mean

    return {"mean": mean([7])}


def test_the_mean_of_one_number_is_that_number(observed):
    assert observed["mean"] == 7
'''
CONFTEST = """\
import pytest


@pytest.fixture
def observed(request):
    return request.module.observe(0)
"""
FILES = {
    "levels.yaml": LEVELS,
    "abacus/__init__.py": '"""A package to count with."""\n',
    "abacus/arithmetic.py": ARITHMETIC,
    "abacus/table.json": "[1, 2, 3]\n",
    "tests/detectors/conftest.py": CONFTEST,
    "tests/detectors/samples.py": "from emptiness import NOTHING\n\nEMPTY = NOTHING\n",
    "tests/detectors/emptiness.py": "NOTHING = ()\n",
    "tests/detectors/stray.py": "raise AssertionError\n",
    "tests/detectors/test_total_of_nothing_is_nothing.py": TOTAL_LAW,
    "tests/detectors/test_mean_of_equal_numbers_is_that_number.py": MEAN_LAW,
}


GROWING_LAW = '''\
"""A total grows by what is added."""

from samples import EMPTY


def observe(seed):
    from abacus.arithmetic import total

    return total([*EMPTY, 2, 3]) - total([2])


def test_a_total_grows_by_what_is_added(observed):
    assert observed == 3, f"it grows by {observed}, not by 3"
'''
SINGLE_LAW = '''\
"""The total of one number is that number: broken by the first bug."""


def observe(seed):
    from abacus.arithmetic import total

    return total([7])


def test_the_total_of_one_number_is_that_number(observed):
    assert observed == 7
'''
GENERAL_LAWS = {
    "a_total_grows_by_what_is_added": GROWING_LAW,
    "total_of_one_number_is_that_number": SINGLE_LAW,
}


@pytest.fixture
def bank_folder(tmp_path) -> Path:
    """Return a folder with levels.yaml, the package and the detectors."""
    root = tmp_path / "bank"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture
def bank(bank_folder):
    """Return the small bank, loaded."""
    return load_bank(bank_folder / "levels.yaml")


@pytest.fixture
def rich_bank_folder(bank_folder):
    """Return the folder of the small bank with two laws that no bug names."""
    for law, text in GENERAL_LAWS.items():
        (bank_folder / f"tests/detectors/test_{law}.py").write_text(text)
    return bank_folder


@pytest.fixture
def rich_bank(rich_bank_folder):
    """Return the small bank with two laws that no bug names."""
    return load_bank(rich_bank_folder / "levels.yaml")


@pytest.fixture
def rewrite(bank_folder):
    """Return a function that replaces a text, which must be there, in a file of the bank."""

    def replace(old: str, new: str, file: str = "levels.yaml") -> Path:
        path = bank_folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return bank_folder / "levels.yaml"

    return replace
