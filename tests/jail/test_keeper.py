"""A jail: honest observations come out whole, and every other end has a name."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from bughunt.jail.answer import Died, Exceeded, Observed, Raised
from bughunt.jail.descendants import descendants
from bughunt.jail.folder import Folder
from bughunt.jail.keeper import Jail, JailBroke
from bughunt.jail.request import MIB, BadRequest, Limits, Request

SHOP = {"shop/__init__.py": "", "shop/sums.py": "def double(x):\n    return 2 * x\n"}
OBSERVE = "def observe(seed):\n    from shop.sums import double\n    return double(seed)\n"


def test_observation_comes_out_as_it_went_in(ask):
    """Arrays, text and numbers keep their types and values."""
    observing = (
        "import numpy as np\ndef observe(seed):\n"
        "    return {'a': np.arange(3.0), 'b': ['x', 1, None], 'c': (True, 2.5)}\n"
    )
    found = ask(observing).ending.observation()
    np.testing.assert_array_equal(found["a"], [0.0, 1.0, 2.0])
    assert (found["b"], found["c"]) == (["x", 1, None], (True, 2.5))


def test_code_under_hunt_comes_from_the_request_alone(ask):
    """The same name holds other code in the next request."""
    assert ask(OBSERVE, SHOP, seed=4).ending.observation() == 8
    other = SHOP | {"shop/sums.py": "def double(x):\n    return x + x + 1\n"}
    assert ask(OBSERVE, other, seed=4).ending.observation() == 9


def test_answer_names_its_tier(ask, tier):
    """A mark that was given in a weak jail can be told from one that was not."""
    assert ask(OBSERVE, SHOP).tier == tier.name


def test_support_module_is_imported_by_its_name(ask):
    """What an observing half imports from beside it comes with the request."""
    observing = "def observe(seed):\n    from helper import word\n    return word\n"
    assert ask(observing, support={"helper": "word = 'yes'"}).ending.observation() == "yes"


def test_exception_names_the_line_of_the_code_under_hunt(ask):
    """Its class, its text and the place travel."""
    tree = SHOP | {"shop/sums.py": "def double(x):\n    raise ValueError('odd')\n"}
    assert ask(OBSERVE, tree).ending == Raised("ValueError", "odd", "shop/sums.py:2")


@pytest.mark.parametrize(
    ("body", "limits", "ending"),
    [
        ("import os; os._exit(3)", {}, Died("exit code 3")),
        ("import os; os.abort()", {}, Died("SIGABRT")),
        ("while True: pass", {"seconds": 0.5}, Exceeded("time", 0.5)),
        ("while True: pass", {"cpu_seconds": 1}, Exceeded("processor time", 1)),
        ("return bytes(300 << 20) * 2", {"memory": 64 * MIB}, Exceeded("memory", 64 * MIB)),
        ("print('x' * 10**6)", {"output": 1000}, Exceeded("output", 1000)),
        ("return bytes(10**6)", {"answer": 1000}, Exceeded("answer", 1000)),
    ],
    ids=["exit", "abort", "wall", "processor", "memory", "output", "answer"],
)
def test_every_end_has_a_name(ask_strongest, body, limits, ending):
    """What a child does too much of is told from what it does wrong."""
    assert ask_strongest(f"def observe(seed):\n    {body}\n", limits=limits).ending == ending


def test_files_of_one_child_are_gone_for_the_next(ask):
    """The folder in which a child writes is empty when it starts."""
    write = "def observe(seed):\n    open('left', 'w').close()\n"
    look = "import os\ndef observe(seed):\n    return os.listdir('.')\n"
    assert isinstance(ask(write).ending, Observed)
    assert ask(look).ending.observation() == []


def test_random_numbers_differ_between_children(ask_strongest):
    """A fork of one server does not draw what the last fork drew."""
    draw = "import random\nimport numpy as np\ndef observe(seed):\n"
    draw += "    return [random.random(), np.random.random()]\n"
    first, second = (ask_strongest(draw).ending.observation() for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


@pytest.mark.parametrize(
    "path",
    ["numpy/__init__.py", "shop/../x.py", "/shop/x.py", "shop/x.so", "shop/a b.py", "conftest.py"],
)
def test_text_outside_the_packages_is_refused(strongest_jail, path):
    """A submission cannot stand in for a library or for what a runner loads by itself."""
    with pytest.raises(BadRequest, match="is no module of shop"):
        strongest_jail.run(Request(packages=("shop",), tree={path: ""}, observing=OBSERVE))


def test_support_cannot_stand_for_a_package(strongest_jail):
    """Nor for the observing half itself."""
    with pytest.raises(BadRequest, match="has a name that is taken"):
        strongest_jail.run(Request(packages=("shop",), tree={}, observing="", support={"shop": ""}))


def test_server_that_dies_is_an_error_once_and_is_replaced(tier):
    """One broken server does not stop the grading of others."""
    with Jail(tier) as jail:
        jail.run(Request(packages=("shop",), tree=SHOP, observing=OBSERVE))
        for pid in descendants(jail._server._process.pid) | {jail._server._process.pid}:
            os.kill(pid, signal.SIGKILL)
        name = jail._server._folder.path.name
        with pytest.raises(JailBroke, match="the server inside ended"):
            jail.run(Request(packages=("shop",), tree=SHOP, observing=OBSERVE))
        assert list(Path("/sys/fs/cgroup").rglob(name)) == []
        again = jail.run(Request(packages=("shop",), tree=SHOP, observing=OBSERVE, seed=2))
        assert again.ending.observation() == 4


def test_what_trusted_texts_import_is_there_for_the_next_child(strongest_tier):
    """The clean code shows which parts of libraries load late; a submission cannot choose."""
    observing = "import sys\ndef observe(seed):\n    known = 'json.tool' in sys.modules\n"
    observing += "    import json.tool\n    return known\n"
    request = Request(packages=(), tree={}, observing=observing)
    with Jail(strongest_tier, preload=["json"]) as jail:
        found = [jail.run(request, is_trusted=trust) for trust in (False, True, False)]
    assert [answer.ending.observation() for answer in found] == [False, False, True]


HANGING = """
import sys
from bughunt.jail import keeper
from bughunt.jail.request import Request
from bughunt.jail.tiers import TIERS
take = keeper._Streams.take
def told(streams, descriptor):
    more = take(streams, descriptor)
    print("in the middle", flush=True)
    return more
