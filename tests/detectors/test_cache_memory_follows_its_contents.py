"""A cache holds memory for what is in it and a little more, and none when it is empty."""

import numpy as np

MATCHES_CLEAN = ("positions", "after_reset", "keys", "values", "reused_keys", "reused_values")
MAY_DIFFER = ("room",)  # a cache may grow by any step within the slack
SLACK = 256  # positions that a cache may have ready beyond those in use


def observe(seed):
    """Fill a cache past its plan in uneven pieces, empty it, and use it again."""
    import torch

    from nanochat.engine import KVCache

    torch.manual_seed(seed)
    heads, head_dim, rows = 2, 4, 1 + seed % 3
    cache = KVCache(rows, heads, 10, head_dim, 1)
    position_bytes = 2 * rows * heads * head_dim * 4

    positions, room = [], []
    for length in torch.randint(100, 400, (6,)).tolist():
        keys = torch.randn(rows, heads, length, head_dim)
        cache.insert_kv(0, keys, keys)
        positions.append(cache.get_pos())
        room.append(held_bytes(cache) // position_bytes)
    cache.reset()
    after_reset = [cache.get_pos(), held_bytes(cache) // position_bytes]

    keys, values = torch.randn(2, rows, heads, 3, head_dim)
    reused_keys, reused_values = cache.insert_kv(0, keys, values)
    return {
        "positions": positions,
        "room": room,
        "after_reset": after_reset,
        "keys": keys.numpy(),
        "values": values.numpy(),
        "reused_keys": reused_keys.numpy(),
        "reused_values": reused_values.numpy(),
    }


def held_bytes(cache):
    """Memory of all tensors that a cache keeps."""
    import torch

    tensors = [value for value in vars(cache).values() if isinstance(value, torch.Tensor)]
    return sum(tensor.untyped_storage().nbytes() for tensor in tensors)


def test_a_growing_cache_holds_little_more_than_its_contents(observed):
    """Room for at most SLACK positions lies idle, however often the cache has grown."""
    for positions, room in zip(observed["positions"], observed["room"], strict=True):
        assert positions <= room <= positions + SLACK, (
            f"{positions} positions are in the cache, and it holds memory for {room}"
        )


def test_a_cache_gives_its_memory_back_on_reset(observed):
    """An empty cache holds nothing."""
    assert observed["after_reset"] == [0, 0], (
        "after reset() the cache is at position {} and holds memory for {} positions".format(
            *observed["after_reset"]
        )
    )


def test_a_cache_can_be_used_again_after_reset(observed):
    """What goes in comes out, as from a new cache."""
    np.testing.assert_array_equal(observed["reused_keys"], observed["keys"])
    np.testing.assert_array_equal(observed["reused_values"], observed["values"])
