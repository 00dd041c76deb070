"""What is kept of a hunt, and what happens to a record that cannot be used."""

import subprocess
from datetime import datetime, timedelta, timezone
from operator import methodcaller

import pytest

from bughunt.progress import PROGRESS, Trail, Verdict, update
from bughunt.select import select_level
from bughunt.workspace import materialize

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def workspace(bank, tmp_path):
    """Return a workspace with two symptoms."""
    return materialize(bank, select_level(bank, "short"), tmp_path / "hunt")


def test_a_hunt_starts_with_the_first_command(workspace):
    """A later one finds the same start."""
    assert update(workspace, NOON).after.started == NOON
    again = update(workspace, LATER)
    assert (again.after.started, again.warnings) == (NOON, ())
    assert again.after.symptoms == (Trail(), Trail())


def test_hints_are_kept_with_their_time_and_end_with_the_third(workspace):
    """A fourth wish gives nothing new."""
    for minute in range(4):
        moment = NOON + timedelta(minutes=minute)
        update(workspace, moment, methodcaller("with_hint", 2, moment))
    taken = update(workspace, LATER).before.symptoms
    assert taken == (Trail(), Trail(hints=(NOON, *(NOON + timedelta(minutes=m) for m in (1, 2)))))


def test_a_symptom_is_newly_fixed_once(workspace):
    """Broken and fixed again, it keeps the first time; the last verdict is kept beside it."""
    checks = ((NOON, {1: False, 2: True}), (LATER, {2: False}), (LATER, {2: True, 1: False}))
    steps = [
        update(workspace, moment, methodcaller("with_verdicts", fixed, moment))
        for moment, fixed in checks
    ]
    assert [step.newly_fixed for step in steps] == [(2,), (), ()]
    first, second = steps[-1].after.symptoms
    assert first == Trail(checked=Verdict(LATER, False))
    assert second == Trail(checked=Verdict(LATER, True), first_fixed=NOON)


def test_an_answer_counts_once_and_not_after_the_fix(workspace):
    """Who has fixed a symptom gives nothing up."""
    progress = update(workspace, NOON).after.with_verdicts({2: True}, NOON)
    progress = progress.with_answer(1, NOON).with_answer(1, LATER).with_answer(2, LATER)
    assert [trail.revealed for trail in progress.symptoms] == [NOON, None]


TRAIL = '{"hints": [], "revealed": null, "checked": null, "first_fixed": null}'
START = '"format": 1, "started": "2026-03-01T12:00:00Z"'
FOUR = ", ".join(['"2026-03-01T12:00:00Z"'] * 4)
BROKEN = {
    "empty": (b"", "not a record of progress: Input data was truncated"),
    "not UTF-8": (b'{"format": 1, "started": "\xff"}', "not a record of progress: "),
    "deep": (b'{"format": 1, "x": ' + b"[" * 100_000, "not a record of progress: maximum recur"),
    "newer": (b'{"format": 2, "more": 3}', "format 2; this bughunt reads format 1."),
    "fields": (f"{{{START}}}".encode(), "missing required field `symptoms`"),
    "unknown field": (f'{{{START}, "symptoms": [], "x": 1}}'.encode(), "unknown field `x`"),
    "no zone": (b'{"format": 1, "started": "2026-03-01T12:00:00", "symptoms": []}', "timezone"),
    "symptoms": (f'{{{START}, "symptoms": [{TRAIL}]}}'.encode(), "about 1 symptoms, and this"),
    "hints": (f'{{{START}, "symptoms": [{{"hints": [{FOUR}]}}]}}'.encode(), "length <= 3"),
}


@pytest.mark.parametrize(("content", "told"), BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_told_and_put_away(workspace, content, told):
    """Its bytes are kept, and the next command finds a sound one."""
    (workspace.root / PROGRESS).write_bytes(content)

    step = update(workspace, NOON)

    (warning,) = step.warnings
    assert f"{PROGRESS}: " in warning
    assert told in warning
    (kept,) = (workspace.root / ".bughunt/backup").glob("*/progress.json")
    assert str(kept.parent) in warning
    assert kept.read_bytes() == content
    assert (step.after.started, update(workspace, LATER).warnings) == (NOON, ())


def test_two_broken_records_of_one_second_are_both_kept(workspace):
    """Nothing that was put away is overwritten."""
    for content in ("first", "second"):
        (workspace.root / PROGRESS).write_text(content)
        update(workspace, NOON)
    kept = (workspace.root / ".bughunt/backup").glob("*/progress.json")
    assert {file.read_text() for file in kept} == {"first", "second"}


def test_what_cannot_be_put_away_is_left_and_told(workspace):
    """No command fails for want of a record, and none destroys one."""
    (workspace.root / PROGRESS).write_text("mine")
    (workspace.root / ".bughunt/backup").write_text("in the way")

    step = update(workspace, NOON, methodcaller("with_hint", 1, NOON))

    assert step.warnings[0].endswith("It cannot be put away: Not a directory. Remove it.")
    assert step.after.symptoms[0].hints == (NOON,)
    assert (workspace.root / PROGRESS).read_text() == "mine"


def test_a_record_that_cannot_be_written_is_told(workspace):
    """A folder that is gone stops root, too, whom permissions do not."""
    (workspace.root / ".bughunt").rename(workspace.root / "elsewhere")

    step = update(workspace, NOON)

    assert step.warnings == (
        f"{workspace.root / PROGRESS}: cannot be written: No such file or directory. "
        "Look at its permissions; until it can be, progress is not kept.",
    )


def test_git_does_not_see_progress_and_backups(workspace):
    """The manifest beside them is still watched."""
    (workspace.root / PROGRESS).write_text("broken")
    update(workspace, NOON)
    manifest = workspace.root / ".bughunt/manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")

    git = ["git", "-C", str(workspace.root), "status", "--porcelain"]
    status = subprocess.run(git, capture_output=True, text=True, check=True)
    assert status.stdout == " M .bughunt/manifest.json\n"