keeper._Streams.take = told
with keeper.Jail({tier.name: tier for tier in TIERS}[sys.argv[1]]) as jail:
    hang = "def observe(seed):\\n    print('here', flush=True)\\n    while True: pass"
    jail.run(Request(packages=(), tree={}, observing=hang))
"""


@pytest.fixture
def orphaned(tier, tmp_path):
    """Return what ran under a keeper that was killed while a child observed: (pidfd, pid)."""
    command = [sys.executable, "-c", HANGING, tier.name]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with (
        contextlib.ExitStack() as stack,
        subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as keeper,
    ):
        assert keeper.stdout.readline() == b"in the middle\n"
        started = [(os.pidfd_open(pid), pid) for pid in descendants(keeper.pid)]
        for descriptor, _ in started:
            stack.callback(os.close, descriptor)
        keeper.kill()
        yield started


@pytest.mark.slow
def test_nothing_outlives_a_keeper_that_is_killed(orphaned, tmp_path, monkeypatch):
    """Its server hears that nobody listens any more; the next keeper removes its folder."""
    assert len(orphaned) >= 2
    waiting = select.poll()
    for descriptor, pid in orphaned:
        waiting.register(descriptor, select.POLLIN)
        assert waiting.poll(30_000), f"process {pid} is still there after 30 seconds"
        waiting.unregister(descriptor)
    (left,) = tmp_path.iterdir()
    assert list(Path("/sys/fs/cgroup").rglob(left.name)) == []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Folder() as folder:
        assert list(tmp_path.iterdir()) == [folder.path]


@pytest.mark.slow
def test_memory_that_torch_takes_is_counted(strongest_tier):
    """A tensor beyond the limit ends as too much memory, touched or not; a small one is fine."""
    bodies = ("float(torch.ones(10**8)[0])", "torch.empty(10**11)", "float(torch.ones(1))")
    memory = 256 * MIB
    with Jail(strongest_tier, preload=["torch"]) as jail:
        endings = [
            jail.run(
                Request(
                    packages=(),
                    tree={},
                    observing=f"import torch\ndef observe(seed):\n    return {body}\n",
                    threads=2,
                    limits=Limits(memory=memory),
                )
            ).ending
            for body in bodies
        ]
    assert endings[:2] == [Exceeded("memory", memory)] * 2
    assert endings[2].observation() == 1.0
