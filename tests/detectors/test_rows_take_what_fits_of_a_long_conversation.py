"""A conversation that is longer than a row fills one from its beginning, and the rest is cut."""

import random

MATCHES_CLEAN = ("long", "row")
WIDTH = 12


def observe(seed):
    """Read a conversation that does not fit into a row."""
    from small_conversations import Recording

    from nanochat.sft import ConversationLoader

    length = random.Random(seed).randint(WIDTH + 2, 5 * WIDTH)
    long = list(range(100, 100 + length))
    loader = ConversationLoader([long], Recording(), 1, WIDTH, rank=0, world_size=1)
    inputs, _ = next(loader)
    return {"long": long, "row": inputs[0].tolist()}


def test_a_row_is_filled_with_the_beginning_of_the_conversation(observed):
    """As many tokens of it as a row has room for."""
    assert observed["row"] == observed["long"][:WIDTH]
