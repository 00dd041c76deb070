"""A model that knows nothing of 256 tokens pays eight bits for each, and so for a byte."""

import random

import numpy as np

MATCHES_CLEAN = ("lengths", "bits")


def observe(seed):
    """Evaluate a model that finds all of 256 tokens equally likely: each costs it eight bits."""
    import torch
    from small_models import random_model

    from nanochat.loss_eval import evaluate_bits_per_byte

    model = random_model(seed, n_layer=1, n_embd=16, vocab_size=256)
    with torch.no_grad():
        model.lm_head.weight.zero_()
    lengths = random.Random(seed).sample(range(1, 12), 3)
    bits = []
    for length in lengths:
        token_bytes = torch.full((256,), length, dtype=torch.int32)
        batches = [torch.randint(256, (2, rows, 8)).unbind() for rows in (2, 1)]
        bits.append(float(evaluate_bits_per_byte(model, batches, token_bytes)))
    return {"lengths": lengths, "bits": bits}


def test_chance_costs_eight_bits_for_a_token(observed):
    """They are shared by the bytes that the token stands for."""
    for length, bits in zip(observed["lengths"], observed["bits"], strict=True):
        expected = 8 / length
        np.testing.assert_allclose(
            bits, expected, rtol=1e-5, err_msg=f"256 tokens of {length} bytes, all equally likely"
        )
