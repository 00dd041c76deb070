"""The runner: whatever a case does, it ends as an outcome of that case alone."""

import os
import py_compile
import signal
import textwrap
import threading
import time
from pathlib import Path

import pytest

from bughunt.detector import (
    Batch,
    Case,
    Crashed,
    DetectorServer,
    Failed,
    Passed,
    RunnerDied,
    TimedOut,
    run_in_fresh_processes,
)

JUDGE = "def test_result_is_two(observed):\n    assert observed['result'] == 2\n"
OBSERVE = "def observe(seed):\n    import shop\n    return {'result': shop.double(1)}\n"


@pytest.fixture(scope="module")
def server():
    """Return one fork server for all tests: no case may spoil it for the next."""
    with DetectorServer() as running:
        yield running


@pytest.fixture(params=["fork", pytest.param("fresh", marks=pytest.mark.slow)])
def run(request, tmp_path, server):
    """Return a function that runs one detector text against one package text, in either way."""
    start = server.run if request.param == "fork" else run_in_fresh_processes

    def run_one(body, detector=OBSERVE + JUDGE, *, overlay=None, timeout=20.0, **limits):
        case = Case((write(tmp_path, body, detector),), overlay=overlay or {})
        batch = Batch(root=tmp_path, packages=("shop",), cases=(case,), timeout=timeout, **limits)
        ((_, ended),) = start(batch)
        return ended.runs[0]

    return run_one


def write(root, body, detector, name="test_law.py"):
    """Write a package ``shop`` and a detector; return the detector's path."""
    for folder in ("shop", "tests"):
        (root / folder).mkdir(exist_ok=True)
    (root / "shop" / "__init__.py").write_text(textwrap.dedent(body))
    file = root / "tests" / name
    file.write_text(textwrap.dedent(detector))
    return file


DOUBLE = "def double(x):\n    return 2 * x\n"


def test_correct_code_passes_in_both_ways(run):
    """The law of the file name, the seed and a time come back with the verdict."""
    result = run(DOUBLE)

    assert (result.detector, result.seed, result.outcome) == ("law", 0, Passed())
    assert 0 < result.seconds < 20


def test_failed_assertion_shows_its_values_when_it_has_no_message(run):
    """Without pytest a bare assert says nothing, so the runner reads both sides again."""
    result = run("def double(x):\n    return 3 * x\n")

    assert result.outcome == Failed("observed['result'] is 3, not 2")


def test_first_failing_test_of_several_is_reported(run):
    """Every test is run on data of its own: one that spoils them does no harm to the next."""
    detector = (
        OBSERVE
        + """
def test_first(observed):
    observed.clear()
def test_second(observed):
    assert observed, "the second saw what the first did"
def test_third(observed):
    assert observed["result"] == 5, "not five"
def test_fourth(observed):
    assert False, "unreachable"
"""
    )
    assert run(DOUBLE, detector).outcome == Failed("not five")


