"""What is offered is free, and as long as was asked for, to the minute."""

import random

from samples import minutes

MATCHES_CLEAN = ("booked", "offered")


def observe(seed):
    """Asks for free time in a day with gaps of every length."""
    from rota.calendar import Calendar

    chance = random.Random(seed)
    calendar, booked, now = Calendar(0, 400), [], 0
    for gap in chance.sample(range(1, 16), 15):
        now += gap
        booked.append((now, now + 5))
        calendar.book(now, now + 5, "choir")
        now += 5
    return {"booked": booked, "offered": {str(n): _plain(calendar.free(n)) for n in (1, 7, 15)}}


def _plain(spans):
    return [tuple(span) for span in spans]


def test_long_gaps_are_offered_and_short_ones_not(observed):
    """The gaps of a day with one booking after the other can be counted off."""
    starts = [0, *(stop for _, stop in observed["booked"])]
    stops = [*(start for start, _ in observed["booked"]), 400]
    gaps = list(zip(starts, stops, strict=True))
    for least, offered in observed["offered"].items():
        assert offered == [gap for gap in gaps if len(minutes([gap])) >= int(least)]
