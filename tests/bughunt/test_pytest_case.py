"""Tests and traces in a fork: function by function, in threads and in further forks."""

import pytest

from bughunt.detector import Batch, Case, Crashed, DetectorServer, Failed, Passed

SHOP = """\
import os
import threading


def one():
    return 1


def two():
    thread = threading.Thread(target=one)
    thread.start()
    thread.join()


def three():
    if child := os.fork():
        os.waitpid(child, 0)
    else:
        one()
        os._exit(0)
"""
TESTS = """\
import pytest
import shop


@pytest.mark.parametrize("x", [1, 2])
def test_one(x):
    assert shop.one() == x


def test_two():
    shop.two()


@pytest.mark.filterwarnings("ignore")
def test_three():
    shop.three()


@pytest.mark.slow
def test_four():
    assert False
"""
ALL = ("tests/test_shop.py",)


@pytest.fixture(scope="module")
def server():
    """Return one server for all tests of this file."""
    with DetectorServer() as running:
        yield running


@pytest.fixture
def run(tmp_path, server):
    """Return a function that runs tests of a small package; it returns their runs by name."""
    for name, text in {"shop/__init__.py": SHOP, "tests/test_shop.py": TESTS}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)

    def run_tests(tests=ALL, **how):
        case = Case((), tests=tests, seconds=60.0, **how)
        batch = Batch(root=tmp_path, packages=("shop",), cases=(case,))
        ((_, ended),) = server.run(batch)
        return {run.detector.removeprefix("tests/test_shop.py"): run for run in ended.runs}

    return run_tests


def test_parameters_of_a_function_are_judged_together(run):
    """One that fails makes the function fail; what is slow is not run."""
    runs = run()

    assert list(runs) == ["::test_one", "::test_two", "::test_three"]
    assert isinstance(runs["::test_one"].outcome, Failed)
    assert runs["::test_two"].outcome == runs["::test_three"].outcome == Passed()


def test_chosen_functions_run_in_the_order_in_which_they_were_named(run):
    """The fastest first, as whoever asks thinks best."""
    runs = run(("tests/test_shop.py::test_three", "tests/test_shop.py::test_two"))

    assert list(runs) == ["::test_three", "::test_two"]


def test_first_failure_is_the_last_to_run_when_only_that_matters(run):
    """What comes after it cannot change the verdict."""
    assert list(run(until_caught=True)) == ["::test_one"]


def test_lines_are_noted_for_each_function_wherever_they_run(run):
    """In the process itself, in a thread of it, and in a fork of it; imports stand apart."""
    runs = run(traced=True)

    lines = {name: run.lines["shop/__init__.py"] for name, run in runs.items()}
    assert lines == {
        "": (1, 2, 5, 9, 15),
        "::test_one": (6,),
        "::test_two": (6, 10, 11, 12),
        "::test_three": (6, 16, 17, 19, 20),
    }


def test_overlay_that_cannot_be_imported_is_a_crash_of_the_file(run):
    """No test of it says anything."""
    ((name, ended),) = run(overlay={"shop/__init__.py": "1 / 0\n"}).items()

    assert name == ""
    assert isinstance(ended.outcome, Crashed)
    assert "ZeroDivisionError" in ended.outcome.message


def test_overlay_is_what_the_tests_see(run):
    """And not the file on disk."""
    runs = run(overlay={"shop/__init__.py": SHOP.replace("return 1", "return 2")})

    assert "1" in runs["::test_one"].outcome.message


def test_exit_of_the_code_is_a_failure_of_the_test(run):
    """It does not end the others without a verdict."""
    text = SHOP.replace("return 1", "raise SystemExit(0)")
    runs = run(("tests/test_shop.py::test_one",), overlay={"shop/__init__.py": text})

    assert isinstance(runs["::test_one"].outcome, Failed)
