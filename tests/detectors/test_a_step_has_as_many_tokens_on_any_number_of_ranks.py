"""A step learns from the tokens that were asked for, however many ranks share them."""

import random

from small_ranks import on_ranks

MATCHES_CLEAN = ("batch_tokens", "micro_batch_tokens", "planned")


def observe(seed):
    """Plan steps of one size for several numbers of ranks."""
    from nanochat.training import micro_batches_per_step

    draw = random.Random(seed)
    B, T = draw.randint(1, 4), draw.choice([8, 12])
    batch_tokens = B * T * 12 * draw.randint(1, 3)
    planned = {
        str(ranks): on_ranks(ranks, lambda _: micro_batches_per_step(batch_tokens, B, T))
        for ranks in (1, 2, 3, 4)
    }
    return {"batch_tokens": batch_tokens, "micro_batch_tokens": B * T, "planned": planned}


def test_the_micro_batches_of_all_ranks_add_up_to_the_step(observed):
    """Each of them has its share, and no more."""
    for ranks, planned in observed["planned"].items():
        tokens = sum(planned) * observed["micro_batch_tokens"]
        assert tokens == observed["batch_tokens"], f"on {ranks} ranks a step has {tokens} tokens"
