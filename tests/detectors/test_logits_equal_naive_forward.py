"""The model computes what a plain numpy version of it computes."""

import numpy as np
from reference import naive_forward

MATCHES_CLEAN = ("weights", "config", "tokens", "logits")


def observe(seed):
    """Run a small model with random weights, some large enough to reach the soft cap."""
    import torch
    from small_models import random_model

    model = random_model(seed, head_scale=12.0, n_layer=2, n_kv_head=(1, 2, 4)[seed % 3])
    tokens = torch.randint(model.config.vocab_size, (1, 9))
    with torch.inference_mode():
        logits = model(tokens)[0]
    return {
        "weights": {name: weight.numpy() for name, weight in model.state_dict().items()},
        "config": dict(vars(model.config)),
        "tokens": tokens[0].tolist(),
        "logits": logits.numpy(),
    }


def test_logits_equal_those_of_the_naive_forward(observed):
    """Every position, every entry of the vocabulary."""
    expected = naive_forward(observed["weights"], observed["config"], observed["tokens"])
    np.testing.assert_allclose(observed["logits"], expected, atol=2e-3)


def test_some_logits_come_near_the_cap_and_none_goes_past_it(observed):
    """So that the comparison says something about the soft cap."""
    assert 10 < np.abs(observed["logits"]).max() <= 15
