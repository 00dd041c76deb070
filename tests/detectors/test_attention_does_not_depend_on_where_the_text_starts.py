"""Attention knows distances, not absolute positions: shifted text is treated alike."""

import numpy as np

MATCHES_CLEAN = ("start", "shifted", "last_of_reordered")


def observe(seed):
    """Run one attention layer with the rotary tables of several starts."""
    import torch
    from small_models import random_model

    # Unequal numbers of positions and heads tell the two axes apart.
    model = random_model(seed, n_kv_head=(1, 2, 4)[seed % 3])
    attention, T = model.transformer.h[0].attn, 7
    x = torch.randn(2, T, model.config.n_embd)

    def attended(x, start):
        window = slice(start, start + T)
        return attention(x, (model.cos[:, window], model.sin[:, window]), None).numpy()

    with torch.inference_mode():
        reordered = x[:, [2, 0, 1, 5, 3, 4, 6]]
        return {
            "start": attended(x, 0),
            "shifted": [attended(x, start) for start in (1, 17, 150)],
            "last_of_reordered": attended(reordered, 0)[:, -1],
        }


def test_shifted_text_gives_the_same_output(observed):
    """The angle between a query and a key depends on how far apart they are."""
    for shifted in observed["shifted"]:
        np.testing.assert_allclose(shifted, observed["start"], atol=1e-4)


def test_reordered_text_gives_another_output(observed):
    """The last position sees the same words in another order, and does notice."""
    change = np.abs(observed["last_of_reordered"] - observed["start"][:, -1])
    assert change.max() > 1e-3
