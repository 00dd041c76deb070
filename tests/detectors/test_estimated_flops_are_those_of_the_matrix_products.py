"""The estimate of operations per token counts what the products of matrices take, three times."""

import numpy as np

MATCHES_CLEAN = ("estimated", "counted")


def observe(seed):
    """Count the operations of a forward pass over a full window; let the model estimate them."""
    import torch
    from small_models import random_model
    from torch.utils.flop_counter import FlopCounterMode

    shape = {"n_layer": 1 + seed % 3, "n_kv_head": (1, 4)[seed % 2], "vocab_size": 50 + seed % 40}
    model = random_model(seed, sequence_len=24, **shape)
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        model(torch.zeros(1, 24, dtype=torch.long))
    return {"estimated": model.estimate_flops(), "counted": counter.get_total_flops() / 24}


def test_estimate_is_three_forward_passes(observed):
    """The backward pass takes two products for each one of the forward pass."""
    np.testing.assert_allclose(observed["estimated"], 3 * observed["counted"], rtol=1e-9)
