"""The notebook of each level, executed on its bugs and on the clean code."""

import nbformat
import pytest
from nbclient import NotebookClient

from bughunt.mutate import clean_tree
from bughunt.notebook import NOTEBOOK
from bughunt.select import select_level
from bughunt.spec import load_bank
from bughunt.workspace import materialize

pytestmark = pytest.mark.slow

BANK = load_bank()


def executed(folder):
    """Return the code cells of a workspace's notebook after a run; one that raises stops it."""
    record = nbformat.read(folder / NOTEBOOK, as_version=4)
    NotebookClient(record, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell for cell in record.cells if cell.cell_type == "code"]


def printed(cell):
    """Return what a cell wrote to its standard output."""
    return "".join(it.text for it in cell.outputs if it.output_type == "stream")


def pictures(cell):
    """Return the pictures that a cell shows."""
    shown = [it for it in cell.outputs if it.output_type in ("display_data", "execute_result")]
    return [it.data["image/png"] for it in shown if "image/png" in it.data]


@pytest.mark.parametrize("code", ["bugged", "clean"])
@pytest.mark.parametrize("level", ["easy", "medium", "hard"])
def test_a_notebook_runs_through_and_its_checks_say_what_is_so(level, code, tmp_path):
    """Every experiment is drawn; each check is open on the bugs and fixed on the clean code."""
    folder = materialize(BANK, select_level(BANK, level), tmp_path / "hunt").root
    if code == "clean":
        for path, text in clean_tree(BANK).items():
            (folder / path).write_text(text, encoding="utf-8")
    set_up, _, first_look, *sections, everything = executed(folder)

    count = len(BANK.levels[level].bugs)
    fixed = int(code == "clean")
    assert f"nanochat comes from {folder / 'nanochat'}" in printed(set_up)
    assert len(pictures(first_look)) == 1
    assert [len(pictures(cell)) for cell in sections] == [1, 0, 0] * count
    verdicts = [printed(cell) for cell in sections[2::3]]
    assert [f"{fixed} of 1 fixed" in verdict for verdict in verdicts] == [True] * count
    assert f"{fixed * count} of {count} fixed" in printed(everything)
