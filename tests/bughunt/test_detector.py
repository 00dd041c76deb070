"""The side that asks: one server for many batches, an end without leftovers, clear farewells."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bughunt.detector import Batch, Case, DetectorServer, Passed, RunnerDied, run_cases

DETECTOR = """
def observe(seed):
    import mill
    return {"ground": mill.grind(seed)}

def test_ground_is_seed_and_one(observed):
    assert observed["ground"] == %s
"""


def write_tree(root, body="def grind(x):\n    return x + 1\n", expected=1):
    """Write a package ``mill`` with a detector; return the detector's path."""
    (root / "mill").mkdir(parents=True, exist_ok=True)
    (root / "mill" / "__init__.py").write_text(body)
    file = root / "test_ground.py"
    file.write_text(DETECTOR % (expected,))
    return file


def test_runs_come_back_in_the_order_of_the_cases(tmp_path):
    """Cases that end early do not overtake in the result."""
    file = write_tree(tmp_path, "import time\ndef grind(x):\n    time.sleep(0.3 / (x + 1))\n")

    runs = run_cases(tmp_path, ["mill"], [Case((file,), seed) for seed in (0, 5, 9)], jobs=3)

    assert [run.seed for run in runs] == [0, 5, 9]


def test_relative_root_and_detector_are_understood(tmp_path, monkeypatch):
    """The server has a current folder of its own; paths are meant in the caller's."""
    write_tree(tmp_path / "inner")
    monkeypatch.chdir(tmp_path)

    (run,) = run_cases(Path("inner/../inner"), ["mill"], [Case((Path("inner/test_ground.py"),))])

    assert run.outcome == Passed()


def test_tree_behind_a_link_counts_as_itself(tmp_path):
    """The bank in a checkout is made of links; what they lead to is no other tree."""
    file = write_tree(tmp_path / "real")
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "mill").symlink_to(tmp_path / "real" / "mill")

    (run,) = run_cases(tmp_path / "bank", ["mill"], [Case((file,))])

    assert run.outcome == Passed()


def test_one_server_serves_several_trees(tmp_path):
    """Nothing of an earlier batch is left in a later one."""
    cases = {name: Case((write_tree(tmp_path / name),)) for name in ("a", "b")}
    write_tree(tmp_path / "b", "def grind(x):\n    return 7\n", expected=7)

    with DetectorServer() as server:
        for name, case in cases.items():
            batch = Batch(root=tmp_path / name, packages=("mill",), cases=(case,))
            ((_, ended),) = server.run(batch)
            assert ended.runs[0].outcome == Passed()


def test_imports_are_paid_once_and_code_under_hunt_never_loaded_early(tmp_path):
    """What the code imports, at any depth, is there before the fork; the code itself is not."""
    file = write_tree(tmp_path)
    (tmp_path / "mill" / "wheel.py").write_text("def turn():\n    import colorsys\n")
    file.write_text(
        "def observe(seed):\n"
        "    import sys\n"
        "    before = list(sys.modules)\n"
        "    from mill import wheel\n"
        "    return before\n"
        "def test_loaded_before(observed):\n"
        "    assert 'colorsys' in observed and 'mill' not in observed\n"
    )

    (run,) = run_cases(tmp_path, ["mill"], [Case((file,))])

    assert run.outcome == Passed()


def test_environment_of_the_caller_does_not_reach_the_case(tmp_path, monkeypatch):
    """PYTHON variables could swap packages, and a random order of sets could swap verdicts."""
    known = subprocess.check_output(
        [sys.executable, "-c", "print(hash('salt'))"], env={"PYTHONHASHSEED": "0"}
    )
    body = "import os\ndef grind(x):\n    return (os.environ.get('PYTHONPATH'), hash('salt'))\n"
    file = write_tree(tmp_path, body, expected=(None, int(known)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "other"))
    monkeypatch.setenv("PYTHONHASHSEED", "7")

    (run,) = run_cases(tmp_path, ["mill"], [Case((file,))])

    assert run.outcome == Passed()


def test_server_that_dies_is_an_error_with_its_last_words(tmp_path):
    """Without a server there is no verdict on any case; the caller learns how it ended."""
    file = write_tree(tmp_path, "import os\ndef grind(x):\n    os.kill(os.getppid(), 9)\n")

    with pytest.raises(RunnerDied, match=r"ended with code -9: it wrote nothing\. Run 'bughunt"):
        run_cases(tmp_path, ["mill"], [Case((file,))])


def test_closing_the_server_kills_running_cases(tmp_path):
    """An interrupted check leaves nothing behind, not even a case that would run for ever."""
    note = tmp_path / "pid"
    body = f"""
import os
def grind(x):
    if x:
        os.symlink(str(os.getpid()), {str(note)!r})
    while x or not os.path.lexists({str(note)!r}):
        pass
    return 1
"""
    file = write_tree(tmp_path, body)
    cases = (Case((file,), 0), Case((file,), 1))
    with DetectorServer() as server:
        runs = server.run(Batch(root=tmp_path, packages=("mill",), cases=cases, jobs=2))
        assert next(runs)[0] == 0

    with pytest.raises(ProcessLookupError, match="No such process"):
        os.kill(int(note.readlink().name), 0)


def test_a_cancelled_batch_ends_early_and_the_next_is_served(tmp_path):
    """Whoever waits for a case that hangs gets what has ended; no case of the two outlives it."""
    body = "import time\ndef grind(x):\n    time.sleep(99 * x)\n    return x + 1\n"
    file = write_tree(tmp_path, body)
    batch = Batch(
        root=tmp_path, packages=("mill",), cases=(Case((file,), 0), Case((file,), 1)), timeout=60
    )

    with DetectorServer() as server:
        ended = []
        for index, _ in server.run(batch):
            ended.append(index)
            server.cancel()
        ((_, after),) = server.run(msgspec.structs.replace(batch, cases=batch.cases[:1]))

    assert ended == [0]
    assert after.runs[0].outcome == Passed()


def test_cancelling_what_has_ended_costs_the_next_batch_nothing(tmp_path):
    """The wish may come too late."""
    batch = Batch(root=tmp_path, packages=("mill",), cases=(Case((write_tree(tmp_path),)),))

    with DetectorServer() as server:
        list(server.run(batch))
        server.cancel()
        assert len(list(server.run(batch))) == 1
