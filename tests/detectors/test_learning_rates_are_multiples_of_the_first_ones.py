"""A schedule multiplies the learning rates that a run began with, and not those of now."""

import random

import numpy as np

MATCHES_CLEAN = ("multipliers", "rates")
FIRST = (0.2, 0.004, 0.02)


def observe(seed):
    """Set one multiplier after the other, and look at the rates each time."""
    import torch

    from nanochat.optim import AdamW, Muon
    from nanochat.schedule import set_learning_rates

    draw = random.Random(seed)
    one, two, three = (torch.nn.Parameter(torch.zeros(2, 2)) for _ in FIRST)
    groups = [{"params": [one], "lr": FIRST[0]}, {"params": [two], "lr": FIRST[1]}]
    optimizers = [AdamW(groups), Muon([three], lr=FIRST[2])]
    multipliers = [draw.uniform(0.1, 0.9) for _ in range(4)]
    rates = []
    for multiplier in [*multipliers, 1.0]:
        set_learning_rates(optimizers, multiplier)
        rates.append([g["lr"] for optimizer in optimizers for g in optimizer.param_groups])
    return {"multipliers": [*multipliers, 1.0], "rates": rates}


def test_rates_do_not_depend_on_the_steps_before(observed):
    """Each rate is its own first one times the multiplier of now."""
    expected = np.outer(observed["multipliers"], FIRST)
    np.testing.assert_allclose(observed["rates"], expected, rtol=1e-9)
