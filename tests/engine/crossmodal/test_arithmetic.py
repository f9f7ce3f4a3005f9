"""Sums and labels against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recto.engine.crossmodal.arithmetic import classify, combine, unit
from recto.engine.errors import QuestionError
from recto.engine.vectors import FloatArray

_vectors = hnp.arrays(
    np.float32, (4, 3), elements=st.floats(-10, 10, width=32).map(lambda x: x + (abs(x) < 0.1))
)


def _unit(vector: list[float]) -> list[float]:
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector]


@given(vectors=_vectors, weights=st.lists(st.floats(0.1, 2), min_size=4, max_size=4))
def test_combine_equals_loops(vectors: FloatArray, weights: list[float]) -> None:
    units = [_unit(vector) for vector in vectors.astype(float).tolist()]
    summed = [
        sum(weight * vector[axis] for weight, vector in zip(weights, units, strict=True))
        for axis in range(3)
    ]
    if math.sqrt(sum(value * value for value in summed)) > 1e-3:
        np.testing.assert_allclose(combine(vectors, weights), _unit(summed), atol=1e-4)


def test_lengths_do_not_count() -> None:
    """A text of length 100 does not drown a picture of length 1."""
    text, picture = np.array([100.0, 0.0]), np.array([0.0, 1.0])
    both = combine(np.stack([text, picture]).astype(np.float32), [1, 1])
    np.testing.assert_allclose(both, [math.sqrt(0.5)] * 2, rtol=1e-6)


def test_taking_away() -> None:
    vectors = np.array([[1, 1], [0, 1]], np.float32)
    got = combine(vectors, [1, -math.sqrt(0.5)])
    np.testing.assert_allclose(got, [1, 0], atol=1e-6)


def test_nothing_left() -> None:
    with pytest.raises(QuestionError, match="cancel each other"):
        combine(np.array([[1, 2], [2, 4]], np.float32), [1, -1])


def test_weights_of_another_number() -> None:
    with pytest.raises(QuestionError, match="1 weights"):
        combine(np.ones((2, 3), np.float32), [1])


@given(items=_vectors, labels=_vectors, scale=st.floats(0.5, 100))
def test_classify_equals_loops(items: FloatArray, labels: FloatArray, scale: float) -> None:
    got = classify(items, labels, scale=scale)
    for row, item in zip(got, items.astype(float).tolist(), strict=True):
        logits = [
            scale * sum(a * b for a, b in zip(_unit(item), _unit(label), strict=True))
            for label in labels.astype(float).tolist()
        ]
        powers = [math.exp(logit - max(logits)) for logit in logits]
        wanted = [power / sum(powers) for power in powers]
        np.testing.assert_allclose(row, wanted, atol=1e-4)


def test_classify_at_a_large_scale_is_finite() -> None:
    got = classify(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32), scale=2000)
    np.testing.assert_array_equal(got, np.eye(2))


@given(_vectors)
def test_unit_twice_is_unit(vectors: FloatArray) -> None:
    np.testing.assert_allclose(unit(unit(vectors)), unit(vectors), atol=1e-6)