CRASHES = {
    "exception": ("raise KeyError('x')", "KeyError", "'x'", "shop/__init__.py:2"),
    "assertion in the code": (
        "assert x == 5, 'bad'",
        "AssertionError",
        "bad",
        "shop/__init__.py:2",
    ),
    "exit": ("raise SystemExit(0)", "SystemExit", "0", "shop/__init__.py:2"),
    "os exit": ("import os; os._exit(0)", "ProcessExit", "code 0 and no verdict", ""),
    "segmentation": ("import ctypes; ctypes.string_at(0)", "SIGSEGV", "SIGSEGV", ""),
    "kill": ("import os; os.kill(os.getpid(), 9)", "SIGKILL", "ended by SIGKILL", ""),
    "recursion": ("return double(x)", "RecursionError", "maximum recursion", "shop/__init__.py:2"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt", "", "shop/__init__.py:2"),
    "skip": ("import pytest; pytest.skip('no')", "Skipped", "no", "shop/__init__.py:2"),
    "not plain": ("return {x}", "TypeError", r"observed['result']: set is not", ""),
    "deep inside": ("import json; json.loads('{')", "JSONDecodeError", "", "shop/__init__.py:2"),
    "close all": ("import os; os.closerange(0, 99)\n    return 2", "ProcessExit", "no verdict", ""),
}


@pytest.mark.parametrize(("line", "exception", "message", "where"), CRASHES.values(), ids=CRASHES)
def test_crash_is_an_outcome_that_says_where(run, line, exception, message, where):
    """Nothing that the code does is taken for a verdict, and the innermost own line is named."""
    result = run(f"def double(x):\n    {line}\n").outcome

    assert isinstance(result, Crashed)
    assert (result.exception, result.where) == (exception, where)
    assert message in result.message


@pytest.mark.parametrize(
    ("line", "exception", "where"),
    [
        ("observed['missing']", "KeyError", "tests/test_law.py:5"),
        ("import unittest; raise unittest.SkipTest('no')", "SkipTest", "tests/test_law.py:5"),
        ("raise SystemExit(0)", "SystemExit", "tests/test_law.py:5"),
    ],
    ids=["key", "skip", "exit"],
)
def test_judge_that_does_not_judge_is_a_crash(run, line, exception, where):
    """Only a failed assertion is a judgement against the code."""
    result = run(DOUBLE, f"{OBSERVE}def test_it(observed):\n    {line}\n").outcome

    assert (result.exception, result.where) == (exception, where)


HANGS = {
    "loop": "while True: pass",
    "deaf": "import signal; signal.signal(15, signal.SIG_IGN)\n    while True: pass",
    "asleep without pipes": "import os, time; os.closerange(0, 99); time.sleep(60)",
}


@pytest.mark.parametrize("line", HANGS.values(), ids=HANGS)
def test_case_that_hangs_is_killed_when_its_time_is_over(run, line):
    """A signal that can be ignored would not do, nor a pipe that tells of the end."""
    started = time.monotonic()
    result = run(f"def double(x):\n    {line}\n", timeout=0.6)

    assert result.outcome == TimedOut(0.6)
    assert time.monotonic() - started < 10


def test_descendants_of_a_case_do_not_outlive_it(run, tmp_path):
    """What the code leaves running holds the pipes, and is killed with the case all the same."""
    note = tmp_path / "pid"
    body = f"""
        import subprocess
        def double(x):
            child = subprocess.Popen(["sleep", "60"])
            open({str(note)!r}, "w").write(str(child.pid))
            return 2 * x
    """
    result = run(body)

    assert result.outcome == Passed()
    assert ends_soon(int(note.read_text()))


def test_exit_is_seen_though_a_descendant_holds_the_pipes(run):
    """The end of a pipe is not the end of a case; its process is."""
    body = """
        import os, subprocess
        def double(x):
            subprocess.Popen(["sleep", "60"])
            os._exit(7)
    """
    assert "ended with code 7" in run(body).outcome.message


def ends_soon(pid):
    """Return whether the process ends within seconds; SIGKILL takes a moment."""
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        pass
    return not is_running(pid)


def is_running(pid):
    """Return whether the process exists and is more than a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork to be made")
def test_process_forked_by_the_code_has_no_say(run):
    """A child that climbs out of ``observe`` as well does not answer in place of its parent."""
    body = """
        import os, time
        def double(x):
            if os.fork():
                os.wait()
                return 3
            return 2
    """
    assert isinstance(run(body).outcome, Failed)


def test_flood_of_output_is_cut_to_its_end(run):
    """Printing neither blocks the case nor reaches the protocol nor fills the memory."""
    body = """
        import os, sys
        def double(x):
            for _ in range(300):
                os.write(1, b"x" * 100_000)
            print("last words", file=sys.stderr)
            return 2 * x
    """
    result = run(body)

    assert result.outcome == Passed()
    assert result.output.endswith("xxlast words\n")
    assert len(result.output) <= 8192


def test_memory_limit_ends_in_a_memory_error(run):
    """The limit counts from what the process holds when it starts."""
    result = run("def double(x):\n    return len(bytearray(2**30))\n", memory=2**28)

    assert result.outcome == Crashed("MemoryError", "", "shop/__init__.py:2")


def test_message_is_bounded_and_survives_a_broken_text(run):
    """The error's class belongs to the code under hunt, so its text may be anything."""
    long = run("def double(x):\n    raise ValueError('y' * 10**6 + chr(0xd800))\n").outcome
    broken = run(
        """
        class Bad(Exception):
            def __str__(self): raise OSError
        def double(x):
            raise Bad
        """
    ).outcome

    assert len(long.message) == 4000
    assert broken == Crashed("Bad", "its __str__ fails", "shop/__init__.py:5")


def test_syntax_error_names_the_line_and_its_text(run):
    """A hunter who checks in the middle of an edit is told where it stopped."""
    result = run("def double(x):\n    return 2 *\n").outcome

    assert result == Crashed("SyntaxError", "invalid syntax: return 2 *", "shop/__init__.py:2")


NOT_COLLECTED = {
    "no observe": (JUDGE, "NotCollected", "test_law.py: there is no function 'observe'"),
    "no test": (OBSERVE, "NotCollected", "test_law.py: there is no test"),
    "fixture": (
        OBSERVE + "def test_it(observed, tmp_path): pass\n",
        "NotCollected",
        r"test_law.py: test_it(observed, tmp_path) must take 'observed' and nothing else",
    ),
    "module": (
        "import nothing_like_it\n" + OBSERVE + JUDGE,
        "NotCollected",
        "test_law.py cannot be imported: ModuleNotFoundError: No module named 'nothing_like_it'",
    ),
    "syntax": (
        "def observe(:\n",
        "NotCollected",
        "SyntaxError: invalid syntax (test_law.py, line 1)",
    ),
}


def test_value_that_is_named_like_a_test_is_no_test(run):
    """As for pytest, a test is something that can be called."""
    assert run(DOUBLE, "test_data = [1]\n" + OBSERVE + JUDGE).outcome == Passed()


@pytest.mark.parametrize(
    ("detector", "exception", "message"), NOT_COLLECTED.values(), ids=NOT_COLLECTED
)
def test_detector_that_cannot_judge_is_never_a_pass(run, detector, exception, message):
    """No test, no data, no module: each is a crash."""
    result = run(DOUBLE, detector).outcome

    assert isinstance(result, Crashed)
    assert result.exception == exception
    assert message in result.message


def test_overlay_replaces_files_and_shows_in_tracebacks(run):
    """The text in memory is what runs and what a traceback quotes; the disk stays as it is."""
    overlaid = (
        "import traceback\ndef double(x):\n    print(*traceback.format_stack()[-1:]); return 2\n"
    )
    result = run("def double(x):\n    return 3\n", overlay={"shop/__init__.py": overlaid})

    assert result.outcome == Passed()
    assert 'shop/__init__.py", line 3, in double' in result.output
    assert "print(*traceback.format_stack()[-1:]); return 2" in result.output


def test_overlay_may_add_a_module_to_the_tree(run):
    """A module that only the overlay has is found by absolute and by relative imports."""
    body = """
        from .parts import two
        from shop.parts import two as same
        def double(x):
            return two
    """

    assert run(body, overlay={"shop/parts.py": "two = 2\n"}).outcome == Passed()


def test_stale_bytecode_is_not_believed(run, tmp_path):
    """Same size, same time, other text: the text counts, and no bytecode is left behind."""
    run("def double(x):\n    return 3 * x\n")
    file = tmp_path / "shop" / "__init__.py"
    py_compile.compile(str(file))
    state = file.stat()
    file.write_text(DOUBLE)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))

    assert run(DOUBLE).outcome == Passed()


