"""In one pass over the conversations no two ranks meet the same one."""

import itertools

MATCHES_CLEAN = ("shares",)
WIDTH = 4


def observe(seed):
    """Let ranks read conversations that fill a row each, of which the first token is the number."""
    from small_conversations import Recording

    from nanochat.sft import ConversationLoader

    ranks, number = 3 + seed % 2, 13 + seed % 5
    task = [[n] * (WIDTH + 1) for n in range(1, number + 1)]
    shares = []
    for rank in range(ranks):
        loader = ConversationLoader(task, Recording(), 1, WIDTH, rank=rank, world_size=ranks)
        turns = len(task) // ranks
        shares.append([int(next(loader)[0][0, 0]) for _ in range(turns)])
    return {"shares": shares}


def test_the_shares_of_ranks_have_nothing_in_common(observed):
    """What one has learned from is not the turn of another."""
    for (i, one), (j, other) in itertools.combinations(enumerate(observed["shares"]), 2):
        both = sorted({*one} & {*other})
        assert both == [], f"ranks {i} and {j} both learn from {len(both)} conversations"
