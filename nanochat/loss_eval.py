"""How well a model predicts text: bits per byte, and the loss per token.

The loss per token depends on the vocabulary: longer tokens are harder to predict, and there are
fewer of them. Bits per byte do not: what the model pays for a text is divided by the bytes of it.
"""

import math

import torch

from nanochat.distributed import sum_over_ranks
from nanochat.training import mixed_precision


@torch.no_grad()
def evaluate_bits_per_byte(model, batches, token_bytes):
    """What the model pays for each byte of text, over all batches of all ranks.

    Tokens that stand for no text are not counted: predicting them is free, and earns nothing.

    Args:
        model: a GPT, compiled or not.
        batches: an iterable of (inputs, targets), each (B, T); targets of -1 do not count.
        token_bytes: (V,) how many bytes of text each token stands for, 0 for special tokens.

    Raises:
        ValueError: the batches hold no text.
    """
    nats, num_bytes = _totals(model, batches, token_bytes)
    if num_bytes == 0:
        raise ValueError("evaluate_bits_per_byte: no target of these batches stands for any text. "
                         "Evaluate on more batches, or check the mask of the targets.")
    return nats / (math.log(2) * num_bytes)


@torch.no_grad()
def evaluate_loss(model, batches):
    """The mean cross entropy in nats, over all targets that count of all batches of all ranks.

    Arguments as in `evaluate_bits_per_byte`. Raises ValueError if no target counts.
    """
    one_each = torch.ones(model.config.vocab_size, dtype=torch.int32, device=model.get_device())
    nats, num_targets = _totals(model, batches, one_each)
    if num_targets == 0:
        raise ValueError("evaluate_loss: no target of these batches counts. "
                         "Evaluate on more batches, or check the mask of the targets.")
    return nats / num_targets


def _totals(model, batches, token_weights):
    """The summed loss of all targets that have a weight, and the sum of their weights.

    `token_weights`: (V,) whole numbers. Both sums are over all batches of all ranks.
    """
    device = model.get_device()
    nats, weight = 0.0, 0
    for inputs, targets in batches:
        with mixed_precision(device):
            losses = model(inputs, targets, loss_reduction="none")          # (B*T,)
        targets = targets.flatten()
        weights = torch.where(targets == -1, 0, token_weights[targets.clamp(min=0)])
        nats += losses[weights > 0].sum().item()
        weight += weights.sum().item()

    nats = sum_over_ranks(torch.tensor(nats, device=device))
    weight = sum_over_ranks(torch.tensor(weight, device=device))
    return nats.item(), weight.item()
