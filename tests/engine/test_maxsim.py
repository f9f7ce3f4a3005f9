from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.maxsim import best_patches, maxsim


def rows(*values: list[float]) -> npt.NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


@given(st.integers(1, 6), st.integers(1, 9), st.integers(1, 5), st.integers(0, 99))
def test_maxsim_is_the_sum_of_the_best_products(t: int, n: int, d: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    question, page = rng.standard_normal((t, d)), rng.standard_normal((n, d))
    naive = float(sum(max(sum(q * p) for p in page) for q in question))
    assert maxsim(question.astype("f4"), page.astype("f4")) == pytest.approx(naive, abs=1e-4)


def test_maxsim_weighs_a_longer_question_vector_more() -> None:
    page = np.eye(2, dtype=np.float32)
    assert maxsim(rows([3, 0], [0, 1]), page) == 4


def test_best_patches_names_the_first_of_equals() -> None:
    best = best_patches(rows([1, 0]), rows([0, 1], [1, 0], [1, 0]))
    assert best.patches.tolist() == [1]
    assert best.scores.tolist() == [1]


@pytest.mark.parametrize("shape", [(0, 2), (3, 4)])
def test_best_patches_refuses_shapes_that_do_not_fit(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        best_patches(np.ones((1, 2), np.float32), np.ones(shape, np.float32))
