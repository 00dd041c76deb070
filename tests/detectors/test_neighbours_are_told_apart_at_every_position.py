"""From one position to the next the fastest channels turn by one radian, however far on it is."""

import numpy as np

MATCHES_CLEAN = ("cos", "sin")


def observe(seed):
    """Read the rotary tables of a model with room for long texts."""
    from small_models import random_model

    model = random_model(seed, n_layer=1, sequence_len=(128, 300, 500)[seed % 3])
    return {"cos": model.cos[0, :, 0, 0].numpy(), "sin": model.sin[0, :, 0, 0].numpy()}


def test_every_step_of_one_position_turns_by_the_same_angle(observed):
    """The angle between a position and the next one does not depend on the position."""
    turned = observed["cos"].astype(np.float64) + 1j * observed["sin"]
    steps = np.angle(turned[1:] / turned[:-1])
    wrong = np.flatnonzero(np.abs(steps - 1.0) > 1e-2)
    first = f"{wrong[0]} and {wrong[0] + 1}" if len(wrong) else ""
    assert len(wrong) == 0, f"{len(wrong)} of {len(steps)} steps, first between positions {first}"
