"""A random matrix starts with a spread by what it adds up: what comes out of it keeps its size."""

import numpy as np

MATCHES_CLEAN = ("kv_heads", "names")
MAY_DIFFER = ("gains",)  # by what was drawn, and in which order
HEADS = 8
TALL, WIDE = "mlp.c_fc.weight", "attn.c_v.weight"


def observe(seed):
    """Measure how much matrices of several shapes lengthen what goes through them."""
    import torch

    from nanochat.gpt import GPT, GPTConfig

    torch.manual_seed(seed)
    kv_heads = (1, 2, 4)[seed % 3]
    shape = {"n_layer": 2 + seed % 2, "n_head": HEADS, "n_kv_head": kv_heads, "n_embd": 128}
    model = GPT(GPTConfig(sequence_len=8, vocab_size=20, **shape))
    model.init_weights()
    gains = {
        name: (torch.randn(256, weight.size(1)) @ weight.T).std().item()
        for name, weight in model.named_parameters()
        if name.endswith((TALL, WIDE)) and weight.any()
    }
    return {"kv_heads": kv_heads, "names": list(gains), "gains": list(gains.values())}


def test_outputs_are_as_large_as_a_spectral_norm_of_their_shape_makes_them(observed):
    """Inputs of size one give one where outputs are more, and the root of the share where fewer."""
    for name, gain in zip(observed["names"], observed["gains"], strict=True):
        expected = 1.0 if name.endswith(TALL) else np.sqrt(observed["kv_heads"] / HEADS)
        np.testing.assert_allclose(gain, expected, rtol=0.1, err_msg=name)
