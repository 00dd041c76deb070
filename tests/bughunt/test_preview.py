"""What ``bughunt bank preview`` shows of one bug."""

import json

import pytest
from click.testing import CliRunner

from bughunt import report
from bughunt.authoring import report as authoring_report
from bughunt.authoring.preview import preview
from bughunt.cli import bughunt
from bughunt.errors import BankError
from bughunt.spec import load_bank

BUG = "sum_starts_at_one"


class Terminal:
    """A stream that says it is a terminal."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        """Keep the text."""
        self.text += text

    def flush(self):
        """Do nothing."""

    def isatty(self):
        """Say yes."""
        return True


def shown(folder, *options):
    """Return what the command writes."""
    return CliRunner().invoke(bughunt, ["bank", "preview", BUG, "--bank", str(folder), *options])


def test_preview_holds_all_that_an_author_has_to_look_at(bank_folder):
    """Place, level, change, hints, law and how it is to end."""
    result = shown(bank_folder)
    assert result.exit_code == 0
    for text in (
        "levels.yaml:10",
        "difficulty 1, sums, short, number 2",
        "Totals are too large.",
        "-    result = 0\n+    result = 1\n",
        "Region   Look at the first line.",
        "test_total_of_nothing_is_nothing.py: The total of no numbers is zero.",
        "With the bug it is to end with an assertion that fails; with the clean code it is to",
    ):
        assert text in result.output


def test_a_hunk_names_the_function_that_it_is_in(bank):
    """As git does it behind the two @ signs, with the class in front."""
    assert "@@ -3,7 +3,7 @@ total\n" in preview(bank, BUG).diff


def test_words_beside_the_change_are_shown_with_their_lines(rewrite):
    """A comment far off, and the docstring of another function, are not."""
    far = "\n".join("    values = list(values)" for _ in range(9))
    path = rewrite(
        "    result = 0\n",
        f"    # The empty sum.\n    result = 0\n{far}\n    # Far off.\n",
        "abacus/arithmetic.py",
    )
    words = preview(load_bank(path), BUG).words
    assert [(it.line, it.text) for it in words] == [(5, '"""Add up."""'), (6, "# The empty sum.")]


def test_a_pipe_gets_no_colour_and_a_terminal_does(bank, monkeypatch):
    """Escape codes go to whoever can read them."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    report.write(authoring_report.previewed(preview(bank, BUG)), terminal)
    assert "\x1b[32m+    result = 1" in terminal.text
    assert "\x1b" not in shown(bank.path.parent).output


def test_an_edit_that_fails_leaves_the_rest_to_be_seen(rewrite, bank_folder):
    """The complaint stands at the end, and decides the exit code."""
    rewrite("match: result = 0", "match: result = 9")
    result = shown(bank_folder)
    assert result.exit_code == 1
    assert "Totals are too large." in result.output
    assert "pattern `result = 9` matches nothing" in result.output


def test_json_holds_the_same_fields(bank_folder):
    """A program gets the bug, the diff and the words."""
    record = json.loads(shown(bank_folder, "--json").output)
    assert record["bug"]["id"] == BUG
    assert record["levels"] == ["short, number 2"]
    assert record["complaints"] == []


def test_an_unknown_bug_is_answered_with_the_likely_one(bank):
    """A slip of the fingers is no riddle."""
    with pytest.raises(BankError, match=r"no bug 'sum_starts'. Did you mean 'sum_starts_a"):
        preview(bank, "sum_starts")
