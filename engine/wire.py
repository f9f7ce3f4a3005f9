"""Values over a pipe between two of our processes: JSON, with arrays and bytes beside it.

Not pickle: a child that reads hostile documents must not be able to run code in its parent.

A frame is the length of the JSON in 8 bytes, little-endian; the JSON; then each array or bytes
object in the order in which the JSON mentions it, raw, in C order.
"""

from __future__ import annotations

import json
import math
import struct
from typing import IO, Any

import numpy as np

_LENGTH = struct.Struct("<Q")
_MAX_HEADER = 1 << 28
_DTYPES = frozenset({"uint8", "uint16", "float16", "float32", "int64"})

Value = Any
"""None, bool, int, float, str, bytes, numpy array, list, or dict with str keys, nested."""


def write_frame(stream: IO[bytes], value: Value) -> None:
    """Write one value and flush. Tuples arrive as lists."""
    blobs: list[bytes | memoryview] = []
    header = json.dumps(_lift(value, blobs), allow_nan=True).encode()
    stream.write(_LENGTH.pack(len(header)) + header)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Value:
    """Read one value; EOFError when the other side has gone."""
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    if length > _MAX_HEADER:
        raise EOFError(f"a header of {length} bytes: the other side does not speak our protocol")
    return _lower(json.loads(_read(stream, length)), stream)


def _lift(value: Value, blobs: list[bytes | memoryview]) -> Value:
    """Replace arrays and bytes by descriptions, and collect them in `blobs`."""
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        assert array.dtype.name in _DTYPES, array.dtype
        blobs.append(array.tobytes())
        return {"$array": [array.dtype.name, list(array.shape)]}
    if isinstance(value, bytes):
        blobs.append(value)
        return {"$bytes": len(value)}
    if isinstance(value, dict):
        return {key: _lift(item, blobs) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_lift(item, blobs) for item in value]
    return value


def _lower(value: Value, stream: IO[bytes]) -> Value:
    """The inverse of `_lift`; JSON keeps the order in which the blobs follow."""
    if isinstance(value, list):
        return [_lower(item, stream) for item in value]
    if not isinstance(value, dict):
        return value
    if "$array" in value:
        name, shape = value["$array"]
        if name not in _DTYPES:
            raise EOFError(f"an array of {name!r}: the other side does not speak our protocol")
        dtype = np.dtype(name)
        data = _read(stream, math.prod(shape) * dtype.itemsize)
        return np.frombuffer(data, dtype=dtype).reshape(shape)
    if "$bytes" in value:
        return _read(stream, value["$bytes"])
    return {key: _lower(item, stream) for key, item in value.items()}


def _read(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the other side has closed the pipe")
    return data
