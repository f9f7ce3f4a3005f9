"""The arrays that cross between encoders, store and retrieval.

d is the dimension of the encoder. Every vector of a page knows the box that it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

PICTURE = "[picture]"
"""Stands in `QuestionVectors.tokens` for a patch."""


@dataclass(frozen=True, slots=True, eq=False)
class Multivector:
    """All vectors of one page, or of one of its poolings."""

    vectors: FloatArray
    """(n, d), n >= 1, finite; unit length unless the encoder says otherwise."""
    boxes: FloatArray
    """(n, 4): x0, y0, x1, y1 as in `Box`."""

    def __post_init__(self) -> None:
        assert self.vectors.ndim == 2, self.vectors.shape
        assert len(self.vectors) >= 1, self.vectors.shape
        assert self.boxes.shape == (len(self.vectors), 4), self.boxes.shape


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Weights of terms. Indices are distinct 32-bit hashes of terms."""

    indices: tuple[int, ...]
    values: tuple[float, ...]

    @classmethod
    def of(cls, weights: Mapping[int, float]) -> SparseVector:
        """From a mapping, indices ascending."""
        ordered = sorted(weights.items())
        return cls(tuple(i for i, _ in ordered), tuple(v for _, v in ordered))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PageVectors:
    """What an encoder makes of a page. A page on which it sees nothing has neither."""

    patches: Multivector | None
    rows: Multivector | None
    """Fewer, pooled vectors of the same page, for the first stage: rows of patches, or passages."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class QuestionVectors:
    """What an encoder makes of a question; a vector's length is its weight in MaxSim."""

    patches: FloatArray
    """(t, d), one vector a token or word, searched against `PageVectors.patches`."""
    rows: FloatArray
    """(r, d), searched against `PageVectors.rows`."""
    tokens: tuple[str, ...]
    """t texts: what each vector of `patches` stands for, to be shown to a person; `PICTURE` for a
    patch of a picture that was asked with. Empty for one that belongs to no word of the question,
    such as a prompt's: it counts in MaxSim, but where it matches says nothing."""
