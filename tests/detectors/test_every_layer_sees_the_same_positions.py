"""In one call, every layer gets back all positions up to the end of that call."""

MATCHES_CLEAN = ("layers", "pieces", "lengths", "positions")


def observe(seed):
    """Put pieces of several lengths into a cache of several layers."""
    import torch

    from nanochat.engine import KVCache

    layers = 2 + seed % 3
    cache = KVCache(batch_size=1, num_heads=1, seq_len=8, head_dim=2, num_layers=layers)
    pieces = [3, 1, 1, 4, 1, 300, 1]
    lengths, positions = [], []
    for piece in pieces:
        keys = torch.randn(1, 1, piece, 2)
        seen = [cache.insert_kv(layer, keys, keys)[0].size(2) for layer in range(layers)]
        lengths.append(seen)
        positions.append(cache.get_pos())
    return {"layers": layers, "pieces": pieces, "lengths": lengths, "positions": positions}


def test_each_layer_gets_all_positions_so_far(observed):
    """The first layer sees as many as the last."""
    for index, seen in enumerate(observed["lengths"]):
        so_far = sum(observed["pieces"][: index + 1])
        assert seen == [so_far] * observed["layers"], f"at call {index}"


def test_the_cache_counts_the_positions_of_its_calls(observed):
    """After each call its position is the number of tokens fed."""
    for index, position in enumerate(observed["positions"]):
        assert position == sum(observed["pieces"][: index + 1]), f"after call {index}"
