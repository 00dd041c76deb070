"""Tokens are drawn as often as the softmax of their scores over the temperature says."""

import numpy as np

MATCHES_CLEAN = ("scores",)
MAY_DIFFER = ("counts",)  # there are several ways to draw
DRAWS = 20_000
CASES = ((1.0, None), (0.5, None), (2.0, None), (2.0, 3), (0.5, 3))


def observe(seed):
    """Count the draws among a few tokens, for several temperatures, with and without a limit."""
    import torch

    from nanochat.sampling import sample_next_token

    torch.manual_seed(seed)
    scores = torch.randn(6)
    counts = []
    for temperature, top_k in CASES:
        rng = torch.Generator().manual_seed(seed)
        ids = sample_next_token(scores.expand(DRAWS, -1), rng, temperature, top_k)
        counts.append(torch.bincount(ids[:, 0], minlength=6).numpy())
    return {"scores": scores.numpy(), "counts": counts}


def expected_shares(scores, temperature, top_k):
    """Softmax, among the best k."""
    scores = scores.astype(np.float64)
    weights = np.exp(scores / temperature)
    if top_k:
        weights[scores < np.sort(scores)[-top_k]] = 0
    return weights / weights.sum()


def test_counts_are_those_of_the_softmax(observed):
    """Within five standard deviations, for each token."""
    for (temperature, top_k), counts in zip(CASES, observed["counts"], strict=True):
        shares = expected_shares(observed["scores"], temperature, top_k)
        deviation = np.sqrt(shares * (1 - shares) / DRAWS)
        apart = np.abs(counts / DRAWS - shares)
        assert (apart <= 5.5 * deviation).all(), f"temperature={temperature}, top_k={top_k}"
