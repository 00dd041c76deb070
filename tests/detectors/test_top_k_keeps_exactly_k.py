"""With top_k, the k best tokens of each row are drawn, and never any other."""

import numpy as np

MATCHES_CLEAN = ("rows",)
MAY_DIFFER = ("drawn",)  # there are several ways to draw, and to choose among equals
DRAWS = 600


def observe(seed):
    """Draw often from rows with equal scores, very low scores, and scores far above the others'."""
    import torch

    from nanochat.sampling import sample_next_token

    torch.manual_seed(seed)
    vocab_size = 12
    tied = torch.zeros(vocab_size)
    low = torch.randn(vocab_size) - 1e4
    high = torch.randn(vocab_size) + 1e4
    rows = torch.stack((tied, low, high))  # (3, V)
    drawn = {}
    for k in (1, 3, vocab_size, vocab_size + 5, 0, None):
        rng = torch.Generator().manual_seed(seed)
        logits = rows.repeat(DRAWS, 1)
        ids = sample_next_token(logits, rng, temperature=3.0, top_k=k)
        drawn[str(k)] = ids.view(DRAWS, 3).T.numpy()
    return {"rows": rows.numpy(), "drawn": drawn}


def test_the_number_of_tokens_drawn_is_k(observed):
    """Equal scores do not let more than k of them in."""
    for k in (1, 3):
        numbers = [len(set(ids)) for ids in observed["drawn"][str(k)]]
        assert numbers == [k] * 3, f"top_k={k} draws {numbers} different tokens"


def test_the_tokens_drawn_are_the_best_of_their_row(observed):
    """Rows with low scores have their own best, whatever the other rows have."""
    for k in (1, 3):
        for scores, ids in list(zip(observed["rows"], observed["drawn"][str(k)], strict=True))[1:]:
            assert set(ids) == set(np.argsort(scores)[-k:])


def test_no_limit_lets_every_token_in(observed):
    """A k of 0 or None, or one as large as the vocabulary or larger."""
    for k in (12, 17, 0, None):
        assert set(observed["drawn"][str(k)][0]) == set(range(12)), f"top_k={k}"
