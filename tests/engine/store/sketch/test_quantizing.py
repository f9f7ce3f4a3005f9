from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.store.sketch.quantizing import (
    BLOCK,
    POOLED,
    pooled,
    quantize,
    quantize_question,
)
from recto.engine.vectors import FloatArray


def vectors(count: int, dim: int = 8, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).standard_normal((count, dim), dtype=np.float32)


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 9))
def test_blocks_hold_every_vector_within_the_error(count: int, dim: int, seed: int) -> None:
    given_vectors = vectors(count, dim, seed)
    made = quantize(given_vectors)
    back = (made.blocks.reshape(-1, dim)[:count].astype(np.float32) - 128) * made.scale
    off = np.linalg.norm(back - given_vectors, axis=1)
    assert off.max() == pytest.approx(made.error, rel=1e-3, abs=1e-6)
    assert made.error <= made.scale * np.sqrt(dim) / 2 * 1.001
    assert np.linalg.norm(back, axis=1).max() == pytest.approx(made.longest, rel=1e-3)


def test_last_block_is_filled_with_the_last_vector() -> None:
    made = quantize(vectors(BLOCK + 3))
    assert made.blocks.shape == (2, BLOCK, 8)
    assert (made.blocks[1, 3:] == made.blocks[1, 2]).all()


def test_page_of_zeros() -> None:
    made = quantize(np.zeros((2, 3), np.float32))
    assert (made.blocks == 128).all()
    assert (made.error, made.longest) == (0.0, 0.0)


def test_question_is_scaled_vector_by_vector() -> None:
    asked = quantize_question(np.array([[1, -0.3], [0.01, 0], [0, 0]], np.float32))
    assert asked.steps.T.tolist() == [[63, -19], [63, 0], [0, 0]]
    assert asked.scales == pytest.approx([1 / 63, 0.01 / 63, 1])
    assert asked.lengths == pytest.approx([np.sqrt(1.09), 0.01, 0])
    assert asked.errors == pytest.approx([abs(19 / 63 - 0.3), 0, 0], abs=1e-6)


def test_pooled_is_the_mean_direction_at_the_mean_length() -> None:
    alike = np.tile(np.array([[0, 3]], np.float32), (POOLED, 1))
    rest = np.array([[2, 0], [0, 2]], np.float32)
    means = pooled(np.concatenate([alike, rest]))
    assert means == pytest.approx(np.array([[0, 3], [np.sqrt(2), np.sqrt(2)]]))


def test_pooled_vectors_that_cancel_out_are_nothing() -> None:
    assert pooled(np.array([[1, 0], [-1, 0]], np.float32)).tolist() == [[0, 0]]
