"""A pass meets each conversation, whether it fits into the row that is begun or not."""

import random

MATCHES_CLEAN = ("numbers", "met")
WIDTH = 16


def observe(seed):
    """Note which conversations come in one pass; each of them is one token, again and again."""
    from small_conversations import Recording

    from nanochat.sft import ConversationLoader

    rng = random.Random(seed)
    # Even lengths never fill the odd width of a row, so that each leaves room for another token.
    numbers = sorted(rng.sample(range(1, 1000), 30))
    task = [[number] * rng.randrange(2, WIDTH + 1, 2) for number in numbers]
    loader = ConversationLoader(task, Recording(), 1, WIDTH, rank=0, world_size=1)
    met = set()
    while loader.state_dict()["next_turn"] < len(task):
        inputs, targets = next(loader)
        met.update(inputs[0].tolist(), targets[0].tolist())
    return {"numbers": numbers, "met": sorted(met - {0, -1})}


def test_each_conversation_is_met(observed):
    """None is passed over where a row ends."""
    missing = sorted(set(observed["numbers"]) - set(observed["met"]))
    assert missing == [], f"{len(missing)} of {len(observed['numbers'])} conversations never come"
