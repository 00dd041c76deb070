"""The binary format in which observations travel from the code under hunt to its judge.

An observation is plain data: None, bool, int (64 bits), float, str, bytes, numpy arrays and numpy
scalars, and lists, tuples and dicts of these with text as keys. ``decode(encode(data))`` gives the
same values of the same types, so that a judge sees through a pipe what it would see in the same
process. Everything else is refused on both sides: there is no pickle, the reader builds no type
that the writer names, and size, depth and number of values are bounded.

On the wire it is MessagePack with two extension types: ``ARRAY``, whose content is a header
(element type, scalar or not, number of axes, one length for each axis) followed by the elements
in C order, little endian; and ``TUPLE``, whose content is the MessagePack of a list.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import msgspec
import numpy as np

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 32
MAX_VALUES = 200_000

ARRAY, TUPLE = 1, 2
_ELEMENTS = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
_DTYPES = tuple(np.dtype(name).newbyteorder("<") for name in _ELEMENTS)
_HEADER = struct.Struct("<B?B")  # index into _DTYPES, scalar or array, number of axes
_MAX_AXES = 16


class MalformedObservation(ValueError):
    """Bytes that ``encode`` cannot have written, or data beyond the limits."""


def encode(data: object) -> bytes:
    """Return ``data`` in the binary format.

    Raises:
        TypeError: for a value that is not plain data; the text names its place.
        MalformedObservation: when the data are too deep, too many or too large.

    """
    budget = [MAX_VALUES]
    encoded = msgspec.msgpack.encode(_to_wire(data, "observed", 0, budget))
    _check_size(len(encoded))
    return encoded


def decode(encoded: bytes) -> Any:
    """Return the data that ``encode`` was given; arrays are writable copies.

    Raises:
        MalformedObservation: for anything that ``encode`` does not write.

    """
    _check_size(len(encoded))
    try:
        wire = _DECODER.decode(encoded)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedObservation(f"observation: not readable: {error}.") from error
    # Walking the result as if to send it back refuses what MessagePack knows and we do not.
    try:
        _to_wire(wire, "observed", 0, [MAX_VALUES])
    except TypeError as error:
        raise MalformedObservation(str(error)) from error
    return wire


def _to_wire(value: Any, place: str, depth: int, budget: list[int]) -> object:
    """Check one value and all in it; arrays and tuples become extension values."""
    budget[0] -= 1
    if budget[0] < 0:
        raise MalformedObservation(f"{place}: more than {MAX_VALUES} values. Return arrays.")
    if depth > MAX_DEPTH:
        raise MalformedObservation(f"{place}: more than {MAX_DEPTH} levels deep. Flatten it.")

    kind = type(value)
    if isinstance(value, np.generic) or kind is np.ndarray:
        return msgspec.msgpack.Ext(ARRAY, _pack_array(value, place))
    if kind is list or kind is tuple:
        items = [
            _to_wire(item, f"{place}[{index}]", depth + 1, budget)
            for index, item in enumerate(value)
        ]
        return items if kind is list else msgspec.msgpack.Ext(TUPLE, msgspec.msgpack.encode(items))
    if kind is dict:
        return {
            _checked_key(key, place): _to_wire(item, f"{place}[{key!r}]", depth + 1, budget)
            for key, item in value.items()
        }
    return _checked_scalar(value, place)


def _checked_key(key: object, place: str) -> str:
    if type(key) is not str:
        raise TypeError(f"{place}: the key {key!r} is {_name(key)}. Use text as keys.")
    _checked_scalar(key, place)
    return key


def _checked_scalar(value: Any, place: str) -> Any:
    """Return a value without parts, or raise if it is of another type or out of range."""
    kind = type(value)
    if kind is int and not -(2**63) <= value < 2**64:
        raise TypeError(f"{place}: the int {value} needs more than 64 bits. Return it as text.")
    if kind is str:
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise TypeError(f"{place}: text with a lone surrogate, {value!r}.") from error
    elif kind not in (type(None), bool, int, float, bytes):
        raise TypeError(f"{place}: {_name(value)} is not plain data. {_advice(value)}")
    return value


def _name(value: object) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _advice(value: object) -> str:
    if callable(getattr(value, "detach", None)):
        return "Return tensor.detach().numpy()."
    if isinstance(value, (set, frozenset)):
        return "Return sorted(...)."
    return "Return numpy arrays, numbers, strings, lists and dicts."


def _pack_array(value: Any, place: str) -> bytes:
    array = np.asarray(value)
    dtype = array.dtype.newbyteorder("<")
    if dtype not in _DTYPES:
        raise TypeError(f"{place}: an array of {array.dtype} is not plain data. Return numbers.")
    if array.ndim > _MAX_AXES:
        raise TypeError(f"{place}: an array of {array.ndim} axes; at most {_MAX_AXES} travel.")
    _check_size(array.nbytes, place)
    header = _HEADER.pack(_DTYPES.index(dtype), isinstance(value, np.generic), array.ndim)
    shape = struct.pack(f"<{array.ndim}Q", *array.shape)
    return header + shape + array.astype(dtype, copy=False).tobytes()


def _unpack_array(content: memoryview) -> np.ndarray[Any, Any] | np.generic:
    """Return the array or scalar; each number of the header is checked before it is used."""
    try:
        index, is_scalar, axes = _HEADER.unpack_from(content)
        shape = struct.unpack_from(f"<{axes}Q", content, _HEADER.size)
    except struct.error as error:
        raise MalformedObservation(f"array: the header is cut short: {error}.") from error
    if index >= len(_DTYPES) or axes > _MAX_AXES or (is_scalar and axes):
        raise MalformedObservation(f"array: no such header: {index}, {is_scalar}, {axes}.")

    dtype = _DTYPES[index]
    elements = content[_HEADER.size + 8 * axes :]
    if len(elements) != math.prod(shape) * dtype.itemsize or max(shape, default=0) > MAX_BYTES:
        raise MalformedObservation(f"array: {len(elements)} bytes for {dtype} of shape {shape}.")
    if dtype.kind == "b" and not set(bytes(elements)) <= {0, 1}:
        raise MalformedObservation("array: a bool that is neither 0 nor 1.")
    native = np.frombuffer(elements, dtype).reshape(shape).astype(dtype.newbyteorder("="))
    return native[()] if is_scalar else native


def _unpack_extension(code: int, content: memoryview) -> object:
    if code == ARRAY:
        return _unpack_array(content)
    if code == TUPLE:
        items = _DECODER.decode(content)
        if type(items) is list:
            return tuple(items)
    raise MalformedObservation(f"observation: extension {code} holds nothing that is known.")


def _check_size(size: int, place: str = "observed") -> None:
    if size > MAX_BYTES:
        raise MalformedObservation(
            f"{place}: {size} bytes; at most {MAX_BYTES} travel. Return a smaller part."
        )


_DECODER = msgspec.msgpack.Decoder(ext_hook=_unpack_extension)
