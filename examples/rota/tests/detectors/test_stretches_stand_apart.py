"""Between two stretches of a set there is a minute that is in neither."""

import random
from itertools import pairwise

from samples import spans

MATCHES_CLEAN = ("sets",)


def observe(seed):
    """Builds sets of spans, each with two that touch."""
    from rota.spans import SpanSet

    chance = random.Random(seed)
    sets = [SpanSet([*spans(chance, 5), (70, 80), (80, 90)]) for _ in range(30)]
    return {"sets": [[tuple(span) for span in found] for found in sets]}


def test_stretches_stand_apart(observed):
    """So there is one way only to write a set."""
    for found in observed["sets"]:
        assert all(one[1] < two[0] for one, two in pairwise(found))
