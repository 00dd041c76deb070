"""Reading a text piece by piece through the cache gives the logits of reading it at once."""

import numpy as np

MATCHES_CLEAN = ("full", "stepwise", "chunked")


def observe(seed):
    """Read the same tokens at once, one by one, and in chunks of several."""
    import torch
    from small_models import random_model

    model = random_model(seed)
    tokens = torch.randint(model.config.vocab_size, (1, 13))
    with torch.inference_mode():
        return {
            "full": model(tokens)[0].numpy(),
            "stepwise": read_in_pieces(model, tokens, [1] * 13),
            "chunked": read_in_pieces(model, tokens, [4, 1, 5, 3]),
        }


def read_in_pieces(model, tokens, lengths):
    """Logits (T, V) of tokens (1, T) fed in pieces of the given lengths."""
    import torch

    from nanochat.engine import KVCache

    config = model.config
    head_dim = config.n_embd // config.n_head
    cache = KVCache(1, config.n_kv_head, tokens.size(1), head_dim, config.n_layer)
    pieces = [model(piece, kv_cache=cache) for piece in tokens.split(lengths, dim=1)]
    return torch.cat(pieces, dim=1)[0].numpy()


def test_one_token_at_a_time_gives_the_logits_of_one_pass(observed):
    """Decoding sees exactly what training saw."""
    np.testing.assert_allclose(observed["stepwise"], observed["full"], atol=1e-4)


def test_chunks_of_several_tokens_give_the_logits_of_one_pass(observed):
    """So does feeding several tokens on top of a filled cache, at each of their positions."""
    np.testing.assert_allclose(observed["chunked"], observed["full"], atol=1e-4)
