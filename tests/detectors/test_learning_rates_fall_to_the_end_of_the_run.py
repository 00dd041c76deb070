"""In the warm-down the learning rates fall evenly, from full height to what is to be left."""

import random

import numpy as np

MATCHES_CLEAN = ("warmdown_steps", "final", "multipliers")


def observe(seed):
    """Follow the multiplier through a run without warm-up, of random length and end."""
    from nanochat.schedule import learning_rate_multiplier

    draw = random.Random(seed)
    num_steps, warmdown = draw.randrange(100, 900, 100), draw.choice([0.2, 0.5, 1.0])
    final = draw.choice([0.0, 0.1, 0.4])
    multipliers = [
        learning_rate_multiplier(step, num_steps, warmdown_ratio=warmdown, final_fraction=final)
        for step in range(num_steps)
    ]
    return {
        "warmdown_steps": round(num_steps * warmdown),
        "final": final,
        "multipliers": multipliers,
    }


def test_rates_never_rise(observed):
    """Not even by a little, as they would if they fell and came back."""
    multipliers = np.array(observed["multipliers"])
    rises = np.flatnonzero(np.diff(multipliers) > 1e-9) + 1
    assert len(rises) == 0, f"the rate rises in {len(rises)} steps, first in step {rises[0]}"


def test_the_last_step_has_what_is_to_be_left(observed):
    """And the steps before it stand on a straight line that leaves from one."""
    steps = observed["warmdown_steps"]
    expected = np.linspace(1.0, observed["final"], steps + 1)[1:]
    np.testing.assert_allclose(observed["multipliers"][-steps:], expected, rtol=1e-9, atol=1e-12)
