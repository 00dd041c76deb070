"""Regressions: what the code kept at the start and breaks now, by really running the laws."""

import re
import shutil
from datetime import datetime, timezone

import pytest

from bughunt import detector
from bughunt.manifest import MANIFEST
from bughunt.regressions import START, Regressions, regressions
from bughunt.select import select_level
from bughunt.workspace import find_workspace, materialize

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
MODULE = "abacus/arithmetic.py"
GROWING, SINGLE = "a_total_grows_by_what_is_added", "total_of_one_number_is_that_number"


@pytest.fixture
def workspace(rich_bank, tmp_path):
    """Return a workspace with two general laws, of which one is broken at the start."""
    return materialize(rich_bank, select_level(rich_bank, "short"), tmp_path / "hunt")


def look(workspace, *, keeps=True):
    """Look for regressions; return them and how many cases were run."""
    packages, count = workspace.manifest.packages, []
    batch = detector.Batch(root=workspace.root, packages=packages, cases=(), jobs=2)
    with detector.open_runner() as run:

        def counted(batch):
            count.extend(batch.cases)
            return run(batch)

        found = regressions(workspace, counted, batch, moment=NOON, keeps=keeps)
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


def test_the_start_is_tried_once(workspace):
    """Two laws on the start code, then only the kept one on that of the hunter."""
    edit(workspace, "Add up", "Sum up")
    assert [look(workspace)[1], look(workspace)[1]] == [3, 1]
    text = (workspace.root / START).read_text()
    kept = dict(re.findall(r'"(\w+)": \{\s+"kept": (\w+)', text))
    assert kept == {GROWING: "true", SINGLE: "false"}


def test_a_law_without_a_verdict_on_the_start_is_asked_again(workspace):
    """A busy machine, or one without memory, must not make a law count as broken for ever."""
    law = workspace.root / f"tests/general/test_{GROWING}.py"
    text = law.read_text()
    law.write_text("import os\nos._exit(3)\n")
    edit(workspace)
    assert look(workspace)[0].broken == ()
    assert re.findall(r'"(\w+)": \{\s+"kept"', (workspace.root / START).read_text()) == [SINGLE]
    law.write_text(text)
    assert [it.law for it in look(workspace)[0].broken] == [GROWING]
    assert look(workspace)[1] == 1


BROKEN = {
    "empty": b"",
    "another format": b'{"format": 2}',
    "not UTF-8": b"\xff",
    "other laws": b'{"format": 1, "laws": {"other": {"kept": true, "files": []}}}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_damaged_record_is_put_away_and_made_anew(workspace, content):
    """What is found does not depend on it."""
    (workspace.root / START).write_bytes(content)
    edit(workspace)
    first, second = look(workspace)[0], look(workspace)[0]
    assert [it.law for it in first.broken] == [GROWING]
    assert "It is kept in" in first.warnings[0]
    (backup,) = (workspace.root / ".bughunt/backup").glob("*/start.json")
    assert backup.read_bytes() == content
    assert (second.broken, second.warnings) == (first.broken, ())


def test_what_changed_tests_say_of_the_start_is_not_kept(workspace):
    """They are asked, though: a hunter may look closer at a law."""
    edit(workspace, "not by 3", "not by three", f"tests/general/test_{GROWING}.py")
    edit(workspace)
    (broken,) = look(workspace, keeps=False)[0].broken
    assert broken.evidence == "it grows by 0, not by three"
    assert not (workspace.root / START).exists()


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
