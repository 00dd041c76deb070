"""A limit that a vocabulary does not reach is no limit at all."""

import random

MATCHES_CLEAN = ("vocab_size", "drawn")


def observe(seed):
    """Draw from a few tokens that are alike, with limits around their number and without one."""
    import torch

    from nanochat.sampling import sample_next_token

    vocab_size = random.Random(seed).randint(3, 9)
    logits = torch.zeros(400, vocab_size)
    drawn = {}
    for limit in (vocab_size, vocab_size + 1, 50, None):
        rng = torch.Generator().manual_seed(seed)
        ids = sample_next_token(logits, rng, top_k=limit)
        drawn[str(limit)] = sorted(set(ids.flatten().tolist()))
    return {"vocab_size": vocab_size, "drawn": drawn}


def test_every_token_is_drawn_under_any_such_limit(observed):
    """As it is without one."""
    everything = list(range(observed["vocab_size"]))
    for limit, tokens in observed["drawn"].items():
        assert tokens == everything, f"top_k={limit} of {len(everything)} tokens draws {tokens}"
