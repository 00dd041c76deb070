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
# The whole detector, in a fork of its own, with no wall around it.
OUTSIDE = """
import os, sys
from pathlib import Path
from bughunt.running import observation
root, detectors, into = map(Path, sys.argv[1:4])
sys.path[:0] = [str(root), str(detectors)]
import torch
torch.set_num_threads(1)
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
def outside(bank, tmp_path_factory):
    """Return what each detector observes without a jail, by the name of its file."""
    folder = tmp_path_factory.mktemp("outside")
    arguments = [str(bank.root), str(bank.detectors), str(folder), str(SEED)]
    command = [sys.executable, "-c", OUTSIDE, *arguments]
    subprocess.run(command, check=True, env=child_environment())
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.slow
def test_observations_in_a_jail_are_those_outside(tier, bank, outside):
    """Byte for byte, from the cut half and the texts of the tree alone."""
    files = {file.name: file.read_text() for file in sorted(bank.detectors.glob("*.py"))}
    beside = {name[:-3]: it for name, it in files.items() if not name.startswith("test_")}
    tree = clean_tree(bank)
    preload = outside_modules([*tree.values(), *files.values()], {*bank.packages, *beside})
    inside = {}
    with Jail(tier, preload) as jail:
        for name in outside:
            half = observing_half(name, files[name], beside)
            request = Request(
                packages=tuple(bank.packages),
                tree=tree,
                observing=half.observing,
                support=half.support,
                seed=SEED,
            )
            ending = jail.run(request, is_trusted=True).ending
            inside[name] = getattr(ending, "data", ending)
    assert {name for name in outside if inside[name] != outside[name]} == set()
    assert len(inside) == sum(name.startswith("test_") for name in files)
