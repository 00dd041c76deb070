"""Learning rates climb evenly from the first step and stand at their full height after warm-up."""

import random

import numpy as np

MATCHES_CLEAN = ("warmup_steps", "warmdown_steps", "multipliers")


def observe(seed):
    """Follow the multiplier through a run of random length and shape."""
    from nanochat.schedule import learning_rate_multiplier

    draw = random.Random(seed)
    num_steps = draw.randrange(200, 2000, 100)
    warmup, warmdown = draw.choice([0.05, 0.1, 0.2]), draw.choice([0.2, 0.4])
    multipliers = [
        learning_rate_multiplier(step, num_steps, warmup_ratio=warmup, warmdown_ratio=warmdown)
        for step in range(num_steps)
    ]
    return {
        "warmup_steps": round(num_steps * warmup),
        "warmdown_steps": round(num_steps * warmdown),
        "multipliers": multipliers,
    }


def test_each_step_of_the_warm_up_adds_the_same(observed):
    """The first step learns already, and the last one of the warm-up is at full height."""
    steps = observed["warmup_steps"]
    expected = np.arange(1, steps + 1) / steps
    np.testing.assert_allclose(observed["multipliers"][:steps], expected, rtol=1e-9)


def test_between_warm_up_and_warm_down_the_rate_is_full(observed):
    """The plateau begins where the warm-up ends."""
    plateau = slice(observed["warmup_steps"], -observed["warmdown_steps"])
    reached = np.array(observed["multipliers"][plateau])
    np.testing.assert_allclose(reached, 1.0, rtol=1e-9)
