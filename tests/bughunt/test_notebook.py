"""The notebook of a workspace, as a file: valid, the same every time, and silent on the answers."""

import ast
import json
import keyword
import re
import subprocess
import sys

import nbformat
import pytest

from bughunt.contents import contents
from bughunt.errors import BankError
from bughunt.notebook import NOTEBOOK, notebook
from bughunt.select import select_bugs, select_level
from bughunt.spec import load_bank

LEVELS = list(load_bank().levels)
OPTIONS = {"resume"}  # functions that are named as an option of the scripts
EXPERIMENT = '''\
"""The total of nothing.

Look at the height of the bar.
"""

from playground import (
    LARGEST,
    smallest,
)


def experiment(seed):
    from playground import smallest

    from abacus.arithmetic import total

    return {"total": total([smallest()])}
'''
PLAYGROUND = '"""Numbers to count with."""\n\nLARGEST = 9\n\n\ndef smallest():\n    return 0\n'


@pytest.fixture
def shown(rewrite, bank_folder):
    """Return a function that loads the small bank with an experiment for one of its bugs."""

    def load(experiment=EXPERIMENT):
        folder = bank_folder / "experiments"
        folder.mkdir()
        (folder / "total_of_nothing_is_nothing.py").write_text(experiment)
        (folder / "playground.py").write_text(PLAYGROUND)
        return load_bank(rewrite("levels:\n", "experiments: experiments\nlevels:\n"))

    return load


def cells(bank, selection):
    """Return the cells as pairs of kind and source."""
    record = nbformat.reads(notebook(bank, selection).decode(), as_version=4)
    nbformat.validate(record)
    return [(cell.cell_type, cell.source) for cell in record.cells]


def test_a_bank_without_experiments_gets_sections_that_check(bank):
    """A set-up, for each symptom its text and a check, and a check of all."""
    (_, title), (_, set_up), *sections = cells(bank, select_level(bank, "short"))
    assert title.startswith("# Sums and means\n")
    assert "PACKAGES = ('abacus',)" in set_up
    assert "matplotlib" not in set_up
    kinds, sources = zip(*sections, strict=True)
    assert kinds == ("markdown", "code") * 3
    assert "## Symptom 1\n\n> The average of equal numbers is not that number." in sources[0]
    assert sources[1::2] == ('bughunt("check", 1)', 'bughunt("check", 2)', 'bughunt("check")')


def test_an_experiment_stands_in_its_section_and_the_playground_before_all(shown):
    """The docstring becomes text, the code a cell that runs; what the playground has is there."""
    bank = shown()
    playground, section = cells(bank, select_level(bank, "short"))[2:4], "## Symptom 2\n"
    sources = [source for _, source in cells(bank, select_level(bank, "short"))]
    (place,) = [index for index, source in enumerate(sources) if source.startswith(section)]
    text, code, free = sources[place : place + 3]

    assert playground[0] == ("markdown", "## Numbers to count with")
    assert playground[1][1].startswith("LARGEST = 9\n")
    assert "### The total of nothing\n\nLook at the height of the bar.\n\nThe law: " in text
    assert code.startswith("def experiment(seed):\n    from abacus.arithmetic import total\n\n")
    assert code.endswith("\n\n\nfresh()\npicture(experiment(seed=0))")
    assert "playground" not in code
    assert free.endswith("\nfresh()")


def test_the_notebook_follows_the_rules_of_its_format(shown):
    """No id stands twice, and nbformat would write the same bytes."""
    bank = shown()
    content = notebook(bank, select_level(bank, "short"))
    record = nbformat.reads(content.decode(), as_version=4)
    ids = [cell.id for cell in record.cells]
    assert len(set(ids)) == len(ids)
    assert nbformat.writes(record) + "\n" == content.decode()


def test_same_bank_and_choice_give_the_same_notebook(shown, bank_folder):
    """Whoever loads the bank again gets the same bytes; another choice gives others."""
    bank = shown()
    again = load_bank(bank_folder / "levels.yaml")
    content = notebook(bank, select_level(bank, "short"))
    assert notebook(again, select_level(again, "short")) == content
    assert notebook(bank, select_bugs(bank, ["sum_starts_at_one"])) != content


