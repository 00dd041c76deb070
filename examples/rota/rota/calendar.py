"""A room that one group at a time can book."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import NamedTuple

from rota.spans import Span, SpanSet


class Taken(Exception):
    """The room is not free all the time."""


class Booking(NamedTuple):
    """Who has the room, and when; bookings are in order of their times."""

    span: Span
    group: str


class Calendar:
    """The bookings of one room on one day."""

    def __init__(self, opens: int, closes: int) -> None:
        self.day = Span(opens, closes)
        self._bookings: list[Booking] = []

    def __iter__(self) -> Iterator[Booking]:
        return iter(self._bookings)

    def book(self, start: int, stop: int, group: str) -> Booking:
        """Take the room for a group.

        Raises:
            ValueError: for an empty span, or one that is not within the day.
            Taken: when somebody has the room then.

        """
        span = Span(start, stop)
        if span.length <= 0 or start < self.day.start or stop > self.day.stop:
            raise ValueError(f"{start}-{stop} is no part of {self.day.start}-{self.day.stop}")
        for other in self._neighbours(span):
            if other.span.overlaps(span):
                raise Taken(f"{other.group} has the room {other.span.start}-{other.span.stop}")
        booking = Booking(span, group)
        insort(self._bookings, booking)
        return booking

    def cancel(self, booking: Booking) -> None:
        """Give the room back; raises KeyError when it is not booked like that."""
        index = bisect_left(self._bookings, booking)
        if self._bookings[index : index + 1] != [booking]:
            raise KeyError(booking)
        del self._bookings[index]

    def free(self, least: int = 1) -> list[Span]:
        """List the times at which nobody has the room, if they are long enough."""
        taken = SpanSet(booking.span for booking in self._bookings)
        gaps = SpanSet([self.day]) - taken
        return [gap for gap in gaps if gap.length >= least]

    def groups(self) -> dict[str, int]:
        """Return how many minutes each group has."""
        minutes: dict[str, int] = {}
        for span, group in self._bookings:
            minutes[group] = minutes.get(group, 0) + span.length
        return minutes

    def _neighbours(self, span: Span) -> list[Booking]:
        """Return the bookings that can meet a span."""
        first = bisect_left(self._bookings, (span,))
        last = bisect_left(self._bookings, (Span(span.stop, span.stop),))
        return self._bookings[max(0, first - 1) : last]
