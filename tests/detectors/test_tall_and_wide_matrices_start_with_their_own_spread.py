"""A random matrix starts with a spread by what it adds up: what comes out of it keeps its size."""

import numpy as np

MATCHES_CLEAN = ("names",)
MAY_DIFFER = ("gains",)  # by what was drawn, and in which order
TALL, WIDE = "mlp.c_fc.weight", "attn.c_v.weight"


def observe(seed):
    """Measure how much matrices of several shapes lengthen what goes through them."""
    import torch

    from nanochat.gpt import GPT, GPTConfig

    torch.manual_seed(seed)
    config = GPTConfig(sequence_len=8, vocab_size=20, n_layer=2, n_head=8, n_kv_head=2, n_embd=128)
    model = GPT(config)
    model.init_weights()
    gains = {
        name: (torch.randn(256, weight.size(1)) @ weight.T).std().item()
        for name, weight in model.named_parameters()
        if name.endswith((TALL, WIDE)) and weight.any()
    }
    return {"names": list(gains), "gains": list(gains.values())}


def test_outputs_are_as_large_as_a_spectral_norm_of_their_shape_makes_them(observed):
    """Inputs of size one give one where outputs are more, and the root of the share where fewer."""
    for name, gain in zip(observed["names"], observed["gains"], strict=True):
        expected = 1.0 if name.endswith(TALL) else np.sqrt(2 / 8)
        np.testing.assert_allclose(gain, expected, rtol=0.1, err_msg=name)
