"""Whether grading takes a right fix for one, whatever it looks like, and a bug for a bug.

    python benchmarks/ask_other_fixes.py [BUG ...]

Each fix of ``other_fixes.py`` is put into the clean code, and the bug's law is asked as in an exam:
in a jail, on three seeds, with ``MATCHES_CLEAN`` compared. The code with the bug is asked as well.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterable

from other_fixes import OTHER_FIXES

from bughunt.exam.grading.hearing import Heard, Hearing, Tree
from bughunt.exam.grading.workbench import Workbench
from bughunt.mutate import clean_tree, mutate
from bughunt.spec import Bank, Bug, load_bank

SEEDS = (3, 41, 777_777)


def heard(bench: Workbench, bank: Bank, bug: Bug, tree: Tree) -> Heard:
    """Return what the law of a bug says of a tree."""

    def tree_with(names: Iterable[str]) -> dict[str, str]:
        return dict(mutate(bank, [bank.bugs[name] for name in names]).mutated)

    return Hearing(bench, tree_with, tree, SEEDS).of([bug])[bug.id]


def fault(bench: Workbench, bank: Bank, bug: Bug) -> str:
    """Return what is wrong with the verdicts about a fix and about the bug; "" when nothing is."""
    path, clean, other = OTHER_FIXES[bug.id]
    tree = dict(clean_tree(bank))
    if tree[path].count(clean) != 1:
        return f"{path} has {tree[path].count(clean)} places like {clean!r}"
    tree[path] = tree[path].replace(clean, other)
    fixed = heard(bench, bank, bug, tree)
    if not fixed.is_lawful:
        return f"a right fix is refused: {fixed.evidence}"
    broken = heard(bench, bank, bug, dict(mutate(bank, [bug]).mutated))
    return "the bug is taken for a fix" if broken.is_lawful else ""


def main() -> None:
    """Ask about each fix, and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bugs", nargs="*", metavar="BUG")
    names = parser.parse_args().bugs or list(OTHER_FIXES)
    bank = load_bank(None)
    with contextlib.closing(Workbench(bank)) as bench:
        faults = {name: fault(bench, bank, bank.bugs[name]) for name in names}
    for name, text in faults.items():
        print(f"{text or 'as it should be'}: {name}")
    missing = sorted(set(bank.bugs) - set(OTHER_FIXES))
    print(f"{len(names)} fixes, {sum(map(bool, faults.values()))} wrong verdicts; "
          f"no other fix is known of {len(missing)} bugs")  # fmt: skip


if __name__ == "__main__":
    main()
