"""Every detector of the bank observes in a jail what it observes outside of one."""

import subprocess
import sys

import pytest

from bughunt.detector import child_environment
from bughunt.jail.keeper import Jail
from bughunt.jail.observing_half import observing_half
from bughunt.jail.outside_modules import outside_modules
from bughunt.jail.request import Request
from bughunt.mutate import clean_tree
from bughunt.spec import load_bank

SEED = 11
EVERY_SO_MANY = 15  # detectors, one observes in the weaker tiers too
# The whole detector, in a fork of its own, with no wall around it.
OUTSIDE = """
import contextlib, importlib, os, sys
from pathlib import Path
from bughunt.running import observation
root, detectors, into = map(Path, sys.argv[1:4])
sys.path[:0] = [str(root), str(detectors)]
for name in sys.argv[5:]:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
sys.modules["torch"].set_num_threads(1)
for file in sorted(detectors.glob("test_*.py")):
    if os.fork() == 0:
        names = {"__name__": "detector", "__file__": str(file)}
        exec(compile(file.read_text(), str(file), "exec"), names)
        (into / file.name).write_bytes(observation.encode(names["observe"](int(sys.argv[4]))))
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="session")
def bank():
    """Return the bank that comes with bughunt."""
    return load_bank(None)


@pytest.fixture(scope="session")
def files(bank):
    """Return the texts of the detectors and of what lies beside them, by name."""
    return {file.name: file.read_text() for file in sorted(bank.detectors.glob("*.py"))}


@pytest.fixture(scope="session")
def beside(files):
    """Return the texts of support modules, by the name of the module."""
    return {name[:-3]: it for name, it in files.items() if not name.startswith("test_")}


@pytest.fixture(scope="session")
def preload(bank, files, beside):
    """Return what is imported once for all detectors."""
    return outside_modules([*clean_tree(bank).values(), *files.values()], {*bank.packages, *beside})


@pytest.fixture(scope="session")
def outside(bank, preload, tmp_path_factory):
    """Return what each detector observes without a jail, by the name of its file."""
    folder = tmp_path_factory.mktemp("outside")
    arguments = [str(bank.root), str(bank.detectors), str(folder), str(SEED), *preload]
    command = [sys.executable, "-c", OUTSIDE, *arguments]
    subprocess.run(command, check=True, env=child_environment())
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="session")
def observed(bank, files, beside, preload):
    """Return a function that gives what detectors observe in a jail, byte for byte."""
    tree = clean_tree(bank)

    def observe(tier, names, modules):
        with Jail(tier, modules) as jail:
            for name in names:
                half = observing_half(name, files[name], beside)
                request = Request(
                    packages=tuple(bank.packages),
                    tree=tree,
                    observing=half.observing,
                    support=half.support,
                    seed=SEED,
                )
                ending = jail.run(request, is_trusted=modules is preload).ending
                yield name, getattr(ending, "data", ending)

    return lambda tier, names, modules=preload: dict(observe(tier, names, modules))


@pytest.mark.slow
def test_observations_in_a_jail_are_those_outside(strongest_tier, files, outside, observed):
    """Byte for byte, from the cut half and the texts of the tree alone."""
    inside = observed(strongest_tier, outside)
    assert {name for name in outside if inside[name] != outside[name]} == set()
    assert len(inside) == sum(name.startswith("test_") for name in files)


@pytest.mark.slow
def test_some_observations_in_weaker_tiers_are_those_outside(weaker_tier, outside, observed):
    """They have fewer walls than the strongest, which all detectors pass."""
    names = sorted(outside)[::EVERY_SO_MANY]
    assert observed(weaker_tier, names, ["torch"]) == {name: outside[name] for name in names}
