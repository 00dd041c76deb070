"""The experiments of the level medium."""

import pytest


def micro_batches_give_the_gradient_of_one_batch(data):
    """The gradient of a step is as long however the step is divided."""
    return data["lengths"] == pytest.approx([data["lengths"][0]] * 4, rel=1e-3)


def warm_up_reaches_the_plateau_on_time(data):
    """Of 400 steps, 40 warm up."""
    return all(rates[40] == 1 for rates in data["rates"].values())


def muon_trains_the_matrices_of_the_blocks(data):
    """Muon holds what is in a block, and AdamW the rest."""
    pairs = [(".h." in it["name"], it["optimizer"] == "Muon") for it in data["parameters"]]
    return all(in_block == by_muon for in_block, by_muon in pairs)


def exactly_what_the_assistant_says_is_supervised(data):
    """What the assistant says is learned, and nothing else."""
    said = [speaker == "assistant" for speaker in data["speakers"]]
    return list(map(bool, data["learned"])) == said
