"""At temperature zero the best token is taken, every time."""

import numpy as np

MATCHES_CLEAN = ("logits", "chosen")


def observe(seed):
    """Choose for rows of random scores, with several random states and limits."""
    import torch

    from nanochat.sampling import sample_next_token

    torch.manual_seed(seed)
    logits = torch.randn(6, 40)
    chosen = [
        sample_next_token(logits, torch.Generator().manual_seed(state), 0.0, top_k)[:, 0].numpy()
        for state in (seed, seed + 1)
        for top_k in (None, 0, 7)
    ]
    return {"logits": logits.numpy(), "chosen": chosen}


def test_the_choice_is_the_highest_score_of_each_row(observed):
    """Neither the random state nor top_k has a say."""
    for chosen in observed["chosen"]:
        np.testing.assert_array_equal(chosen, observed["logits"].argmax(axis=-1))
