"""The page of all bugs: it is current, complete, and no draft is on it."""

import re
from pathlib import Path

from click.testing import CliRunner

from bughunt.authoring.catalogue_page import page
from bughunt.cli import bughunt
from bughunt.spec import load_bank

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"
COMMAND = "bughunt bank catalogue --out docs/catalogue.md"


def test_the_page_of_the_own_bank_is_current():
    """If it fails, run the command that the page names, in the root of the repository."""
    assert PAGE.read_text() == page(load_bank(), command=COMMAND)


def test_the_page_says_everything_about_each_bug(bank):
    """Symptom, level, change, law, hints, explanation and reference."""
    text = page(bank, command=COMMAND)
    entry = text[text.index("## sum_starts_at_one") : text.index("## mean_divisor_off_by_one")]
    for part in (
        "> Totals are too large.",
        "short, number 2. Difficulty 1. Topics: sums.",
        "-    result = 0\n+    result = 1\n",
        "The total of no numbers is zero. (`test_total_of_nothing_is_nothing.py`; ends with an",
        "2. Look at the first line.",
        "**Explanation**: A sum starts at the neutral element.",
        "**Reference**: everywhere",
    ):
        assert part in entry


def test_each_line_of_the_overview_leads_to_its_entry(bank):
    """A link for each bug, a heading for each link."""
    text = page(bank, command=COMMAND)
    links = re.findall(r"\]\(#(\w+)\)", text)
    assert links == re.findall(r"^## (\w+)$", text, re.MULTILINE) == list(bank.bugs)


def test_a_draft_is_not_on_the_page(rewrite):
    """What is still to be written cannot be read."""
    rewrite("[mean_divisor_off_by_one, sum_starts_at_one]", "[mean_divisor_off_by_one]")
    path = rewrite("explanation: A sum starts at the neutral element.", "explanation: TODO")
    bank = load_bank(path)
    assert bank.bugs["sum_starts_at_one"].unwritten == ("explanation",)
    assert "sum_starts_at_one" not in page(bank, command=COMMAND)


def test_the_command_writes_the_page_with_its_own_call(bank, tmp_path):
    """Whoever reads the page knows how to make it again."""
    out = tmp_path / "page.md"
    call = ["bank", "catalogue", "--bank", str(bank.path), "--out", str(out)]
    assert CliRunner().invoke(bughunt, call).exit_code == 0
    command = f"bughunt bank catalogue --bank {bank.path.parent} --out {out.as_posix()}"
    assert out.read_text() == page(bank, command=command)
