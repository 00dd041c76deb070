"""An evaluation on several ranks says what one rank says that has the batches of all."""

import numpy as np
from small_ranks import on_ranks

MATCHES_CLEAN = ("alone", "on_ranks")
RANKS = 3


def observe(seed):
    """Evaluate on ranks that have very different numbers of targets, and on one that has all."""
    import torch
    from small_models import random_model

    from nanochat.loss_eval import evaluate_bits_per_byte, evaluate_loss

    model = random_model(seed, n_layer=1)
    vocab_size = model.config.vocab_size
    token_bytes = torch.randint(1, 5, (vocab_size,), dtype=torch.int32)
    batches = []
    for rank in range(RANKS):
        inputs, targets = torch.randint(vocab_size, (2, 2, 16))
        targets[:, 1 + 7 * rank :] = -1
        batches.append((inputs, targets))

    def evaluated(mine):
        return [evaluate_loss(model, mine), evaluate_bits_per_byte(model, mine, token_bytes)]

    return {
        "alone": evaluated(batches),
        "on_ranks": on_ranks(RANKS, lambda rank: evaluated([batches[rank]])),
    }


def test_every_rank_reports_the_loss_of_all_targets(observed):
    """However many of them are its own."""
    told = [loss for loss, _ in observed["on_ranks"]]
    np.testing.assert_allclose(told, observed["alone"][0], rtol=1e-4)


def test_every_rank_reports_the_bits_of_all_bytes(observed):
    """However many of them are its own."""
    told = [bits for _, bits in observed["on_ranks"]]
    np.testing.assert_allclose(told, observed["alone"][1], rtol=1e-4)
