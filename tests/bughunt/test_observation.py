"""Observations: what goes in comes out, and nothing else gets through."""

import math
import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bughunt.running.observation import (
    ARRAY,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    TUPLE,
    MalformedObservation,
    decode,
    encode,
)

DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="="),
    hnp.unsigned_integer_dtypes(endianness="="),
    hnp.floating_dtypes(endianness="=", sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(endianness="=", sizes=(64, 128)),
)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(),
)
PLAIN = st.recursive(
    SCALARS | ARRAYS | ARRAYS.filter(lambda array: array.ndim == 0).map(lambda array: array[()]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text("abc "), inner, max_size=4)
    ),
    max_leaves=8,
)


def alike(left, right):
    """Return whether both are the same, to the type and the bit."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (np.ndarray, np.generic)):
        same_kind = left.dtype == right.dtype and left.shape == right.shape
        return same_kind and left.tobytes() == right.tobytes()
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(alike, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(alike(left[key], right[key]) for key in left)
    if isinstance(left, float):
        return struct.pack("d", left) == struct.pack("d", right)
    return left == right


@settings(deadline=None, max_examples=200)
@given(PLAIN)
def test_plain_data_come_back_the_same(data):
    """Types, shapes, order of keys, signs of zero and payloads of NaN survive."""
    assert alike(decode(encode(data)), data)


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, -0.0, 2**64 - 1, -(2**63), np.float32(0.1), np.array(7)],
    ids=repr,
)
def test_awkward_numbers_come_back_the_same(value):
    """Not-a-number, infinities, negative zero, the largest ints and 0-d arrays are data too."""
    assert alike(decode(encode({"x": value}))["x"], value)


def test_views_and_big_endian_arrays_come_back_as_plain_ones():
    """The layout in memory is no part of the value; what comes back may be written to."""
    data = np.arange(12, dtype=">i4").reshape(3, 4).T[::2]

    result = decode(encode(data))

    np.testing.assert_array_equal(result, [[0, 4, 8], [2, 6, 10]])
    assert result.dtype == np.dtype("int32")
    result[0, 0] = 5


class Tensor:
    """What looks like a tensor of some framework."""

    def detach(self):
        """Return the tensor itself."""
        return self


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Tensor(), r"observed\['a'\]\[1\]: .*Tensor is not plain data. .*detach\(\).numpy\(\)"),
        ({3, 4}, r"observed\['a'\]\[1\]: set is not plain data. Return sorted"),
        (len, r"builtin_function_or_method is not plain data"),
        (np.array([None, "x"]), "an array of object is not plain data"),
        (np.array(["text"]), "an array of <U4 is not plain data"),
        (np.zeros(2, [("x", "f4")]), r"an array of \[\('x', '<f4'\)\] is not plain data"),
        (np.ma.masked_array([1, 2]), r"MaskedArray is not plain data"),
        (2**64, "the int 18446744073709551616 needs more than 64 bits"),
        ({1: 2}, "the key 1 is int. Use text as keys"),
        ("\ud800", "lone surrogate"),
        (struct.Struct("B"), "_?struct.Struct is not plain data"),
    ],
    ids=[
        "tensor",
        "set",
        "callable",
        "object",
        "text",
        "record",
        "masked",
        "int",
        "key",
        "utf",
        "other",
    ],
)
def test_other_types_are_refused_with_their_place(value, text):
    """The message names where in the data the value stands."""
    with pytest.raises(TypeError, match=text):
        encode({"a": [0, value]})


def nested(depth):
    """Return a list in a list in a list."""
    data = 0
    for _ in range(depth):
        data = [data]
    return data


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (nested(MAX_DEPTH + 1), f"more than {MAX_DEPTH} levels deep"),
        ([0] * MAX_VALUES, f"more than {MAX_VALUES} values"),
        (np.zeros(MAX_BYTES + 1, np.uint8), f"at most {MAX_BYTES} travel"),
        (b"0" * MAX_BYTES, f"at most {MAX_BYTES} travel"),
    ],
    ids=["depth", "values", "array", "bytes"],
)
def test_data_beyond_the_limits_are_refused(data, text):
    """A mistake in a detector is told at once and does not fill the memory of the judge."""
    with pytest.raises(MalformedObservation, match=text):
        encode(data)


def array_message(dtype, scalar, shape, elements):
    """Return the wire form of an array, with a header of the caller's choice."""
    header = struct.pack("<BBB", dtype, scalar, len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
    return msgspec.msgpack.encode(msgspec.msgpack.Ext(ARRAY, header + elements))


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\xc1",
        b"\x01\x02",
        b"\xdd\xff\xff\xff\xff",
        b"\x91" * 5000 + b"\xc0",
        b"\x91" * (MAX_DEPTH + 1) + b"\xc0",
        b"\xdd" + struct.pack(">I", MAX_VALUES) + b"\xc0" * MAX_VALUES,
        b"\x81\x01\x02",
        b"\xa1\xff",
        b"\xd6\xff\x00\x00\x00\x00",
        msgspec.msgpack.encode(msgspec.msgpack.Ext(5, b"cos\nsystem\n")),
        msgspec.msgpack.encode(msgspec.msgpack.Ext(TUPLE, b"\x01")),
        msgspec.msgpack.encode(msgspec.msgpack.Ext(ARRAY, b"\x01")),
        array_message(200, 0, (1,), b"0"),
        array_message(1, 1, (1,), b"0"),
        array_message(1, 0, (3,), b"00"),
        array_message(1, 0, (2**63, 2), b""),
        array_message(1, 0, (2**63, 0), b""),
        array_message(0, 0, (1,), b"\x02"),
        b"\xc4" * (MAX_BYTES + 1),
    ],
    ids=[
        *("empty", "reserved", "trailing", "long list", "bomb", "deep", "many", "int key"),
        *("not utf-8", "timestamp", "unknown", "tuple of int", "short header", "dtype"),
        *("scalar with axes", "short array", "overflow", "huge and empty", "bool of 2", "size"),
    ],
)
def test_forged_bytes_are_refused(encoded):
    """Bytes that no encoder wrote give one kind of error, without using memory first."""
    with pytest.raises(MalformedObservation, match=r"^(observ\w+|array)"):
        decode(encoded)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60) | PLAIN.map(encode), st.integers(0, 200), st.integers(0, 255))
def test_damaged_bytes_give_plain_data_or_a_refusal(encoded, position, byte):
    """Flipping a byte anywhere never ends in another exception or another type."""
    damaged = encoded[:position] + bytes([byte]) + encoded[position + 1 :]
    try:
        data = decode(damaged)
    except MalformedObservation:
        return
    assert alike(decode(encode(data)), data)
