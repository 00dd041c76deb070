"""The hunts that stand in a folder: which level each is of, and how far it is."""

from datetime import datetime, timedelta, timezone
from operator import methodcaller

import pytest

from bughunt.hunts import Hunt, hunts_in
from bughunt.manifest import MANIFEST
from bughunt.progress import PROGRESS, update
from bughunt.select import select_bugs, select_level
from bughunt.workspace import materialize

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LATER = NOON + timedelta(minutes=70)


@pytest.fixture
def workspace(bank, tmp_path):
    """Return a workspace of the level in a folder of its own."""
    return materialize(bank, select_level(bank, "short"), tmp_path / "all" / "mine")


def test_a_hunt_lasts_from_its_first_command_to_what_was_noted_last(workspace, bank):
    """Not to the moment at which somebody asks."""
    folder = workspace.root.parent
    assert hunts_in(folder, bank)["short"][0].started is None

    update(workspace, NOON, methodcaller("with_verdicts", {1: True, 2: False}, NOON))
    update(workspace, LATER, methodcaller("with_hint", 2, LATER))
    expected = Hunt(folder="mine", fixed=1, total=2, started=NOON, seconds=4200)
    assert hunts_in(folder, bank) == {"short": (expected,)}


def test_a_symptom_that_is_broken_again_does_not_count(workspace, bank):
    """The last verdict does."""
    update(workspace, NOON, methodcaller("with_verdicts", {1: True}, NOON))
    update(workspace, LATER, methodcaller("with_verdicts", {1: False}, LATER))
    assert hunts_in(workspace.root.parent, bank)["short"][0].fixed == 0


def test_the_bugs_tell_the_level_and_not_the_name(workspace, bank):
    """A folder with other bugs is of no level, whatever it is called."""
    folder = workspace.root.parent
    same = list(bank.levels["short"].bugs)
    materialize(bank, select_bugs(bank, same), folder / "chosen")
    materialize(bank, select_bugs(bank, same[::-1]), folder / "bughunt-short")
    assert [it.folder for it in hunts_in(folder, bank)["short"]] == ["chosen", "mine"]


def test_what_cannot_be_read_is_no_hunt(workspace, bank):
    """A damaged record of progress is left as it is, for the next command in the workspace."""
    folder = workspace.root.parent
    (folder / "file").write_text("no folder")
    (folder / "other" / ".bughunt").mkdir(parents=True)
    (folder / "other" / MANIFEST).write_text("{}")
    (workspace.root / PROGRESS).write_text("damaged")
    (hunt,) = hunts_in(folder, bank)["short"]
    assert (hunt.folder, hunt.started) == ("mine", None)
    assert (workspace.root / PROGRESS).read_text() == "damaged"
    assert hunts_in(folder / "missing", bank) == {"short": ()}