def test_run_leaves_no_file_in_the_tree(run, tmp_path):
    """A workspace looks after a check as it did before; a support module is no exception."""
    write(tmp_path, DOUBLE, "", "support.py")
    run(DOUBLE, "import support\n" + OBSERVE + JUDGE)

    files = {path.name for path in tmp_path.rglob("*")}
    assert files == {"shop", "__init__.py", "tests", "test_law.py", "support.py"}


def test_package_is_never_taken_from_elsewhere(tmp_path):
    """What the tree lacks is missing, though a package of that name is installed."""
    detector = "def observe(seed):\n    import hypothesis\n    return 2\n" + JUDGE
    case = Case((write(tmp_path, DOUBLE, detector),))
    batch = Batch(root=tmp_path, packages=("hypothesis",), cases=(case,))
    ((_, ended),) = run_in_fresh_processes(batch)

    assert ended.runs[0].outcome.exception == "ModuleNotFoundError"
    assert f"No module named 'hypothesis' in {tmp_path}" in ended.runs[0].outcome.message


def test_package_that_is_loaded_too_early_is_refused(server, tmp_path):
    """The server itself uses ``selectors``: a tree with that package cannot be told apart."""
    case = Case((write(tmp_path, DOUBLE, OBSERVE + JUDGE),))
    batch = Batch(root=tmp_path, packages=("shop", "selectors"), cases=(case,))
    ((_, ended),) = server.run(batch)

    assert ended.runs[0].outcome.exception == "WrongTree"
    assert ended.runs[0].outcome.message == "selectors was imported before the tree was known."


def test_what_imports_print_is_no_output_of_the_case(server, tmp_path):
    """It was printed once, in the server, and not by each of its forks."""
    case = Case((write(tmp_path, DOUBLE, "import this\n" + OBSERVE + JUDGE),))
    ((_, ended),) = server.run(Batch(root=tmp_path, packages=("shop",), cases=(case,)))

    assert (ended.runs[0].outcome, ended.runs[0].output) == (Passed(), "")


