"""Times and names that the laws are tried on."""

import random


def spans(chance: random.Random, number: int, until: int = 60) -> list[tuple[int, int]]:
    """Return spans of which many touch or overlap."""
    starts = [chance.randrange(until) for _ in range(number)]
    return [(start, start + chance.randrange(12)) for start in starts]


def minutes(spans) -> set[int]:
    """Return the minutes of spans, the slow way."""
    return {minute for start, stop in spans for minute in range(start, stop)}
