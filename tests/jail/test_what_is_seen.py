"""What a submission sees from inside a jail while it is graded: no key, no law, no bug, no name."""

import ast
import os
import secrets
import subprocess
import sys

import pytest

from bughunt.exam.grading import workbench
from bughunt.exam.grading.workbench import Workbench
from bughunt.jail import places, zygote
from bughunt.jail.descendants import descendants
from bughunt.jail.strength import Strength
from bughunt.running import observation
from bughunt.spec import load_bank

LAW = "a_dozen_is_more_than_ten"
BUG = "dozens_sold_as_tens"
STUDENT = "rosalind-4711"
LEVELS = f"""\
version: 1
source: {{root: ., packages: [shop]}}
detectors: tests/detectors
levels:
  short: {{title: Short, minutes: 20, bugs: [{BUG}]}}
bugs:
  {BUG}:
    symptom: A box is lighter than it was.
    topics: [money]
    difficulty: 2
    edits:
      - {{target: "shop/__init__.py::dozen", operator: replace, match: "12", by: "10"}}
    detector: {LAW}
    expect: assertion
    hints: [First., Second., Third.]
    explanation: It sold ten.
    reference: everywhere
"""
DETECTOR = '''\
"""Whoever asks for a dozen has more than ten."""


def observe(seed):
    from shop import dozen

    return {"given": dozen(seed)}


def test_a_dozen_is_more_than_ten(observed):
    assert observed["given"] > 10, "a dozen of fewer"
'''
# A submission: it returns all that it sees. The seed is the number of the grader's process.
SPY = """
import gc
import os
import sys


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20)
    except OSError:
        return b""


def names(path):
    try:
        return os.listdir(path)
    except OSError:
        return []


def link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def process(number):
    folder = f"/proc/{number}"
    parts = ("cmdline", "environ", "maps", "mountinfo", "comm", "stack")
    seen = {f"{number} {part}": read(f"{folder}/{part}") for part in parts}
    opened = [link(f"{folder}/fd/{it}") for it in names(f"{folder}/fd")]
    return {**seen, f"{number} fd": repr(opened).encode()}


def files():
    for top in {os.getcwd(), os.environ["HOME"], "/tmp", "/var/tmp", "/dev/shm", "/run", "/root"}:
        for place, _, inside in os.walk(top):
            yield from (f"{place}/{it}" for it in inside)


def texts():
    for thing in gc.get_objects():
        yield from (it for it in gc.get_referents(thing) if isinstance(it, (str, bytes)))


def dozen(grader):
    shown = sorted(int(it) for it in names("/proc") if it.isdecimal())
    seen = {"environment": repr(dict(os.environ)), "arguments": repr([sys.argv, sys.orig_argv])}
    seen["modules"] = repr([(it, getattr(sys.modules[it], "__file__", "")) for it in sys.modules])
    seen["memory"] = "\\n".join(map(repr, set(texts())))
    for number in {*map(str, shown), "self", "thread-self", str(os.getppid()), str(grader)}:
        seen.update(process(number))
    for path in list(files()):
        seen[path] = path.encode() + read(path)
    return {"shown": shown, "seen": seen}
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """Return a bank of one bug."""
    root = tmp_path_factory.mktemp("bank")
    (root / "shop").mkdir()
    (root / "shop" / "__init__.py").write_text("def dozen(seed):\n    return 12\n")
    (root / "tests" / "detectors").mkdir(parents=True)
    (root / "tests" / "detectors" / f"test_{LAW}.py").write_text(DETECTOR)
    (root / "levels.yaml").write_text(LEVELS)
    return load_bank(root / "levels.yaml")


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """Return what nobody inside may see: in a file, in the grader's environment, in a process."""
    key = secrets.token_hex(32)
    folder = tmp_path_factory.mktemp("exam")
    (folder / "exam.key").write_text(key)
    found = [key, LAW, BUG, STUDENT, "more than ten", "a dozen of fewer"]
    waiting = [sys.executable, "-S", "-c", "input()", *found]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXAM_KEY", key)
        with subprocess.Popen(waiting, stdin=subprocess.PIPE) as process:
            yield [word.encode() for word in found]
            process.communicate(b"\n")


def held(seen, words):
    """Return where words stand, as pairs."""
    texts = {place: it if isinstance(it, bytes) else it.encode() for place, it in seen.items()}
    return {(place, word) for place, text in texts.items() for word in words if word in text}


@pytest.fixture(scope="module")
def spied(tier, bank):
    """Return what a submission saw while a law looked at it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbench, "strongest", lambda: Strength(tier, {}))
        bench = Workbench(bank)
    sight = bench.observed((LAW,), {"shop/__init__.py": SPY}, os.getpid())[LAW]
    bench.close()
    assert not sight.why
    return observation.decode(sight.data)["given"]


def test_the_spy_has_good_eyes(words):
    """Where no jail is, it sees the process that shows the words."""
    space = {}
    exec(SPY, space)
    seen = [space["process"](it) for it in descendants(os.getpid())]
    assert {word for it in seen for place, word in held(it, words) if "cmdline" in place} == {
        *words
    }


def test_a_submission_sees_no_word_of_an_exam(words, spied):
    """Not in processes, variables, modules, texts in memory, or files."""
    assert held(spied["seen"], words) == set()


def test_a_submission_sees_no_process(spied):
    """It cannot list any, and of none that it can guess, itself among them, can it read a line."""
    assert spied["shown"] == []
    assert not [it for it, text in spied["seen"].items() if it.endswith("cmdline") and text]


def test_walls_alone_hide_the_processes_of_others(tier, words, tmp_path, monkeypatch):
    """A server, which has not locked any door, sees itself and what started it."""
    if tier.needs_landlock:
        pytest.skip("nothing but the doors of a child hides them in this tier")
    report = f"{SPY}\nprint({{it: process(it) for it in ({os.getpid()}, *names('/proc'))}})"
    monkeypatch.setattr(zygote, "BOOTSTRAP", report)
    launch = tier.launch(tmp_path)
    found = subprocess.run(
        launch.command, stdin=subprocess.DEVNULL, capture_output=True, env=launch.environment,
        cwd=tmp_path, check=True,
    )  # fmt: skip
    seen = ast.literal_eval(found.stdout.decode())
    numbers = [it for it in seen if str(it).isdecimal() and any(seen[it].values())]
    assert 1 <= len(numbers) <= 3
    assert seen["self"]["self cmdline"]
    assert [word for word in words if word in found.stdout] == []


def test_walls_alone_leave_one_folder_to_write(tier, tmp_path, monkeypatch):
    """Neither the root, nor devices, nor what covers the clean code."""
    if tier.needs_landlock:
        pytest.skip("nothing but the doors of a child keeps it from writing in this tier")
    folders = ["/", "/dev", "/usr", str(places.home()), ""]
    report = f"for it in {folders}:\n    try:\n        open(os.path.join(it, 'x'), 'w')\n"
    report += "        print(it)\n    except OSError:\n        pass\n"
    monkeypatch.setattr(zygote, "BOOTSTRAP", f"import os\n{report}")
    launch = tier.launch(tmp_path)
    found = subprocess.run(
        launch.command, stdin=subprocess.DEVNULL, capture_output=True, env=launch.environment,
        cwd=tmp_path, check=True,
    )  # fmt: skip
    assert found.stdout.splitlines() == [b""]
