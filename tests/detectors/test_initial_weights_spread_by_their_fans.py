"""Matrices start centred, with a spread by fan-in and fan-out; what a block adds starts at zero."""

import numpy as np

MATCHES_CLEAN = ("shapes",)
MAY_DIFFER = ("weights",)  # drawn in any order, from any distribution of that spread
WIDTH = 64
ZERO = ("lm_head.weight", "attn.c_proj.weight", "mlp.c_proj.weight")


def observe(seed):
    """Initialise a model whose matrices have more rows than columns, as many, and fewer."""
    import torch

    from nanochat.gpt import GPT, GPTConfig

    torch.manual_seed(seed)
    config = GPTConfig(
        sequence_len=8, vocab_size=200, n_layer=1, n_head=8, n_kv_head=2, n_embd=WIDTH
    )
    model = GPT(config)
    model.init_weights()
    weights = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
    return {"shapes": {name: list(it.shape) for name, it in weights.items()}, "weights": weights}


def assert_spread(weights, std):
    """Mean and standard deviation are those of as many draws, within six standard errors."""
    count = weights.size
    assert abs(weights.mean()) < 6 * std / np.sqrt(count)
    np.testing.assert_allclose(weights.std(), std, rtol=6 / np.sqrt(2 * count))


def test_weights_have_the_shapes_of_the_model(observed):
    """Every one of them is looked at."""
    assert {name: list(it.shape) for name, it in observed["weights"].items()} == observed["shapes"]


def test_blocks_and_head_say_nothing_at_first(observed):
    """All tokens are predicted alike, and the residual stream passes through."""
    for name, weights in observed["weights"].items():
        assert np.any(weights) != name.endswith(ZERO), name


def test_the_embedding_has_unit_variance(observed):
    """It is normalised before the first block anyway."""
    assert_spread(observed["weights"]["transformer.wte.weight"], 1.0)


def test_other_matrices_have_a_spectral_norm_by_their_shape(observed):
    """Yang et al. 2023, A spectral condition for feature learning, parametrisation 1."""
    for name, weights in observed["weights"].items():
        if not name.endswith(("wte.weight", *ZERO)):
            fan_out, fan_in = weights.shape
            assert_spread(weights, min(1, np.sqrt(fan_out / fan_in)) / np.sqrt(fan_in))