def test_package_swapped_behind_our_back_is_noticed(run, tmp_path):
    """The proof of origin looks at what was loaded, not at what should have been."""
    detector = (
        """
def observe(seed):
    import sys, types
    sys.modules["shop"] = module = types.ModuleType("shop")
    module.__file__ = "/elsewhere/shop/__init__.py"
    return {"result": 2}
"""
        + JUDGE
    )
    result = run(DOUBLE, detector).outcome

    assert result.exception == "WrongTree"
    assert result.message == (
        f"shop was imported from /elsewhere/shop/__init__.py and not from {tmp_path}."
    )


def test_detector_reads_modules_beside_it_and_gets_the_seed(run, tmp_path):
    """Support modules are found by name, as under pytest."""
    detector = (
        "import support\ndef observe(seed):\n    return {'result': seed + support.TWO}\n" + JUDGE
    )
    write(tmp_path, DOUBLE, "TWO = 2\n", "support.py")

    assert run(DOUBLE, detector).outcome == Passed()


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_of_many_cases_are_told_apart(server, tmp_path, jobs):
    """A crash, a hang and a flood beside it leave every other case as it is."""
    bodies = [DOUBLE, "import os\nos._exit(3)\n", "while True: pass\n", "double = 3\n", DOUBLE]
    file = write(tmp_path, DOUBLE, OBSERVE + JUDGE)
    cases = tuple(Case((file,), 0, {"shop/__init__.py": body}) for body in bodies)
    batch = Batch(root=tmp_path, packages=("shop",), cases=cases, timeout=1.5, jobs=jobs)

    runs = dict(server.run(batch))

    kinds = [type(runs[index].runs[0].outcome) for index in range(5)]
    assert kinds == [Passed, Crashed, TimedOut, Crashed, Passed]


def test_case_cannot_write_to_the_parent(server, tmp_path):
    """Noise on every descriptor costs the case its own verdict and the next one nothing."""
    noise = """
        import os
        def double(x):
            for descriptor in range(3, 200):
                try:
                    os.write(descriptor, bytes(9))
                except OSError:
                    pass
            return 2 * x
    """
    file = write(tmp_path, DOUBLE, OBSERVE + JUDGE)
    overlays = ({"shop/__init__.py": textwrap.dedent(noise)}, {})
    cases = tuple(Case((file,), 0, overlay) for overlay in overlays)

    runs = dict(server.run(Batch(root=tmp_path, packages=("shop",), cases=cases)))

    assert isinstance(runs[0].runs[0].outcome, Crashed)
    assert runs[1].runs[0].outcome == Passed()


def test_signal_without_a_name_is_an_outcome_too(run):
    """Real-time signals have numbers only."""
    body = f"import os\ndef double(x):\n    os.kill(os.getpid(), {signal.SIGRTMIN + 3})\n"

    assert run(body).outcome.exception == f"signal {signal.SIGRTMIN + 3}"


def test_what_two_cases_import_late_the_next_one_finds_loaded(tmp_path, server):
    """Parts of a package that are loaded on first use would otherwise cost every case anew."""
    body = """
        import json, sys, importlib

        def double(x):
            loaded = "json.tool" in sys.modules
            importlib.import_module(json.__name__ + ".tool")
            return loaded
        """
    judge = "def test_loaded(observed):\n    assert observed['result'], 'not loaded yet'\n"
    file = write(tmp_path, body, OBSERVE + judge)
    batch = Batch(root=tmp_path, packages=("shop",), cases=(Case((file,)),) * 3)
    outcomes = [ended.runs[0].outcome for _, ended in sorted(server.run(batch))]

    late = Failed("not loaded yet")
    assert outcomes == [late, late, Passed()]


@pytest.mark.slow
def test_a_case_ends_even_when_its_server_was_killed(tmp_path):
    """A server that is killed cannot kill its cases; they may not run for ever."""
    body = f"""
        import os
        from pathlib import Path

        def double(x):
            Path({str(tmp_path / "pid")!r}).write_text(str(os.getpid()))
            while True:
                pass
        """
    with DetectorServer() as doomed:
        case = Case((write(tmp_path, body, OBSERVE + JUDGE),))
        runs = doomed.run(Batch(root=tmp_path, packages=("shop",), cases=(case,), timeout=2.0))
        threading.Thread(target=kill_when_there_is, args=(tmp_path / "pid", doomed)).start()
        with pytest.raises(RunnerDied, match="ended with code -9"):
            list(runs)
    pid = int((tmp_path / "pid").read_text())

    assert wait_for(lambda: not Path(f"/proc/{pid}").exists(), seconds=60)


