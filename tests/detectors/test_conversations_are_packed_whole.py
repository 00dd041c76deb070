"""Rows hold whole conversations, each once in a pass; only what is longer than a row is cut."""

import itertools
import random

MATCHES_CLEAN = ("rows_of_ranks", "lengths")
WIDTH = 12


def observe(seed):
    """Pack conversations of many lengths, those around the width of a row among them."""
    from small_conversations import Recording

    from nanochat.sft import ConversationLoader

    rng = random.Random(seed)
    lengths = [WIDTH + 1, WIDTH, WIDTH + 2, 30, *(rng.randint(2, WIDTH) for _ in range(16))]
    rng.shuffle(lengths)
    # Two in a row, for the first rank, that fill a row to the last token.
    lengths = [5, *lengths[:2], WIDTH + 1 - 5, *lengths[2:]]
    first_ids = [100 * (number + 1) for number in range(len(lengths))]
    task = [list(range(f, f + n)) for f, n in zip(first_ids, lengths, strict=True)]
    rows = [[] for _ in range(3)]
    for rank in range(3):
        loader = ConversationLoader(task, Recording(), 1, WIDTH, rank=rank, world_size=3)
        share = range(rank, len(task), 3)
        while loader.state_dict()["next_turn"] < len(share):
            inputs, targets = next(loader)
            rows[rank].append([*inputs[0, :1].tolist(), *targets[0].tolist()])
    return {"rows_of_ranks": rows, "lengths": lengths}


def all_rows(observed):
    """The rows of all ranks."""
    return [row for rows in observed["rows_of_ranks"] for row in rows]


def conversations_in(observed):
    """The conversations that can be seen in the rows, as {number: list of ids}."""
    seen = {}
    for row in all_rows(observed):
        for token in row:
            if token >= 100:
                seen.setdefault(token // 100 - 1, []).append(token)
    return seen


def test_no_token_of_a_conversation_that_fits_is_lost(observed):
    """It is there from its first to its last token, and cut only where a row ends."""
    seen = conversations_in(observed)
    for number, length in enumerate(observed["lengths"]):
        first = 100 * (number + 1)
        whole = list(range(first, first + min(length, WIDTH + 1)))
        assert seen.get(number, [])[: len(whole)] == whole


def test_rows_are_as_wide_as_they_were_asked_for(observed):
    """T inputs, and the target of the last."""
    widths = {len(row) for row in all_rows(observed)}
    assert widths == {WIDTH + 1}


def test_padding_stands_at_the_end_of_a_row(observed):
    """What is not a conversation is not a target, and comes last."""
    for row in all_rows(observed):
        used = [token >= 100 for token in row]
        assert used == sorted(used, reverse=True)
        assert all(token == -1 for token in row if token < 100)


def test_a_row_ends_only_before_what_does_not_fit(observed):
    """A conversation that fills a row to its last token is taken in."""
    for rows in observed["rows_of_ranks"]:
        for row, following in itertools.pairwise(rows):
            used = sum(token >= 100 for token in row)
            length = observed["lengths"][following[0] // 100 - 1]
            assert used + length > WIDTH + 1
