"""The fixture ``observed`` of tests/detectors/conftest.py, in a folder such as a hunter has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parent.parent / "detectors" / "conftest.py"
LAW = """
def observe(seed):
    import shop
    shop.calls.append(seed)
    return {"price": shop.price(seed), "calls": shop.calls}

def test_price_is_three(observed):
    assert observed["price"] == 3
    observed.clear()

def test_shop_is_asked_once(observed):
    assert observed["calls"] == [3]
"""


@pytest.fixture
def hunt(tmp_path):
    """Return a function that runs pytest on a package text, with options and variables."""
    (tmp_path / "tests").mkdir()
    shutil.copy(CONFTEST, tmp_path / "tests")
    (tmp_path / "tests" / "test_law.py").write_text(LAW)
    (tmp_path / "shop").mkdir()

    def run_pytest(body, *options, **variables):
        (tmp_path / "shop" / "__init__.py").write_text("calls = []\n" + body)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        environment = {**os.environ, **variables}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False
        )

    return run_pytest


def test_law_holds_with_the_seed_that_was_asked_for(hunt):
    """The data are a plain dict, observed once, and each test has a copy of its own."""
    result = hunt("def price(x):\n    return x\n", "--seed", "3")

    assert (result.returncode, "2 passed" in result.stdout) == (0, True)


def test_error_in_the_code_counts_as_a_failure_of_the_law(hunt):
    """It shows in the test's call, with the code's own line, and not as an error of a fixture."""
    result = hunt("def price(x):\n    raise LookupError('sold out')\n")

    assert "2 failed" in result.stdout
    assert "shop/__init__.py:3: LookupError" in result.stdout
    assert "ERROR" not in result.stdout


def test_installed_package_of_the_same_name_is_overruled(hunt, tmp_path):
    """A plain run tests the code beside the tests, whatever else is on the path."""
    (tmp_path / "elsewhere" / "shop").mkdir(parents=True)
    (tmp_path / "elsewhere" / "shop" / "__init__.py").write_text("raise OSError")

    result = hunt(
        "def price(x):\n    return x\n", "--seed=3", PYTHONPATH=str(tmp_path / "elsewhere")
    )

    assert "2 passed" in result.stdout


def test_package_that_was_imported_from_elsewhere_is_refused(hunt, tmp_path):
    """A plugin that was quicker than the tests cannot lend its code to the verdict."""
    (tmp_path / "elsewhere" / "shop").mkdir(parents=True)
    (tmp_path / "elsewhere" / "shop" / "__init__.py").write_text("calls = []")
    early = f"import sys\nsys.path.insert(0, {str(tmp_path / 'elsewhere')!r})\nimport shop\n"
    (tmp_path / "early.py").write_text(early)

    result = hunt("", "-p", "early")

    assert "2 failed" in result.stdout
    assert f"elsewhere/shop/__init__.py and not from {tmp_path}/shop" in result.stdout
