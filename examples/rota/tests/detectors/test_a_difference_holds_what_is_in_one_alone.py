"""The minutes of a difference are those of the first set that are not in the second."""

import random

from samples import minutes, spans

MATCHES_CLEAN = ("pairs", "differences")


def observe(seed):
    """Takes sets from sets."""
    from rota.spans import SpanSet

    chance = random.Random(seed)
    pairs = [(spans(chance, 4), spans(chance, 3)) for _ in range(40)]
    found = [SpanSet(one) - SpanSet(two) for one, two in pairs]
    return {
        "pairs": pairs,
        "differences": [[tuple(span) for span in difference] for difference in found],
    }


def test_a_difference_holds_what_is_in_one_alone(observed):
    """Minute by minute, with sets of numbers."""
    for (one, two), found in zip(observed["pairs"], observed["differences"], strict=True):
        assert minutes(found) == minutes(one) - minutes(two)
