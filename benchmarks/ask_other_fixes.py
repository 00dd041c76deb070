"""Whether grading takes a right fix for one, whatever it looks like, and a bug for a bug.

    python benchmarks/ask_other_fixes.py [BUG ...]

Each fix of ``other_fixes.py`` is put into the clean code, and the bug's law is asked as in an exam:
in a jail, on three seeds, with ``MATCHES_CLEAN`` compared. The code with the bug is asked as well.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Mapping

from other_fixes import OTHER_FIXES

from bughunt.exam.grading.laws import Item
from bughunt.exam.grading.workbench import Workbench
from bughunt.mutate import clean_tree, mutate
from bughunt.spec import Bug, load_bank

SEEDS = (3, 41, 777_777)


def refusal(bench: Workbench, bug: Bug, tree: Mapping[str, str]) -> str:
    """Return why a tree is not taken for one in which a bug is fixed; "" when it is."""
    law = bug.detector
    for seed in SEEDS:
        sight = bench.observed((law,), tree, seed)[law]
        if sight.why:
            return sight.why
        ours = bench.observed((law,), clean_tree(bench.bank), seed, is_ours=True)[law]
        clean = ours.data if bench.laws.keys_like_clean(law) else b""
        (said,) = bench.judged((Item(law, sight.data, clean),))
        if said.outcome != "passed" or said.differs:
            return said.message or f"'{said.differs}' is not what the clean code gives"
    return ""


def fault(bench: Workbench, bug: Bug) -> str:
    """Return what is wrong with the verdicts about a fix and about the bug; "" when nothing is."""
    path, clean, other = OTHER_FIXES[bug.id]
    tree = dict(clean_tree(bench.bank))
    if tree[path].count(clean) != 1:
        return f"{path} has {tree[path].count(clean)} places like {clean!r}"
    tree[path] = tree[path].replace(clean, other)
    if why := refusal(bench, bug, tree):
        return f"a right fix is refused: {why}"
    broken = mutate(bench.bank, [bug]).mutated
    return "" if refusal(bench, bug, broken) else "the bug is taken for a fix"


def main() -> None:
    """Ask about each fix, and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bugs", nargs="*", metavar="BUG")
    names = parser.parse_args().bugs or list(OTHER_FIXES)
    bank = load_bank(None)
    with contextlib.closing(Workbench(bank)) as bench:
        faults = {name: fault(bench, bank.bugs[name]) for name in names}
    for name, text in faults.items():
        print(f"{text or 'as it should be'}: {name}")
    missing = sorted(set(bank.bugs) - set(OTHER_FIXES))
    print(f"{len(names)} fixes, {sum(map(bool, faults.values()))} wrong verdicts; "
          f"no other fix is known of {len(missing)} bugs")  # fmt: skip


if __name__ == "__main__":
    main()
