"""However often a cache grows, each row and head gets back what was put in, in order."""

import numpy as np

MATCHES_CLEAN = ("returned_keys", "returned_values")


def observe(seed):
    """Fill a cache of two layers far past its plan, in uneven pieces."""
    import torch

    from nanochat.engine import KVCache

    torch.manual_seed(seed)
    rows, heads, head_dim = 3, 2, 4
    cache = KVCache(rows, heads, 5, head_dim, num_layers=2)
    lengths = [4, 1, 1, *torch.randint(1, 300, (4,)).tolist(), 1]
    keys, values = torch.randn(2, 2, rows, heads, sum(lengths), head_dim)  # (L, B, K, S, D) each
    start = 0
    for length in lengths:
        piece = slice(start, start + length)
        returned = [
            cache.insert_kv(layer, keys[layer, :, :, piece], values[layer, :, :, piece])
            for layer in (0, 1)
        ]
        start += length
    return {
        "keys": keys.numpy(),
        "values": values.numpy(),
        "returned_keys": np.stack([layer_keys.numpy() for layer_keys, _ in returned]),
        "returned_values": np.stack([layer_values.numpy() for _, layer_values in returned]),
    }


def test_keys_come_back_as_they_went_in(observed):
    """Moving to a larger place changes neither their order nor their row, head or layer."""
    np.testing.assert_array_equal(observed["returned_keys"], observed["keys"])


def test_values_come_back_as_they_went_in(observed):
    """Values lie beside the keys, and move with them."""
    np.testing.assert_array_equal(observed["returned_values"], observed["values"])
