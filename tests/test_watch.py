"""A watch in a real terminal: what a hunter sees, types, and finds when it is over."""

import shlex
import shutil
import tempfile
from pathlib import Path

import pytest
from real_terminal import Shell

from bughunt.select import select_level
from bughunt.spec import load_bank
from bughunt.workspace import materialize

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux, which is not installed"),
]

ROOT = Path(__file__).parents[1]
SMALL_BANK = {
    "levels.yaml": """\
version: 1
source: {root: ., packages: [abacus]}
detectors: tests/detectors
levels:
  one: {title: One sum, minutes: 5, bugs: [sum_starts_at_one]}
bugs:
  sum_starts_at_one:
    symptom: Totals are too large \u2013 by one.
    topics: [sums]
    difficulty: 1
    edits:
      - {target: "abacus/__init__.py::total", operator: replace, match: result = 0, by: result = 1}
    detector: total_of_nothing_is_nothing
    expect: assertion
    hints: [Start small., Look at the first line., The neutral element of addition.]
    explanation: A sum starts at the neutral element.
    reference: everywhere
""",
    "abacus/__init__.py": """\
def total(values):
    result = 0
    for value in values:
        result += value
    return result
""",
    "tests/detectors/conftest.py": "",
    "tests/detectors/test_totals_grow.py": """\
def observe(seed):
    from abacus import total

    return total([2, 3]) - total([2])


def test_totals_grow(observed):
    assert observed == 3
""",
    "tests/detectors/test_total_of_nothing_is_nothing.py": """\
def observe(seed):
    from abacus import total

    return total([])


def test_the_total_of_nothing_is_nothing(observed):
    assert observed == 0
""",
}


@pytest.fixture
def open_shell():
    """Return a function that opens a shell; names of sockets must be short."""
    shells = []
    with tempfile.TemporaryDirectory() as folder:

        def start(*arguments, **variables):
            shells.append(Shell(Path(folder, str(len(shells))), *arguments, **variables))
            return shells[-1]

        yield start
        for shell in shells:
            shell.close()


@pytest.fixture
def workspace(tmp_path):
    """Return the folder of a workspace that is checked in a moment."""
    for path, text in SMALL_BANK.items():
        file = tmp_path / "bank" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    bank = load_bank(tmp_path / "bank" / "levels.yaml")
    return materialize(bank, select_level(bank, "one"), tmp_path / "hunt").root


def modes(shell, folder):
    """Return a function that asks the shell for the mode of its terminal."""

    def ask(name):
        shell.run(f"stty -g > {shlex.quote(str(folder / name))}; echo $((6*7)){name}")
        shell.wait_for(f"42{name}")
        return (folder / name).read_text()

    return ask


def test_a_save_turns_symptoms_from_open_to_fixed(open_shell, tmp_path):
    """From the empty folder to the terminal as it was."""
    shell = open_shell(tmp_path)
    mode = modes(shell, tmp_path)
    before = mode("before")
    shell.run("bughunt materialize hunt --level hard && cd hunt && bughunt; echo left with $?")
    started = shell.wait_for("5 of 5 are open")
    assert [line[:9].split() for line in started.splitlines() if line[2:8] == " open "] == [
        [str(number), "open"] for number in range(1, 6)
    ]

    shutil.copy(ROOT / "nanochat" / "gpt.py", tmp_path / "hunt" / "nanochat" / "gpt.py")
    answered = shell.wait_for("nanochat/gpt.py saved: 1 and 3 are fixed (")
    assert "2 of 5 fixed" in answered
    assert "\n 3 fixed  Models with fewer" in answered

    shell.press("q")
    assert "2 of 5 fixed" not in shell.wait_for("left with 0")
    assert mode("after") == before


def test_a_repair_that_breaks_another_law_is_shown(open_shell, workspace):
    """Below the symptoms; l lists it."""
    shell = open_shell(workspace)
    shell.run("bughunt")
    assert "1 of 1 are open" in shell.wait_for("Your changes did not break the other law.")
    file = workspace / "abacus" / "__init__.py"
    bugged = file.read_text()
    file.write_text(bugged.replace("return result", "return 0"))
    assert "1 is fixed, all are fixed" in shell.wait_for("1 thing broke: totals grow")
    shell.press("l")
    assert "observed is 0, not 3" in shell.wait_for("Your changes broke:")
    shell.press("x")
    file.write_text(bugged.replace("result = 1", "result = 0"))
    shell.wait_for("Your changes did not break the other law.")


def test_ctrl_c_leaves_the_terminal_as_it_was(open_shell, workspace, tmp_path):
    """With the exit code of a shell."""
    shell = open_shell(workspace)
    mode = modes(shell, tmp_path)
    before = mode("before")
    shell.run("bughunt; echo left with $?")
    shell.wait_for("1 of 1 are open")
    shell.press("C-c")
    assert "Traceback" not in shell.wait_for("left with 130")
    assert mode("after") == before


def test_a_suspended_watch_lends_the_terminal_to_the_shell(open_shell, workspace):
    """And draws itself again when it goes on; saves meanwhile count."""
    shell = open_shell(workspace)
    shell.run("bughunt")
    shell.wait_for("1 of 1 are open")
    shell.press("C-z")
    shell.run("echo $((6*7)) fingers")
    assert "are open" not in shell.wait_for("42 fingers")
    file = workspace / "abacus" / "__init__.py"
    file.write_text(file.read_text().replace("result = 1", "result = 0"))
    shell.run("fg")
    shell.wait_for("1 is fixed, all are fixed")


def test_a_workspace_that_is_moved_away_ends_the_watch(open_shell, workspace, tmp_path):
    """With what to do, and the exit code of a wrong call."""
    shell = open_shell(tmp_path)
    shell.run("(cd hunt && bughunt); echo left with $?")
    shell.wait_for("1 of 1 are open")
    workspace.rename(tmp_path / "elsewhere")
    assert "error:" in shell.wait_for("left with 2")


def test_a_detector_that_hangs_does_not_hold_up_a_save(open_shell, workspace):
    """What hangs is killed as soon as it is outdated."""
    shell = open_shell(workspace)
    shell.run("bughunt")
    shell.wait_for("1 of 1 are open")
    file = workspace / "abacus" / "__init__.py"
    bugged = file.read_text()
    file.write_text("while True:\n    pass\n")
    shell.wait_for("saved: checking 1 ...")
    file.write_text(bugged.replace("result = 1", "result = 0"))
    shell.wait_for("1 is fixed, all are fixed")


@pytest.mark.parametrize("term", ["dumb", "screen"])
def test_a_poor_terminal_shows_the_same_words(open_shell, workspace, term):
    """Without colours, without unicode, without a cursor that moves."""
    poor = {"NO_COLOR": "1", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shell = open_shell(workspace, **poor)
    shell.run(f"TERM={term} bughunt")
    screen = shell.wait_for("1 of 1 are open")
    assert " 1 open   Totals are too large ? by one." in screen
    shell.press("l")
    shell.wait_for("any other key: return")
    shell.press("x", "q")
