"""The experiments of our bank tell each bug from the clean code, in numbers and in pictures."""

import importlib
import re
from pathlib import Path

import draw_experiments
import pytest

from bughunt.errors import BankError
from bughunt.measuring import experiment
from bughunt.measuring.experiment import Run
from bughunt.spec import load_bank

BANK = load_bank()
SHOWN = {level.name: [bug for _, bug in bugs] for level, bugs in draw_experiments.shown(BANK)}


@pytest.fixture(scope="module", params=SHOWN)
def ran(request, tmp_path_factory):
    """Return the level, and its experiments with their data: on each side alone, and in company.

    One process runs them all, since most of the time would go into starting it.
    """
    level, folder = request.param, tmp_path_factory.mktemp(request.param)
    company = [BANK.bugs[name] for name in BANK.levels[level].bugs]
    sides = [(bug, present) for bug in SHOWN[level] for present in ((), (bug,))]
    sides += [(bug, company) for bug in company if draw_experiments.has_experiment(BANK, bug)]
    runs = [
        Run(bug.detector, tuple(present), folder / f"{number}.png")
        for number, (bug, present) in enumerate(sides)
    ]
    data = experiment.run_all(BANK, runs, seed=1)
    return level, list(zip(runs, data, strict=True))


@pytest.mark.slow
def test_data_and_pictures_of_a_level_tell_its_bugs(ran):
    """On the clean code the measure is what the law says; with the bug it is not."""
    level, pairs = ran
    alone = pairs[: 2 * len(SHOWN[level])]
    laws = importlib.import_module(f"experiment_laws.{level}")
    told = [getattr(laws, run.detector)(data) for run, data in alone]
    names = [bug.id for bug in SHOWN[level]]
    assert dict(zip(names, told[::2], strict=True)) == dict.fromkeys(names, True)
    assert dict(zip(names, told[1::2], strict=True)) == dict.fromkeys(names, False)
    drawn = [run.picture.read_bytes() for run, _ in alone]
    sides = zip(names, drawn[::2], drawn[1::2], strict=True)
    assert [name for name, clean, bugged in sides if clean == bugged] == []


@pytest.mark.slow
def test_no_experiment_breaks_on_the_other_bugs_of_its_level(ran):
    """A hunter who has found nothing yet sees a picture for every symptom."""
    level, pairs = ran
    in_company = [run for run, _ in pairs if len(run.bugs) == len(BANK.levels[level].bugs)]
    assert len(in_company) == len(BANK.levels[level].bugs)
    assert all(run.picture.read_bytes().startswith(b"\x89PNG") for run, _ in pairs)


def test_an_experiment_that_fails_is_told_with_its_file(bank_folder, rewrite):
    """And with the last line of what it said."""
    (bank_folder / "experiments").mkdir()
    for name, value in (("first", "{}"), ("total_of_nothing_is_nothing", "1 / 0")):
        file = bank_folder / "experiments" / f"{name}.py"
        file.write_text(f'"""Nothing."""\n\n\ndef experiment(seed):\n    return {value}\n')
    bank = load_bank(rewrite("levels:\n", "experiments: experiments\nlevels:\n"))
    text = r"total_of_nothing_is_nothing\.py: failed: ZeroDivisionError: division by zero\. Run it"
    with pytest.raises(BankError, match=text):
        experiment.run_all(bank, [Run("first"), Run("total_of_nothing_is_nothing")])


def test_each_run_sees_the_code_that_it_asks_for(bank_folder, rewrite):
    """Nothing of the code before stays behind in the process."""
    (bank_folder / "experiments").mkdir()
    file = bank_folder / "experiments" / "total_of_nothing_is_nothing.py"
    file.write_text(
        '"""Nothing."""\n\n\ndef experiment(seed):\n'
        "    from abacus.arithmetic import total\n\n    return {'total': total([])}\n"
    )
    bank = load_bank(rewrite("levels:\n", "experiments: experiments\nlevels:\n"))
    bug = bank.bugs["sum_starts_at_one"]
    runs = [Run(bug.detector, present) for present in ((), (bug,), ())]
    assert [it["total"] for it in experiment.run_all(bank, runs)] == [0, 1, 0]


def test_the_page_of_pictures_is_up_to_date_and_light():
    """It shows every experiment of the levels on both sides, below 30 kB each."""
    docs = Path(draw_experiments.__file__).parent
    text = (docs / "experiments.md").read_text("utf-8")

    assert text == draw_experiments.page(BANK)
    shown = {docs / name for name in re.findall(r"\((experiments/.*?\.png)\)", text)}
    assert shown == set((docs / "experiments").iterdir())
    assert [file.name for file in shown if file.stat().st_size > 30_000] == []