def kill_when_there_is(file, server):
    """Kill a server as soon as its case has written the file."""
    wait_for(lambda: file.exists() and file.read_text(), seconds=60)
    os.kill(server._process.pid, signal.SIGKILL)


def wait_for(condition, seconds):
    """Return whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return condition()


def test_detectors_of_one_case_share_a_process_and_keep_their_verdicts(server, tmp_path):
    """Each is judged by itself, though what one leaves behind is there for the next."""
    seen = "def observe(seed):\n    import shop\n    shop.calls += 1\n    return shop.calls\n"
    files = [
        write(
            tmp_path,
            "calls = 0\n",
            f"{seen}def test_it(observed):\n    assert observed == 2\n",
            name,
        )
        for name in ("test_a.py", "test_b.py", "test_c.py")
    ]
    batch = Batch(root=tmp_path, packages=("shop",), cases=(Case(tuple(files)),))

    ((_, ended),) = server.run(batch)

    assert [run.detector for run in ended.runs] == ["a", "b", "c"]
    assert [type(run.outcome) for run in ended.runs] == [Failed, Passed, Failed]
    assert ended.files == ("shop/__init__.py",)


def test_case_that_is_to_end_when_caught_runs_no_further(server, tmp_path):
    """What would come after the first detector that does not pass has no verdict."""
    good = write(tmp_path, DOUBLE, OBSERVE + JUDGE, "test_good.py")
    bad = write(
        tmp_path, DOUBLE, OBSERVE + "def test_it(observed):\n    assert False\n", "test_bad.py"
    )
    case = Case((good, bad, good), until_caught=True)

    ((_, ended),) = server.run(Batch(root=tmp_path, packages=("shop",), cases=(case,)))

    assert [type(run.outcome) for run in ended.runs] == [Passed, Failed]


def test_death_of_a_process_is_the_outcome_of_all_its_detectors(server, tmp_path):
    """None of them has a verdict that could be believed."""
    good = write(tmp_path, DOUBLE, OBSERVE + JUDGE, "test_good.py")
    dead = write(
        tmp_path, DOUBLE, "def observe(seed):\n    import os; os._exit(3)\n" + JUDGE, "test_x.py"
    )

    ((_, ended),) = server.run(
        Batch(root=tmp_path, packages=("shop",), cases=(Case((good, dead)),))
    )

    assert [run.outcome.exception for run in ended.runs] == ["ProcessExit", "ProcessExit"]
    assert ended.files is None


def test_case_uses_as_many_threads_as_it_says(server, tmp_path):
    """One is the rule, so that sums come out the same; more are for looking at what depends."""
    observe = "def observe(seed):\n    import torch\n    return torch.get_num_threads()\n"
    file = write(tmp_path, DOUBLE, f"{observe}def test_it(observed):\n    assert observed == 2\n")
    cases = (Case((file,), threads=1), Case((file,), threads=2))

    ended = dict(server.run(Batch(root=tmp_path, packages=("shop",), cases=cases)))

    assert [type(ended[index].runs[0].outcome) for index in range(2)] == [Failed, Passed]


def test_files_that_a_case_asked_for_are_told_even_when_they_cannot_be_imported(server, tmp_path):
    """What a verdict depends on includes the file that broke it, and not what nobody imported."""
    file = write(tmp_path, "import shop.till\n", OBSERVE + JUDGE)
    (tmp_path / "shop" / "till.py").write_text("1 / 0\n")
    (tmp_path / "shop" / "unused.py").write_text("")

    ((_, ended),) = server.run(Batch(root=tmp_path, packages=("shop",), cases=(Case((file,)),)))

    assert ended.files == ("shop/__init__.py", "shop/till.py")


@pytest.mark.slow
def test_an_optimizer_of_our_own_does_not_import_the_compiler_of_torch(run):
    """It would take as long as all else of torch; the step is the same without."""
    body = """
        import sys
        import torch

        class Plain(torch.optim.Optimizer):
            def step(self):
                for weight in self.param_groups[0]["params"]:
                    weight.data -= weight.grad

        def double(x):
            weight = torch.nn.Parameter(torch.zeros(1))
            optimizer = Plain([weight], {})
            optimizer.zero_grad()
            (-2 * x * weight).sum().backward()
            optimizer.step()
            assert "torch._dynamo" not in sys.modules, "the compiler is loaded"
            return int(weight)
        """
    assert run(body).outcome == Passed()
