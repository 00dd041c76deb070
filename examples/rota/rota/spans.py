"""Sets of minutes, kept as few stretches of time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """The minutes from ``start`` up to, and without, ``stop``."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """How many minutes there are."""
        return self.stop - self.start

    def overlaps(self, other: Span) -> bool:
        """Tell whether there is a minute in both."""
        return self.start < other.stop and other.start < self.stop

    def intersection(self, other: Span) -> Span | None:
        """Return the minutes in both; None if there are none."""
        if not self.overlaps(other):
            return None
        return Span(max(self.start, other.start), min(self.stop, other.stop))


class SpanSet:
    """A set of minutes.

    It holds spans in order, none of them empty, with at least a minute between each and the next.
    """

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans: list[Span] = []
        for start, stop in spans:
            if stop < start:
                raise ValueError(f"a span cannot end at {stop}, before its start {start}")
            if start < stop:
                self._spans.append(Span(start, stop))
        self._spans = list(_joined(sorted(self._spans)))

    def __iter__(self) -> Iterator[Span]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SpanSet) and self._spans == other._spans

    __hash__ = None

    def __repr__(self) -> str:
        return f"SpanSet({[tuple(span) for span in self._spans]})"

    def __contains__(self, minute: int) -> bool:
        index = bisect_right(self._spans, minute, key=lambda span: span.start) - 1
        return index >= 0 and minute < self._spans[index].stop

    @property
    def minutes(self) -> int:
        """How many minutes there are."""
        return sum(span.length for span in self._spans)

    def __or__(self, other: SpanSet) -> SpanSet:
        return SpanSet([*self._spans, *other._spans])

    def __and__(self, other: SpanSet) -> SpanSet:
        found, mine, theirs = [], 0, 0
        while mine < len(self._spans) and theirs < len(other._spans):
            one, two = self._spans[mine], other._spans[theirs]
            both = one.intersection(two)
            if both is not None:
                found.append(both)
            # Whichever ends first can meet nothing more.
            if one.stop <= two.stop:
                mine += 1
            else:
                theirs += 1
        return SpanSet(found)

    def __sub__(self, other: SpanSet) -> SpanSet:
        left: list[Span] = []
        for span in self._spans:
            start = span.start
            for hole in other._spans:
                if hole.overlaps(span):
                    left.append(Span(start, max(start, hole.start)))
                    start = hole.stop
            left.append(Span(start, max(start, span.stop)))
        return SpanSet(left)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Join spans that come in order, so that few are left."""
    current: Span | None = None
    for span in spans:
        if current is None:
            current = span
        elif span.start <= current.stop:
            current = Span(current.start, max(current.stop, span.stop))
        else:
            yield current
            current = span
    if current is not None:
        yield current
