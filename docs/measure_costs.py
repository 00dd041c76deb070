"""Print what a bug costs, in the numbers of its own law.

    python docs/measure_costs.py [BUG ...]

Many bugs show nothing in a run of a minute (docs/measure_impacts.py); each of these has a function
in docs/costs. It runs on the clean code and on the code with the bug, each in a fresh process.
"""

import importlib
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from costs import QUANTITIES

from bughunt.mutate import mutate
from bughunt.running.tree_import import TreeFinder
from bughunt.spec import load_bank


def quantity(bug, bank_root, packages, detector, overlay):
    """Return what the function of a bug says of the code under an overlay."""
    sys.meta_path.insert(0, TreeFinder(bank_root, packages, overlay))
    sys.path.insert(0, str(detector.parent))
    try:
        return QUANTITIES[bug](importlib.import_module(detector.stem))
    except Exception as error:  # the code under hunt may raise anything; that is a cost as well
        return f"{type(error).__name__}: {error}"


def both_sides(bank, bug):
    """Return the quantity of a bug without it and with it."""
    tree = mutate(bank, (bug,))
    overlay = {path: text for path, text in tree.mutated.items() if text != tree.clean[path]}
    detector = bank.detectors / f"test_{bug.detector}.py"
    spawn = multiprocessing.get_context("spawn")  # no side may see what the other one imported
    sides = []
    for texts in ({}, overlay):
        with ProcessPoolExecutor(1, mp_context=spawn) as process:
            asked = process.submit(quantity, bug.id, bank.root, bank.packages, detector, texts)
            sides.append(asked.result())
    return sides


def main(names):
    """Print the quantities of the named bugs, or of all that have one."""
    bank = load_bank(Path(__file__).parents[1] / "levels.yaml")
    for name in names or QUANTITIES:
        clean, bugged = both_sides(bank, bank.bugs[name])
        print(f"{name}: {QUANTITIES[name].__doc__}\n  clean {clean}\n  with the bug {bugged}")


if __name__ == "__main__":
    main(sys.argv[1:])
