"""What is written: plain text into pipes, colours and wrapping on terminals."""

import io
import re
from pathlib import Path

import pytest

from bughunt import report
from bughunt.doctor import Finding
from bughunt.grade import Grade, SymptomStatus
from bughunt.workspace import Manifest, Workspace

GRADE = Grade(
    (
        SymptomStatus(1, "It is slow.", "fast", True, "its detector passes"),
        SymptomStatus(12, "It is wrong. " * 5 + "Always.", "right", False, "1 != 2"),
    )
)
DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old = [1]\n+new = [2]\n"


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Return a terminal of 40 columns that knows colours."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")
    return Terminal()


@pytest.fixture
def hunt():
    """Return a workspace in the current folder, as far as a report looks at it."""
    record = Manifest(
        format=2, bughunt="", title="Two wrongs", minutes=1, packages=(), symptoms=(),
        bank="", salt="", sealed=(), tests={},
    )  # fmt: skip
    return Workspace(Path.cwd(), record)


def written(blocks, stream):
    """Return what the blocks are on the stream."""
    report.write(blocks, stream)
    return stream.getvalue()


def test_check_in_a_pipe_is_plain_aligned_text(hunt):
    """A line of evidence stands below its symptom; nothing is wrapped or coloured."""
    text = written((*report.graded(hunt, GRADE), *report.concluded(hunt, GRADE)), io.StringIO())

    assert text == (
        "Two wrongs\n"
        "\n"
        " 1  fixed  It is slow.\n"
        "             its detector passes\n"
        f"12  open   {'It is wrong. ' * 5}Always.\n"
        "             1 != 2\n"
        "\n"
        "1 of 2 fixed\n"
        "Next: pytest tests/test_right.py\n"
    )


def test_narrow_terminal_wraps_within_its_column(terminal, hunt):
    """No line is longer than the terminal, and colours tell open from fixed."""
    text = written((*report.graded(hunt, GRADE), *report.concluded(hunt, GRADE)), terminal)

    assert "\x1b[32mfixed" in text
    assert "\x1b[31mopen" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(len, plain.splitlines())) <= 40
    assert "\n           wrong." in plain


def test_no_color_is_respected_on_a_terminal(terminal, monkeypatch):
    """The variable asks for text without colours; bold is no colour."""
    monkeypatch.setenv("NO_COLOR", "1")

    text = written(report.changed(DIFF), terminal)

    assert not re.search(r"\x1b\[[0-9;]*[34][0-9]m", text)
    assert "-old = [1]" in text


def test_diff_on_a_terminal_is_coloured_and_not_wrapped(terminal):
    """Brackets are code and no markup."""
    text = written(report.changed(DIFF + "+" + "x" * 90 + "\n"), terminal)

    assert "\x1b[31m-old = [1]" in text
    assert "\x1b[32m+new = [2]" in text
    assert "x" * 90 in text


def test_diff_in_a_pipe_can_be_applied():
    """Byte for byte what a patch program reads; no changes, no output."""
    assert written(report.changed(DIFF), io.StringIO()) == DIFF
    assert written(report.changed(""), io.StringIO()) == ""


def test_doctor_puts_advice_below_what_it_found():
    """The verdict counts what is missing and does not count warnings."""
    findings = (
        Finding("Python", "ok", "3.12.1"),
        Finding("torch", "missing", "not installed", "Run pip."),
        Finding("git", "warning", "not found", "Install git."),
    )
    text = written(report.examined(findings), io.StringIO())

    assert text.splitlines() == [
        "ok       Python  3.12.1",
        "missing  torch   not installed",
        "                 Run pip.",
        "warning  git     not found",
        "                 Install git.",
        "",
        "1 thing missing.",
    ]


def test_working_shows_nothing_outside_a_terminal():
    """A log holds results, not the wait for them."""
    stream = io.StringIO()
    with report.working("Checking", stream):
        pass

    assert stream.getvalue() == ""


def test_json_is_indented_and_ends_its_line():
    """Records become objects with their field names."""
    stream = io.StringIO()
    report.write_json(Finding("git", "ok", "/bin/git"), stream)

    assert stream.getvalue() == (
        '{\n  "name": "git",\n  "state": "ok",\n  "found": "/bin/git",\n  "advice": "",\n'
        '  "section": null\n}\n'
    )
