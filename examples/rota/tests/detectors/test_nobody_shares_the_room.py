"""A room is given to one group at a time, and to whoever asks for a time that is free."""

import random

from samples import minutes, spans

MATCHES_CLEAN = ("asked", "given")


def observe(seed):
    """Books a room as long as it goes."""
    from rota.calendar import Calendar

    chance = random.Random(seed)
    asked = [(start, stop + 1) for start, stop in spans(chance, 60, 200)]
    calendar = Calendar(0, 300)
    return {"asked": asked, "given": [_is_given(calendar, *span) for span in asked]}


def _is_given(calendar, start, stop):
    from rota.calendar import Taken

    try:
        calendar.book(start, stop, "choir")
    except Taken:
        return False
    return True


def test_nobody_shares_the_room(observed):
    """Whoever is first is served; the others by what is left."""
    taken = set()
    for span, is_given in zip(observed["asked"], observed["given"], strict=True):
        assert is_given == taken.isdisjoint(minutes([span]))
        taken |= minutes([span]) if is_given else set()
