"""A cache that starts from another one holds the same positions, in every row, and no more."""

import numpy as np

MATCHES_CLEAN = (
    "held",
    "position",
    "room",
    "planned",
    "keys",
    "values",
    "continued_keys",
    "continued_values",
)


def observe(seed):
    """Start three rows from a row that has room to spare, and add one position."""
    import torch

    from nanochat.engine import KVCache

    torch.manual_seed(seed)
    rows, held = 3, 2 + seed % 5
    heads, head_dim, planned = 2, 4, 8
    prompt = KVCache(1, heads, 1000, head_dim, 1)
    keys, values = torch.randn(2, 1, heads, held, head_dim)
    prompt.insert_kv(0, keys, values)
    prompt.kv_cache[..., held:, :] = float("nan")

    cache = KVCache(rows, heads, planned, head_dim, 1)
    cache.prefill(prompt)
    position = cache.get_pos()
    next_keys, next_values = torch.randn(2, rows, heads, 1, head_dim)
    continued_keys, continued_values = cache.insert_kv(0, next_keys, next_values)
    return {
        "held": held,
        "position": position,
        "room": cache.kv_cache.untyped_storage().nbytes() // (2 * rows * heads * head_dim * 4),
        "planned": planned,
        "keys": torch.cat((keys.expand(rows, -1, -1, -1), next_keys), dim=2).numpy(),
        "values": torch.cat((values.expand(rows, -1, -1, -1), next_values), dim=2).numpy(),
        "continued_keys": continued_keys.numpy(),
        "continued_values": continued_values.numpy(),
    }


def test_the_position_is_the_number_of_positions_held(observed):
    """The next token goes behind what is held, not behind the room that there was."""
    assert observed["position"] == observed["held"]


def test_every_row_continues_from_the_held_positions(observed):
    """Keys and values come back as they were put in, followed by each row's own next."""
    np.testing.assert_array_equal(observed["continued_keys"], observed["keys"])
    np.testing.assert_array_equal(observed["continued_values"], observed["values"])


def test_memory_follows_the_plan_and_not_the_other_cache(observed):
    """The room of the prompt's cache is not inherited."""
    assert observed["room"] == observed["planned"]
