"""MaxSim in numpy: the definition that every store must agree with.

Shapes: t question vectors, n page vectors, d dimensions. Lengths count: a question vector twice as
long weighs twice as much.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recto.engine.vectors import FloatArray


class Best(NamedTuple):
    """For each of t question vectors, the page vector that answers it best."""

    scores: FloatArray
    """(t,) inner products."""
    patches: npt.NDArray[np.intp]
    """(t,) which of the n it is; the first of equals."""


def best_patches(question: FloatArray, page: FloatArray) -> Best:
    """Where each vector of `question` (t, d) finds its maximum among `page` (n, d), n >= 1."""
    similarities = similarity(question, page)
    patches = similarities.argmax(axis=1)
    return Best(similarities[np.arange(len(question)), patches], patches)


def maxsim(question: FloatArray, page: FloatArray) -> float:
    """The sum of these maxima. A page without vectors has no score: do not ask."""
    return float(best_patches(question, page).scores.sum())


def similarity(question: FloatArray, page: FloatArray) -> FloatArray:
    """(t, n) inner products."""
    if question.ndim != 2 or page.ndim != 2 or question.shape[1] != page.shape[1] or not len(page):
        raise ValueError(
            f"a question of shape {question.shape} and a page of shape {page.shape}; "
            "expected (t, d) and (n, d) with n >= 1"
        )
    # Not `question @ page.T`: for so small a product BLAS would wake its threads, which then spin.
    products: FloatArray = np.einsum("td,nd->tn", question, page)
    return products