@pytest.mark.parametrize(
    ("experiment", "text"),
    [
        ("def experiment(:\n", "is no Python in UTF-8: invalid syntax .*Correct it"),
        ("def experiment(seed):\n    return {}\n", "has no docstring. Say in it what to look at"),
    ],
    ids=["syntax", "silence"],
)
def test_an_experiment_that_cannot_be_shown_is_told(shown, experiment, text):
    """With its file, before anything is written."""
    bank = shown(experiment)
    with pytest.raises(BankError, match=rf"total_of_nothing_is_nothing\.py: {text}"):
        notebook(bank, select_level(bank, "short"))


def test_a_missing_folder_of_experiments_is_told(rewrite):
    """With line and folder, as everything about a catalogue."""
    path = rewrite("levels:\n", "experiments: gone\nlevels:\n")
    with pytest.raises(BankError, match=r"levels\.yaml:4: .*no folder .*gone\. Name that of"):
        load_bank(path)


def test_every_bug_of_our_levels_has_an_experiment_and_every_experiment_a_bug():
    """No file is stray, none is missing."""
    bank = load_bank()
    files = {file.stem for file in bank.experiments.glob("*.py")}
    laws = {bug.detector for bug in bank.bugs.values()}
    shown = {bank.bugs[name].detector for level in LEVELS for name in bank.levels[level].bugs}
    assert shown <= files <= laws | {"playground", "first_look"}


def secrets(bug):
    """Return what would tell a reader where a bug is, or that it is this one.

    A method that everybody calls tells nothing, and no more does a function that is named as an
    option of the scripts; a method with its class does, and any other function.
    """
    yield bug.id
    for edit in bug.edits:
        symbol = edit.target.partition("::")[2]
        owner, _, name = symbol.rpartition(".")
        if symbol not in OPTIONS:
            yield symbol
        if owner and name.startswith("_") and not name.endswith("__"):
            yield name


def tells(line):
    """Return whether a line of code says more than keywords do."""
    words = re.findall(r"[^\W\d]\w*", line)
    return any(not keyword.iskeyword(word) for word in words) and len(line) > 3


@pytest.mark.parametrize("levels", [*([name] for name in LEVELS), LEVELS], ids=[*LEVELS, "all"])
def test_our_notebooks_hold_no_answer(levels):
    """No id of a bug, no symbol that is edited, no line that an edit changed."""
    bank = load_bank()
    names = dict.fromkeys(name for level in levels for name in bank.levels[level].bugs)
    chosen = select_bugs(bank, list(names))
    text = "\n".join(source for _, source in cells(bank, chosen))
    words = {*re.findall(r"\w+", text), *re.findall(r"[\w.]+", text)}
    told = [it for bug in chosen.bugs for it in secrets(bug) if it in words]
    hints = [hint for bug in chosen.bugs for hint in bug.hints if " ".join(hint.split()) in text]
    assert (told, hints) == ([], [])

    _, files = contents(bank, chosen)
    clean = {path: (bank.root / path).read_text("utf-8").splitlines() for path in bank.files}
    lines = [
        line.strip()
        for path in clean
        for line in files[path].decode().splitlines()
        if line not in clean[path]
    ]
    assert [line for line in lines if tells(line) and line in text] == []


def test_a_workspace_holds_its_notebook_as_it_was_made(bank):
    """As a file of its own, with code that Python can read."""
    _, files = contents(bank, select_level(bank, "short"))
    record = json.loads(files[NOTEBOOK])
    for cell in record["cells"]:
        if cell["cell_type"] == "code":
            ast.parse("".join(cell["source"]))


def test_making_a_workspace_loads_nothing_that_notebooks_run_on(bank_folder, tmp_path):
    """The file is written by the rules of its format, which need no library."""
    code = (
        "import sys; from bughunt.cli import bughunt; "
        "bughunt(sys.argv[1:], standalone_mode=False); "
        "print(sorted({'nbformat', 'nbclient', 'IPython', 'matplotlib'} & set(sys.modules)))"
    )
    line = [sys.executable, "-c", code, "materialize", str(tmp_path / "hunt")]
    line += ["--level=short", f"--bank={bank_folder}"]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert (tmp_path / "hunt" / NOTEBOOK).is_file()
