"""Draw docs/experiments.md: the picture of each symptom's experiment, clean and with the bug.

    python docs/draw_experiments.py [BUG ...]

Without names all bugs of the levels are drawn. The page is written in either case.
"""

import sys
from pathlib import Path

from bughunt.measuring import experiment
from bughunt.spec import load_bank

DOCS = Path(__file__).parent
HEAD = """\
# What the experiments show

**This page holds answers, in pictures.** Each symptom of a level has an experiment in the notebook
of that level (`hunt.ipynb` in a workspace). Here is what it draws on the clean code, and on the
code with the one bug behind the symptom. A hunter who wants to find out alone stops here.

The pictures are made by `python docs/draw_experiments.py`, on the CPU, with seed 0. A symptom that
several levels have is shown once, in the first of them.
"""
SECTION = """\
### {number}. {symptom}

| clean | with the bug |
|---|---|
| ![clean](experiments/{detector}-clean.png) | ![with the bug](experiments/{detector}-bug.png) |
"""


def shown(bank):
    """Return for each level its bugs that no earlier level has, with the hunter's numbers."""
    seen, levels = set(), []
    for level in bank.levels.values():
        numbered = enumerate((bank.bugs[name] for name in level.bugs), start=1)
        new = [(number, bug) for number, bug in numbered if bug.id not in seen]
        seen.update(level.bugs)
        levels.append((level, [it for it in new if has_experiment(bank, it[1])]))
    return levels


def has_experiment(bank, bug):
    """Return whether there is an experiment for the law of a bug."""
    return (bank.experiments / f"{bug.detector}.py").is_file()


def draw(bank, bugs):
    """Draw both sides of some bugs."""
    folder = DOCS / "experiments"
    folder.mkdir(exist_ok=True)
    runs = []
    for bug in bugs:
        for side, present in (("clean", ()), ("bug", (bug,))):
            picture = folder / f"{bug.detector}-{side}.png"
            runs.append(experiment.Run(bug.detector, present, picture))
    experiment.run_all(bank, runs)


def page(bank):
    """Return the text of the page."""
    parts = [HEAD]
    for level, bugs in shown(bank):
        parts.append(f"## {level.name.capitalize()}: {level.title.lower()}\n")
        for number, bug in bugs:
            symptom = " ".join(bug.symptom.split())
            parts.append(SECTION.format(number=number, symptom=symptom, detector=bug.detector))
    return "\n".join(parts)


def main():
    """Draw the named bugs, or all of them, and write the page."""
    bank = load_bank()
    every = [bug for _, bugs in shown(bank) for _, bug in bugs]
    draw(bank, [bank.bugs[name] for name in sys.argv[1:]] or every)
    (DOCS / "experiments.md").write_text(page(bank), encoding="utf-8")


if __name__ == "__main__":
    main()
