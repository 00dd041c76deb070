"""The experiments of our bank tell each bug from the clean code, in numbers and in pictures."""

import importlib.util
import math
import re
from pathlib import Path

import pytest

from bughunt.errors import BankError
from bughunt.measuring import experiment
from bughunt.spec import load_bank

BANK = load_bank()
NAMES = [
    name for name, bug in BANK.bugs.items() if (BANK.experiments / f"{bug.detector}.py").is_file()
]


def full_turns(data):
    """The slowest of 32 pairs takes 2 pi * base^(31/32) tokens for a turn (RoFormer, 3.2.2)."""
    return data["wavelengths"][-1] == pytest.approx(2 * math.pi * 10000 ** (31 / 32), rel=1e-2)


def no_difference(data):
    """With a cache and without differ by rounding."""
    return max(map(max, data["differences"].values())) < 1e-4


def all_run(data):
    """No number of key/value heads is refused, and attention adds up to one."""
    sums = [sum(head) for run in data["runs"] for head in run["weights"]]
    return len(sums) == 4 * 8 and sums == pytest.approx([1] * len(sums))


def little_memory(data):
    """At most a step of growth lies idle, and an empty cache holds nothing."""
    idle = [held - used for held, used in zip(data["held"], data["used"], strict=True)]
    return max(idle) <= 256 and all(data["held"][end] == 0 for end in data["ends"])


def as_taught(data):
    """Generation goes on as training shows it, and none of it is the model's choice."""
    return all(it["taught"] == it["given"] and not any(it["chosen"]) for it in data["exchanges"])


def one_length(data):
    """The gradient of a step is as long however the step is divided."""
    return data["lengths"] == pytest.approx([data["lengths"][0]] * 4, rel=1e-3)


def full_rate_after_a_tenth(data):
    """Of 400 steps, 40 warm up."""
    return all(rates[40] == 1 for rates in data["rates"].values())


def blocks_by_muon(data):
    """Muon holds what is in a block, and AdamW the rest."""
    pairs = [(".h." in it["name"], it["optimizer"] == "Muon") for it in data["parameters"]]
    return all(in_block == by_muon for in_block, by_muon in pairs)


def assistant_only(data):
    """What the assistant says is learned, and nothing else."""
    said = [speaker == "assistant" for speaker in data["speakers"]]
    return list(map(bool, data["learned"])) == said


def bos_first(data):
    """The token opens every row and stands nowhere else."""
    kinds = [row["kinds"] for row in data["rows"]]
    return all(row[0] == "bos" and row.count("bos") == 1 for row in kinds)


def half_the_bytes(data):
    """Inputs take 32 bits, targets 64."""
    return [it["bytes"] / it["ids"] for it in data["tensors"]] == [4, 8, 4, 8]


def one_later(data):
    """Every target is the input one place later."""
    return data["equal"][4] == 1 and data["inputs"][1:] == data["targets"][:-1]


LAWS = {
    "rotary_wavelengths_span_two_pi_to_base": full_turns,
    "stepwise_logits_equal_full_forward": no_difference,
    "grouped_query_attention_equals_repeated_heads": all_run,
    "cache_memory_follows_its_contents": little_memory,
    "tool_output_stands_between_its_brackets": as_taught,
    "micro_batches_give_the_gradient_of_one_batch": one_length,
    "warm_up_reaches_the_plateau_on_time": full_rate_after_a_tenth,
    "muon_trains_the_matrices_of_the_blocks": blocks_by_muon,
    "exactly_what_the_assistant_says_is_supervised": assistant_only,
    "bos_prepended_to_every_document": bos_first,
    "batches_are_int32_inputs_and_int64_targets": half_the_bytes,
    "targets_are_the_tokens_that_follow": one_later,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_data_and_picture_of_an_experiment_tell_the_bug(name, tmp_path):
    """On the clean code the measure is what the law says; with the bug it is not."""
    bug = BANK.bugs[name]
    clean, bugged = tmp_path / "clean.png", tmp_path / "bugged.png"
    right = experiment.run(BANK, bug.detector, seed=1, picture=clean)
    wrong = experiment.run(BANK, bug.detector, (bug,), seed=1, picture=bugged)

    law = LAWS[bug.detector]
    assert (law(right), law(wrong)) == (True, False)
    drawn = [file.read_bytes() for file in (clean, bugged)]
    assert all(content.startswith(b"\x89PNG") for content in drawn)
    assert drawn[0] != drawn[1]


def test_an_experiment_that_fails_is_told_with_its_file(bank_folder, rewrite):
    """And with the last line of what it said."""
    (bank_folder / "experiments").mkdir()
    file = bank_folder / "experiments" / "total_of_nothing_is_nothing.py"
    file.write_text('"""Nothing."""\n\n\ndef experiment(seed):\n    return 1 / 0\n')
    bank = load_bank(rewrite("levels:\n", "experiments: experiments\nlevels:\n"))
    text = r"total_of_nothing_is_nothing\.py: failed: ZeroDivisionError: division by zero\. Run it"
    with pytest.raises(BankError, match=text):
        experiment.run(bank, "total_of_nothing_is_nothing", picture=None)


def test_the_page_of_pictures_is_up_to_date_and_light():
    """It shows every experiment of the three levels on both sides, below 60 kB each."""
    path = Path(__file__).parents[2] / "docs" / "draw_experiments.py"
    spec = importlib.util.spec_from_file_location("draw_experiments", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    text = (path.parent / "experiments.md").read_text("utf-8")

    assert text == script.page(BANK)
    shown = {path.parent / name for name in re.findall(r"\((experiments/.*?\.png)\)", text)}
    assert shown == set((path.parent / "experiments").iterdir())
    assert [file.name for file in shown if file.stat().st_size > 60_000] == []
