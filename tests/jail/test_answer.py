"""What comes out of a jail is read as if an enemy had written it."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bughunt.jail import answer, wire
from bughunt.jail.answer import Malformed, Observed, Raised, Said
from bughunt.running import observation
from bughunt.running.outcome import frame


def framed(said):
    """Return a frame that a child could have written."""
    return frame(msgspec.msgpack.encode(said))


def test_honest_frame_is_taken():
    """The observation is the one that was encoded."""
    data = observation.encode({"a": np.arange(4), "b": (1, [2, {"c": None}])})
    assert answer.read(framed(Said(Observed(data)))) == (Observed(data), ())


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_an_answer_or_malformed(content):
    """No exception leaves the reader."""
    for received in (content, frame(content), framed(Said(Observed(content)))):
        ending, _ = answer.read(received)
        assert isinstance(ending, Observed | Raised | Malformed)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
        max_leaves=30,
    )
)
@settings(max_examples=200, deadline=None)
def test_everything_that_travels_passes_the_count(data):
    """The count refuses nothing that the format's own writer writes."""
    wire.check(observation.encode(data), observation.MAX_VALUES, observation.MAX_DEPTH)


@pytest.mark.parametrize(
    "data",
    [
        b"\x91" * 10**6,
        b"\xdd\xff\xff\xff\xff",
        b"\xdc\xff\xff" + b"\xc0" * 10,
        b"\xdd\x00\x0f\x42\x40" + b"\x90" * 10**6,
        b"\x00\x00",
        b"\xc1",
        b"",
    ],
    ids=["deep", "announced", "short", "many", "more than one", "unknown", "nothing"],
)
def test_bytes_that_ask_for_too_much_are_refused_before_anything_is_built(data):
    """Headers are counted first."""
    with pytest.raises(wire.TooMuch, match="observation"):
        wire.check(data, 200_000, 32)


def test_second_frame_makes_an_answer_malformed():
    """Whoever writes twice is not taken at his first word."""
    one = framed(Said(Observed(observation.encode(1))))
    assert answer.read(one + one)[0] == Malformed("not exactly one whole frame")


def test_text_of_an_exception_is_one_clean_line():
    """No escape sequence, no line end, no change of direction reaches a terminal or a table."""
    hostile = Raised("=cmd|x\x1b", "a\x1b[2Jb\r\nc\u202ed\x00e" + "f" * 10**5, "../../x:1\n")
    ending, _ = answer.read(framed(Said(hostile)))
    assert ending.exception == "Exception"
    assert ending.message.startswith("a [2Jb c d ef")
    assert len(ending.message) <= 2000
    assert ending.message.isprintable()
    assert ending.where == ""
