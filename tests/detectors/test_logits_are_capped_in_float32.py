"""Logits are 15 tanh(x / 15) of what the head says, in float32 whatever the model's dtype."""

import numpy as np

MATCHES_CLEAN = ("single", "half")
CAP = 15.0


def observe(seed):
    """Listen to the head of a model in float32 and in bfloat16, some of its output far out."""
    import torch
    from small_models import random_model

    model = random_model(seed, head_scale=30.0)
    tokens = torch.randint(model.config.vocab_size, (2, 6))
    heard = []
    model.lm_head.register_forward_hook(lambda *call: heard.append(call[-1].float()))
    with torch.inference_mode():
        single, half = model(tokens), model.bfloat16()(tokens)
    return {
        "heard_single": heard[0].numpy(),
        "heard_half": heard[1].numpy(),
        "single": single.float().numpy(),
        "half": half.float().numpy(),
        "dtypes": [str(single.dtype), str(half.dtype)],
    }


def test_logits_of_a_float32_model_are_capped(observed):
    """Small ones stay as they are, large ones approach the cap."""
    heard = observed["heard_single"].astype(np.float64)
    np.testing.assert_allclose(observed["single"], CAP * np.tanh(heard / CAP), atol=1e-4)
    assert np.abs(heard).max() > 2 * CAP


def test_logits_of_a_bfloat16_model_are_capped_in_float32(observed):
    """Near the cap bfloat16 has steps of 1/16, which would make unequal logits equal."""
    heard = observed["heard_half"].astype(np.float64)
    assert observed["dtypes"] == ["torch.float32", "torch.float32"]
    np.testing.assert_allclose(observed["half"], CAP * np.tanh(heard / CAP), atol=1e-4)
