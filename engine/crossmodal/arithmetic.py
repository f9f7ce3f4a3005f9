"""Sums of vectors, and labels by softmax. Knows no model.

Whatever comes in is brought to length 1 first: models give text, sound and pictures vectors of
lengths 100, 20 and 1, and in a plain sum the text would drown the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recto.engine.errors import QuestionError
from recto.engine.vectors import FloatArray

_NOTHING = 1e-6
"""A shorter vector has no direction that means anything."""


def unit(vectors: FloatArray) -> FloatArray:
    """Rows (n, d) brought to length 1; one of length 0 stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def directions(found: Sequence[FloatArray], dim: int) -> FloatArray:
    """(n, dim) the mean direction of each item's vectors (k, dim), which count the same."""
    means = [unit(vectors).mean(axis=0) for vectors in found]
    return unit(np.asarray(means, np.float32).reshape(-1, dim))


def combine(vectors: FloatArray, weights: Sequence[float]) -> FloatArray:
    """(d,) of length 1: the weighted sum of (n, d), each of length 1 before; negative weights take
    away.

    Raises QuestionError when nothing is left, as of a thing less itself.

    >>> combine(np.array([[3, 0], [0, 9]], np.float32), [1, 1]).round(3).tolist()
    [0.7070000171661377, 0.7070000171661377]
    """
    if vectors.ndim != 2 or len(vectors) != len(weights) or not len(vectors):
        raise QuestionError(
            f"{len(weights)} weights for vectors of shape {vectors.shape}; expected a weight for"
            " each of one or more vectors."
        )
    summed = np.asarray(weights, np.float64) @ unit(vectors).astype(np.float64)
    length = float(np.linalg.norm(summed))
    if not length > _NOTHING:
        raise QuestionError(
            "What was added and what was taken away cancel each other: nothing is left to search"
            " for. Take something else away, or with a smaller weight."
        )
    return np.asarray(summed / length, np.float32)


def classify(items: FloatArray, labels: FloatArray, *, scale: float) -> FloatArray:
    """(n, k) probabilities: the softmax over k labels of `scale` times the cosine with each.

    `scale` 100 is that of CLIP and of ImageBind's paper; smaller is less sure of itself.
    """
    cosines = unit(items).astype(np.float64) @ unit(labels).astype(np.float64).T
    logits = scale * cosines
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
