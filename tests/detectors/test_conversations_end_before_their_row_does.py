"""A conversation that fits into a row is read to its end, if it is read at all."""

import random

MATCHES_CLEAN = ("lengths", "rows")
WIDTH = 16


def observe(seed):
    """Read one pass over conversations that all fit into a row, as inputs."""
    from small_conversations import Recording

    from nanochat.sft import ConversationLoader

    rng = random.Random(seed)
    lengths = [WIDTH + 1, *(rng.randint(3, WIDTH) for _ in range(15))]
    task = [[100 * number + i for i in range(n)] for number, n in enumerate(lengths, start=1)]
    loader = ConversationLoader(task, Recording(), 1, WIDTH, rank=0, world_size=1)
    rows = []
    while loader.state_dict()["next_turn"] < len(task):
        inputs, _ = next(loader)
        rows.append(inputs[0].tolist())
    return {"lengths": lengths, "rows": rows}


def test_each_conversation_is_there_but_for_the_last_token_of_a_row(observed):
    """The last token of a row is a target only; what a model reads stops one before it."""
    read = [token for row in observed["rows"] for token in row]
    for number, length in enumerate(observed["lengths"], start=1):
        found = sum(token // 100 == number for token in read)
        whole = found in (0, length - 1, length)
        assert whole, f"{found} of {length} tokens of a conversation are read"
