"""The fixture ``observed``: what the module's ``observe(seed)`` returns.

A law has two halves: ``observe`` runs the code and returns plain data, the tests judge the data.
``observe`` runs once for each module, as a part of the first test's call, so that an error in the
code counts as a failure of the law.
"""

import copy
import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = next(parent for parent in Path(__file__).parents if parent.name == "tests").parent
OBSERVATIONS = pytest.StashKey[dict]()

# The packages that stand beside the folder ``tests`` come before installed ones of the same name.
sys.path.insert(0, str(ROOT))


def pytest_addoption(parser):
    """Add ``--seed``."""
    parser.addoption("--seed", type=int, default=0, help="seed of every observe(seed), default 0")


@pytest.fixture
def observed():
    """Return a place for the data, which the test's call fills."""
    return {}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Observe, if the test asks for it, just before its function is called."""
    if "observed" in pyfuncitem.funcargs:
        refuse_packages_from_elsewhere()
        pyfuncitem.funcargs["observed"] = observation_of(pyfuncitem.module, pyfuncitem.config)


def observation_of(module, config):
    """Return a copy of the data of the module's one observation."""
    known = config.stash.setdefault(OBSERVATIONS, {})
    if module.__name__ not in known:
        known[module.__name__] = module.observe(config.getoption("--seed", default=0))
    return copy.deepcopy(known[module.__name__])


def refuse_packages_from_elsewhere():
    """Fail if a package beside ``tests`` would be, or was, imported from another place."""
    for init in sorted(ROOT.glob("*/__init__.py")):
        package = init.parent.name
        spec = importlib.util.find_spec(package)
        place = spec and spec.origin
        if place is None or Path(place).resolve() != init.resolve():
            pytest.fail(
                f"{package} is imported from {place} and not from {init}: this run says nothing "
                f"about the code here. Run 'python -m pytest' in {ROOT}.",
                pytrace=False,
            )
