"""A cache holds keys and values in the dtype in which the model computes them."""

MATCHES_CLEAN = ("cached",)
DTYPES = ("float32", "bfloat16", "float64")


def observe(seed):
    """Decode with models of several dtypes."""
    import torch
    from small_models import cache_for, random_model

    cached = {}
    for name in DTYPES:
        model = random_model(seed, n_layer=1).to(getattr(torch, name))
        cache = cache_for(model)
        with torch.inference_mode():
            for length in (3, 1):
                model(torch.randint(model.config.vocab_size, (1, length)), kv_cache=cache)
        cached[name] = str(cache.kv_cache.dtype)
    return {"cached": cached}


def test_keys_and_values_are_neither_rounded_nor_widened(observed):
    """Half the bits take half the memory; all the bits lose nothing."""
    assert observed["cached"] == {name: f"torch.{name}" for name in DTYPES}
