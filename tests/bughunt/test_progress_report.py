"""How the time of a hunt is told, and what stands at its end."""

import io
from datetime import datetime, timedelta, timezone

import pytest

from bughunt import report
from bughunt.progress_report import State, SymptomState, told

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
TIMES = {
    "clock put back": (timedelta(hours=-1), "just now"),
    "seconds": (timedelta(seconds=59), "just now"),
    "a minute": (timedelta(seconds=60), "1 min ago"),
    "minutes": (timedelta(seconds=3599), "59 min ago"),
    "hours": (timedelta(hours=23, minutes=59), "23 h 59 min ago"),
    "a day": (timedelta(hours=24), "1 day 0 h ago"),
    "days": (timedelta(days=12, hours=5), "12 days 5 h ago"),
}


def hunt(*fixed):
    """Return a hunt with one symptom for each argument, checked at noon."""
    symptoms = tuple(
        SymptomState(
            number=number,
            symptom="It is wrong.",
            fixed=verdict,
            checked=None if verdict is None else NOON,
            first_fixed=None,
            hints=0,
            revealed=None,
        )
        for number, verdict in enumerate(fixed, start=1)
    )
    return State(title="Wrongs", minutes=9, started=NOON, seconds=0, hints=3, symptoms=symptoms)


def lines(state, now=NOON):
    """Return what a pipe gets."""
    stream = io.StringIO()
    report.write(told(state, now), stream)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize(("passed", "text"), TIMES.values(), ids=TIMES)
def test_time_is_told_in_the_units_that_matter(passed, text):
    """Two units at most, rounded down; of the start and of each check."""
    written = lines(hunt(False), NOON + passed)

    assert written[1] == f"Started {text}; about 9 minutes are planned."
    assert written[4] == f"            0 of 3 hints, checked {text}"


@pytest.mark.parametrize(
    ("fixed", "last"),
    [
        ((True, False, None), "Next: bughunt hint 2"),
        ((True, None), "Next: bughunt check"),
        ((True, True), "2 of 2 fixed"),
    ],
    ids=["open", "not checked", "fixed"],
)
def test_the_next_step_depends_on_what_is_left(fixed, last):
    """A hint to the first open one, a check of what none has looked at, or nothing."""
    assert lines(hunt(*fixed))[-1] == last
