"""What bugs cost: each says it in numbers, and the numbers are those that were measured."""

import json
import re
from pathlib import Path

import pytest
from costs import QUANTITIES
from measure_costs import both_sides

from bughunt.spec import load_bank

ROOT = Path(__file__).parents[1]
BANK = load_bank(ROOT / "levels.yaml")
MEASURED = json.loads((ROOT / "docs" / "impact" / "measured.json").read_text("utf-8"))
NUMBER = re.compile(r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|none|twice)\b")
OF_A_RUN = re.compile(
    r"(?P<bugged>\d+\.\d+) (?:bits per byte|nats per token) instead of (?P<clean>\d+\.\d+)"
    r"|takes (?P<bugged_tokens>\d+) tokens instead of (?P<clean_tokens>\d+)"
)
SAID = [
    (bug.id, *(text for text in found.groups() if text))
    for bug in BANK.bugs.values()
    for found in OF_A_RUN.finditer(bug.cost or "")
]


def rounded_like(number, text):
    """Return a number with as many decimals as a text has."""
    return f"{number:.{len(text.partition('.')[2])}f}"


@pytest.mark.parametrize("bug", BANK.bugs.values(), ids=lambda it: it.id)
def test_every_bug_says_in_numbers_what_it_costs(bug):
    """Measured ones: docs/impact/measured.json, or what docs/measure_costs.py prints."""
    assert bug.cost is not None, "Write a cost in levels.yaml."
    assert NUMBER.search(bug.cost), bug.cost
    assert bug.id in QUANTITIES or bug.id in MEASURED


@pytest.mark.parametrize(("bug", "bugged", "clean"), SAID)
def test_figures_of_a_run_are_those_that_were_measured(bug, bugged, clean):
    """Both sides of one measure, after the last step, with the decimals that are told."""
    pairs = [pair for pair in MEASURED[bug]["final"].values() if None not in pair]
    told = [[rounded_like(side, bugged) for side in pair] for pair in pairs]
    assert [clean, bugged] in told


def test_quantities_are_named_like_bugs():
    """Else nobody finds the function behind a figure."""
    assert set(QUANTITIES) <= set(BANK.bugs)


@pytest.mark.slow
def test_a_quantity_is_taken_without_the_bug_and_with_it():
    """Eight bits are 8 ln 2 nats, and 8 (ln 2)^2 = 3.84 where they are converted the wrong way."""
    assert both_sides(BANK, BANK.bugs["bits_converted_the_wrong_way"]) == [8.0, 3.84]


@pytest.mark.slow
def test_code_that_raises_with_the_bug_is_told_by_its_error():
    """A vocabulary of nine tokens, whatever the limit; with the bug there is nothing to draw."""
    clean, bugged = both_sides(BANK, BANK.bugs["more_candidates_than_tokens"])
    assert clean == {"9": 9, "10": 9, "50": 9, "None": 9}
    assert bugged.startswith("RuntimeError")
