"""``bughunt bank verify --bug ID --watch``: each save is followed by the proof of the bug."""

import os
from threading import Event

import pytest
from click.testing import CliRunner

from bughunt.authoring.watching import BankFiles, Prover, after_each_save
from bughunt.cli import bughunt
from bughunt.errors import BankError
from bughunt.proving.answer_store import Store
from bughunt.proving.evidence import Runners

BUG = "sum_starts_at_one"


def touch(path):
    """Save a file again, a second later."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))


@pytest.mark.parametrize(
    "file",
    [
        "levels.yaml",
        "abacus/arithmetic.py",
        "tests/detectors/test_total_of_nothing_is_nothing.py",
        "tests/detectors/samples.py",
    ],
)
def test_a_look_sees_each_file_that_a_verdict_depends_on(bank, bank_folder, file):
    """Catalogue, target, detector, and what the detector imports."""
    files = BankFiles(bank)
    before = files.look()
    touch(bank_folder / file)
    assert files.look() != before


def test_a_look_does_not_see_what_runs_leave_behind(bank, bank_folder):
    """Bytecode and notes are no reason for another proof."""
    files = BankFiles(bank)
    before = files.look()
    (bank_folder / "abacus/__pycache__").mkdir()
    (bank_folder / "abacus/__pycache__/x.py").write_text("")
    (bank_folder / "notes.txt").write_text("")
    assert files.look() == before


@pytest.mark.slow
def test_each_save_is_followed_by_the_proof_of_what_is_there(bank, rewrite):
    """A catalogue that cannot be read is told, and the next save is proved by the same servers."""
    said, stop = [], Event()
    steps = iter(
        [
            lambda: rewrite("result = 0\n", "result = 0 + 0\n", "abacus/arithmetic.py"),
            lambda: rewrite("match: result = 0", "match: result = 0 + 0"),
            lambda: rewrite("difficulty: 1", "difficulty: 9"),
            stop.set,
        ]
    )
    with Runners() as runners:
        prover = Prover(bank.path, BUG, Store(None), runners, jobs=1)

        def act():
            try:
                _, proof = prover.prove(seeds=1, triples=0)
                said.append("edit-fails" in {finding.rule for finding in proof.findings})
            except BankError as error:
                said.append(error.problems[0].partition(": ")[2][:30])
            next(steps)()

        after_each_save(bank, act, said.append, stop)
    assert said == [False, True, False, f"bug '{BUG}': diffi"]


def test_a_folder_that_goes_ends_the_watch_with_a_message(bank, bank_folder):
    """Nothing can be proved of what is not there."""
    moved = bank_folder.with_name("moved")
    with pytest.raises(BankError, match="its folder is gone"):
        after_each_save(bank, lambda: bank_folder.rename(moved), print, Event())


def test_a_watch_needs_one_bug(bank_folder):
    """The whole bank is not proved after each save."""
    result = CliRunner().invoke(bughunt, ["bank", "verify", "--watch", "--bank", str(bank_folder)])
    assert (result.exit_code, "Add --bug BUG." in result.output) == (2, True)
