"""Regressions: what the code kept at the start and breaks now, by really running the laws."""

import re
import shutil
from datetime import datetime, timezone

import pytest

from bughunt import detector
from bughunt.manifest import MANIFEST
from bughunt.regressions import LAWS, Regressions, regressions
from bughunt.select import select_level
from bughunt.workspace import find_workspace, materialize

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
MODULE = "abacus/arithmetic.py"
GROWING, SINGLE = "a_total_grows_by_what_is_added", "total_of_one_number_is_that_number"


@pytest.fixture
def workspace(rich_bank, tmp_path):
    """Return a workspace with two general laws, of which one is broken at the start."""
    return materialize(rich_bank, select_level(rich_bank, "short"), tmp_path / "hunt")


def look(workspace):
    """Look for regressions; return them and how many cases were run."""
    packages, count = workspace.manifest.packages, []
    batch = detector.Batch(root=workspace.root, packages=packages, cases=(), jobs=2)
    with detector.open_runner() as run:

        def counted(batch):
            count.extend(batch.cases)
            return run(batch)

        found = regressions(workspace, counted, batch, moment=NOON)
    return found, len(count)


def edit(workspace, old="return result", new="return 0", file=MODULE):
    """Do what a hunter does."""
    path = workspace.root / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_repair_that_breaks_another_law_is_found(workspace):
    """With the law in words, its file and what shows it."""
    edit(workspace)
    (broken,) = look(workspace)[0].broken
    assert broken.words == "a total grows by what is added"
    assert broken.file == f"tests/general/test_{GROWING}.py"
    assert broken.evidence == "it grows by 0, not by 3"


def test_a_law_that_was_broken_at_the_start_is_no_regression(workspace):
    """Neither while it stays so, nor when the repair breaks it in another way."""
    edit(workspace, "result = 1", "result = 2")
    found, _ = look(workspace)
    assert (found.broken, found.warnings) == ((), ())


def test_nothing_is_run_while_nothing_is_changed(workspace):
    """The code of the start keeps what it kept."""
    assert look(workspace)[1] == 0
    edit(workspace)
    look(workspace)
    edit(workspace, "return 0", "return result")
    assert look(workspace) == (Regressions(()), 0)


def test_a_law_is_asked_once_about_the_same_code(workspace):
    """Two laws about that of the hunter, and who does not pass there about that of the start."""
    edit(workspace)
    assert [look(workspace)[1], look(workspace)[1]] == [4, 0]
    edit(workspace, "return 0", "return 1")
    assert look(workspace)[1] == 2
    edit(workspace, "return 1", "return 0")
    found, asked = look(workspace)
    assert ([it.law for it in found.broken], asked) == ([GROWING], 0)


def test_who_passes_now_is_not_asked_about_the_start(workspace):
    """It is broken by nobody."""
    edit(workspace, "result = 1", "result = 0")
    assert look(workspace)[1] == 2


def test_a_law_that_ends_without_a_verdict_is_asked_again(workspace):
    """A busy machine, or one without memory, must not make a law count as broken for ever."""
    deadly = workspace.root / "abacus/deadly.py"
    deadly.write_text("import os\nos._exit(3)\n")
    edit(workspace, "return result", "from abacus import deadly\n    return result")
    assert len(look(workspace)[0].broken) == 1
    assert look(workspace)[1] == 2


BROKEN = {
    "empty": b"",
    "another format": b'{"format": 2}',
    "not UTF-8": b"\xff",
    "other laws": b'{"format": 1, "laws": {"other": []}}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_damaged_record_is_put_away_and_made_anew(workspace, content):
    """What is found does not depend on it."""
    (workspace.root / LAWS).write_bytes(content)
    edit(workspace)
    first, second = look(workspace)[0], look(workspace)[0]
    assert [it.law for it in first.broken] == [GROWING]
    assert "It is kept in" in first.warnings[0]
    (backup,) = (workspace.root / ".bughunt/backup").glob("*/laws.json")
    assert backup.read_bytes() == content
    assert (second.broken, second.warnings) == (first.broken, ())


def test_what_another_text_of_a_law_says_is_kept_apart(workspace):
    """It is asked: a hunter may look closer at a law, and then take that back."""
    law = f"tests/general/test_{GROWING}.py"
    edit(workspace)
    look(workspace)
    edit(workspace, "not by 3", "not by three", law)
    found, asked = look(workspace)
    assert ([it.evidence for it in found.broken], asked) == (["it grows by 0, not by three"], 2)
    edit(workspace, "not by three", "not by 3", law)
    assert [it.evidence for it in look(workspace)[0].broken] == ["it grows by 0, not by 3"]


def test_a_save_while_laws_are_asked_is_not_taken_for_what_they_saw(workspace):
    """The answer is about the texts of before, and kept as that."""
    edit(workspace)
    packages = workspace.manifest.packages
    batch = detector.Batch(root=workspace.root, packages=packages, cases=(), jobs=1)
    saves = ["return 0", "return result"]

    with detector.open_runner() as run:

        def saving(batch):
            if saves:
                edit(workspace, *saves)
                saves.clear()
            return run(batch)

        before = regressions(workspace, saving, batch, moment=NOON)
    assert [it.law for it in before.broken] == [GROWING]
    assert look(workspace)[0] == Regressions(())
    edit(workspace)
    assert [it.law for it in look(workspace)[0].broken] == [GROWING]


def test_without_the_first_commit_nobody_can_say_what_broke(workspace):
    """That is told, and is no error."""
    shutil.rmtree(workspace.root / ".git")
    edit(workspace)
    found, _ = look(workspace)
    assert found.broken is None
    assert "its first commit cannot be read" in found.warnings[0]


def test_a_workspace_without_general_laws_is_not_looked_at(bank, tmp_path):
    """Such as one of an earlier bughunt, or of an exam."""
    made = materialize(bank, select_level(bank, "short"), tmp_path / "old")
    edit(made)
    assert look(made) == (Regressions(None), 0)


def test_an_earlier_manifest_names_no_general_laws(workspace):
    """It says the same of the tests that it knows."""
    file = workspace.root / MANIFEST
    text = re.sub(r'\s+"tests/general/[^,]*,(?=\s+")', "", file.read_text())
    assert "tests/general" not in text
    file.write_text(text)
    edit(workspace)
    assert look(find_workspace(workspace.root))[0].broken is None
