"""Asking in the background: answers come as they end, and a server that dies is not the end."""

import os
import queue
import signal

import pytest

from bughunt.desk import asking
from bughunt.desk.asking import Asker, Ended, Over
from bughunt.detector import Case, Failed, Passed, RunnerDied

JUDGE = "\ndef test_two(observed):\n    assert observed == 2\n"
DETECTORS = {
    1: "def observe(seed):\n    return 2\n",
    2: "def observe(seed):\n    return 3\n",
    3: "import time\ndef observe(seed):\n    time.sleep(99)\n",
}


@pytest.fixture
def posted():
    """Return the queue in which events arrive."""
    return queue.Queue()


@pytest.fixture
def asker(tmp_path, posted):
    """Return a running asker of an empty package."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    with Asker(tmp_path, ("shop",), posted.put, jobs=2) as running:
        yield running


@pytest.fixture
def cases(tmp_path):
    """Return a function that gives the cases with these numbers."""
    for number, text in DETECTORS.items():
        (tmp_path / f"test_{number}.py").write_text(text + JUDGE)
    return lambda *chosen: {number: Case((tmp_path / f"test_{number}.py",)) for number in chosen}


def until_over(posted):
    """Return the outcomes by number that arrive, and the end."""
    outcomes = {}
    while isinstance(event := posted.get(timeout=60), Ended):
        outcomes[event.key] = event.run.runs[0].outcome
    return outcomes, event


def test_batch_after_batch_is_answered_by_number(asker, cases, posted):
    """The second finds the server warm."""
    for _ in range(2):
        asker.ask(cases(2, 1))
        outcomes, over = until_over(posted)
        assert outcomes[1] == Passed()
        assert isinstance(outcomes[2], Failed)
        assert over == Over()


def test_a_cancelled_batch_is_over_at_once(asker, cases, posted):
    """A case that hangs keeps nobody."""
    asker.ask(cases(1, 3))
    assert posted.get(timeout=60).key == 1
    asker.cancel()
    assert until_over(posted) == ({}, Over())


def test_a_server_that_dies_is_started_again(asker, cases, posted, tmp_path):
    """What is left of the batch is asked anew, and it is told."""
    asker.ask(cases(1, 3))
    assert posted.get(timeout=60).key == 1
    (tmp_path / "test_3.py").write_text(DETECTORS[2] + JUDGE)
    os.kill(asker._server._process.pid, signal.SIGKILL)
    outcomes, over = until_over(posted)

    assert list(outcomes) == [3]
    assert over == Over(restarted=True)


@pytest.mark.parametrize("error", [RunnerDied, OSError])
def test_a_server_that_dies_twice_is_given_up_and_told(asker, cases, posted, monkeypatch, error):
    """The next question starts another one."""

    class Doomed:
        def run(self, _batch):
            raise error("it ended")

        def close(self):
            pass

        cancel = close

    with monkeypatch.context() as patched:
        patched.setattr(asking, "DetectorServer", Doomed)
        asker.ask(cases(1))
        assert until_over(posted) == ({}, Over(problem="it ended"))
    asker.ask(cases(1))
    assert until_over(posted) == ({1: Passed()}, Over())
