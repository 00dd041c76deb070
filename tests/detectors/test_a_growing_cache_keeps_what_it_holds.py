"""However often a cache grows, each row and head gets back what was put in, in order."""

import numpy as np

MATCHES_CLEAN = ("keys", "values", "returned_keys", "returned_values")


def observe(seed):
    """Fill a cache far past its plan, in uneven pieces."""
    import torch

    from nanochat.engine import KVCache

    torch.manual_seed(seed)
    rows, heads, head_dim = 3, 2, 4
    cache = KVCache(rows, heads, 5, head_dim, num_layers=1)
    lengths = [4, 1, 1, *torch.randint(1, 300, (4,)).tolist(), 1]
    keys, values = torch.randn(2, rows, heads, sum(lengths), head_dim)  # (B, K, S, D) each
    start = 0
    for length in lengths:
        piece = slice(start, start + length)
        returned_keys, returned_values = cache.insert_kv(0, keys[:, :, piece], values[:, :, piece])
        start += length
    return {
        "keys": keys.numpy(),
        "values": values.numpy(),
        "returned_keys": returned_keys.numpy(),
        "returned_values": returned_values.numpy(),
    }


def test_keys_come_back_as_they_went_in(observed):
    """Moving to a larger place changes neither their order nor their row or head."""
    np.testing.assert_array_equal(observed["returned_keys"], observed["keys"])


def test_values_come_back_as_they_went_in(observed):
    """Values lie beside the keys, and move with them."""
    np.testing.assert_array_equal(observed["returned_values"], observed["values"])
