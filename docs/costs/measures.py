"""What bugs cost whoever believes a measure."""

import numpy as np


def bits_converted_the_wrong_way(law):
    """Bits of a token of a model that knows nothing: what a byte costs, times its bytes."""
    observed = law.observe(0)
    return round(observed["bits"][0] * observed["lengths"][0], 2)


def padding_counted_in_evaluation(law):
    """Losses of the same 12 targets beside 0, 3 and 20 that do not count."""
    return [round(loss, 2) for loss in law.observe(0)["losses"]]


def letter_read_one_token_early(law):
    """Right answers of a model that knows all six."""
    return sum(law.observe(0)["right"])


def lookups_counted_as_products(_law):
    """Estimated operations for a token of the default model, in millions."""
    import torch

    from nanochat.gpt import GPT, GPTConfig

    with torch.device("meta"):
        return round(GPT(GPTConfig()).estimate_flops() / 1e6)


def logits_left_in_the_models_precision(law):
    """Share of the losses of a bfloat16 model that have more digits than bfloat16."""
    return law.observe(0)["finer_than_half"]


def cap_left_out_of_inference(law):
    """Mean loss by the logits, the loss that training reports, and the largest logit."""
    seen = law.observe(0)
    by_logits = law.cross_entropies(seen).sum() / (seen["targets"] != -1).sum()
    numbers = by_logits, seen["mean"], np.abs(seen["logits"]).max()
    return [round(float(number), 2) for number in numbers]
