"""Only what was put into a cache is attended to, whatever else lies in its memory."""

import numpy as np

MATCHES_CLEAN = ("decoded", "full")


def observe(seed):
    """Decode with NaN in every slot of the cache that nothing was put into."""
    import torch
    from small_models import cache_for, random_model

    model = random_model(seed, n_kv_head=(1, 2, 4)[seed % 3])
    tokens = torch.randint(model.config.vocab_size, (2, 9))
    cache = cache_for(model, rows=2, positions=6)
    steps = []
    with torch.inference_mode():
        for piece in tokens.split([3, 1, 1, 3, 1], dim=1):
            if cache.kv_cache is not None:
                cache.kv_cache[..., cache.get_pos() :, :] = float("nan")
            steps.append(model(piece, kv_cache=cache))
        return {"decoded": torch.cat(steps, dim=1).numpy(), "full": model(tokens).numpy()}


def test_nan_in_unused_slots_changes_nothing(observed):
    """The logits are finite, and those of one pass without a cache."""
    assert np.isfinite(observed["decoded"]).all()
    np.testing.assert_allclose(observed["decoded"], observed["full"], atol=1e-4)
