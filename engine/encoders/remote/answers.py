"""What a vLLM server answers becomes arrays, or an error that says what was wrong with it.

Shapes: T tokens, d dimensions.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np

from recto.engine.encoders.remote.calls import Json
from recto.engine.errors import EncoderError
from recto.engine.vectors import FloatArray

_TINY = 1e-6


def vectors_of(answer: Json, dim: int | None, where: str) -> FloatArray:
    """(T, d) the vectors of the one input of a call to /pooling, each brought to length 1.

    As lists of numbers, or with a known `dim` as little-endian float32 in base 64. Raises
    EncoderError.
    """
    items = answer.get("data")
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        count = len(items) if isinstance(items, list) else "no"
        raise EncoderError(f"{where} answered with {count} inputs' vectors; expected one's.")
    vectors = _array(items[0].get("data"), dim, where)
    if vectors.ndim != 2 or not vectors.size or (dim is not None and vectors.shape[1] != dim):
        raise EncoderError(
            f"{where} answered with an array of the shape {vectors.shape}; expected (tokens,"
            f" {dim or 'dimension'}). Is it served for the task token_embed?"
        )
    wrong = int((~np.isfinite(vectors).all(axis=1)).sum())
    if wrong:
        raise EncoderError(
            f"{where} answered with {wrong} of {len(vectors)} vectors that are no numbers (NaN or"
            " infinite); serve the model with another --dtype."
        )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if float(lengths.min()) < _TINY:
        raise EncoderError(f"{where} answered with a vector of zeros.")
    return np.asarray(vectors / lengths, np.float32)


def _array(data: object, dim: int | None, where: str) -> FloatArray:
    try:
        if isinstance(data, str) and dim is not None:
            numbers = np.frombuffer(base64.b64decode(data, validate=True), "<f4")
            return numbers.reshape(-1, dim).astype(np.float32)
        return np.array(data, np.float32)
    except (ValueError, TypeError, binascii.Error) as error:
        raise EncoderError(
            f"{where} answered with vectors that are no array of {dim or 'equal'} dimensions"
            f" ({error}); is it the model that the library was made with?"
        ) from error
