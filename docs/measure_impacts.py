"""Measure what every bug of the bank costs, and write docs/impact/measured.json.

    python docs/measure_impacts.py [BUG ...]

Bugs that are named are measured again, beside what the file already holds; without names, those
that it lacks. The clean side of a kind is run once. It takes about half a minute for a bug.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bughunt.measuring.impact import Side, measure
from bughunt.placement import place_file
from bughunt.spec import Bug, load_bank

FILE = Path(__file__).parent / "impact" / "measured.json"
STEPS = {"inference": 43}
USUAL_STEPS = 60


def main(names: list[str]) -> None:
    """Measure bug after bug; what is measured is kept, whatever happens to the next."""
    bank = load_bank(Path(__file__).parents[1] / "levels.yaml")
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    chosen = [bank.bugs[name] for name in names or bank.bugs if name in names or name not in known]
    sides: dict[str, Side] = {}
    for bug in chosen:
        if bug.impact is None:
            print(f"{bug.id}: no way to measure it")
            continue
        steps = STEPS.get(bug.impact, USUAL_STEPS)
        result = measure(bank, bug, steps=steps, clean=sides.get(bug.impact))
        sides[bug.impact] = result.clean
        known[bug.id] = _record(bug, steps, result.measures, result.clean, result.bugged)
        known = {name: known[name] for name in bank.bugs if name in known}
        place_file((json.dumps(known, indent=1, allow_nan=False) + "\n").encode(), FILE)
        print(f"{bug.id}: {result.seconds:.0f} s")


def _record(bug: Bug, steps: int, measures: dict[str, str], clean: Side, bugged: Side) -> object:
    crash = bugged.crash and f"{bugged.crash.exception} at step {bugged.crash.step}"
    final = {name: [clean.final(name), bugged.final(name)] for name in measures}
    return {"kind": bug.impact, "steps": steps, "crash": crash, "final": final}


if __name__ == "__main__":
    main(sys.argv[1:])
