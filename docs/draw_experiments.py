"""Draw docs/experiments.md: the picture of each symptom's experiment, clean and with the bug.

    python docs/draw_experiments.py [BUG ...]

Without names all bugs of the levels are drawn, and the page is written.
"""

import sys
from pathlib import Path

from bughunt.measuring import experiment
from bughunt.spec import load_bank

DOCS = Path(__file__).parent
LEVELS = ("easy", "medium", "hard")
HEAD = """\
# What the experiments show

**This page holds answers, in pictures.** Each symptom of the three levels has an experiment in the
notebook of its level (`hunt.ipynb` in a workspace). Here is what it draws on the clean code, and on
the code with the one bug behind the symptom. A hunter who wants to find out alone stops here.

The pictures are made by `python docs/draw_experiments.py`, on the CPU, with seed 0.
"""
SECTION = """\
### {number}. {symptom}

| clean | with the bug |
|---|---|
| ![clean](experiments/{detector}-clean.png) | ![with the bug](experiments/{detector}-bug.png) |
"""


def bugs(bank, level):
    """Return the bugs of a level, in the hunter's numbering."""
    return [bank.bugs[name] for name in level.bugs]


def draw(bank, bug):
    """Draw both sides of one bug."""
    for side, present in (("clean", ()), ("bug", (bug,))):
        picture = DOCS / "experiments" / f"{bug.detector}-{side}.png"
        experiment.run(bank, bug.detector, present, picture=picture)


def page(bank):
    """Return the text of the page."""
    parts = [HEAD]
    for level in (bank.levels[name] for name in LEVELS):
        parts.append(f"## {level.name.capitalize()}: {level.title.lower()}\n")
        for number, bug in enumerate(bugs(bank, level), start=1):
            symptom = " ".join(bug.symptom.split())
            parts.append(SECTION.format(number=number, symptom=symptom, detector=bug.detector))
    return "\n".join(parts)


def main():
    """Draw the named bugs, or all of them and the page."""
    bank = load_bank()
    (DOCS / "experiments").mkdir(exist_ok=True)
    every = [bug for name in LEVELS for bug in bugs(bank, bank.levels[name])]
    for bug in [bank.bugs[name] for name in sys.argv[1:]] or every:
        draw(bank, bug)
    if not sys.argv[1:]:
        (DOCS / "experiments.md").write_text(page(bank), encoding="utf-8")


if __name__ == "__main__":
    main()
