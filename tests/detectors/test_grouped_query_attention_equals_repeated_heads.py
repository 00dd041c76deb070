"""A model with few key/value heads equals one that has a copy of them for each query head."""

import numpy as np

MATCHES_CLEAN = ("grouped", "repeated")


def observe(seed):
    """Run a grouped model, and one with its key and value heads written out."""
    import torch
    from small_models import random_model

    groups = 2 + seed % 2
    shape = {"n_head": 2 * groups, "n_embd": 16 * groups}
    grouped = random_model(seed, n_kv_head=2, **shape)
    repeated = random_model(seed + 1, n_kv_head=2 * groups, **shape)
    weights = grouped.state_dict()
    for name, weight in weights.items():
        if "c_k" in name or "c_v" in name:
            heads = weight.view(2, 8, -1)  # (K, D, C)
            weights[name] = heads.repeat_interleave(groups, dim=0).flatten(0, 1)
    repeated.load_state_dict(weights)

    tokens = torch.randint(grouped.config.vocab_size, (2, 9))
    with torch.inference_mode():
        return {"grouped": grouped(tokens).numpy(), "repeated": repeated(tokens).numpy()}


def test_grouped_heads_give_the_logits_of_repeated_heads(observed):
    """Consecutive query heads share a key/value head (Ainslie et al., GQA, 2023)."""
    np.testing.assert_allclose(observed["grouped"], observed["repeated"], atol=1e-4)
