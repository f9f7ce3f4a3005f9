"""A film whose frames are an array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class ArrayFilm:
    pictures: npt.NDArray[np.uint8]
    """(n, height, width, 3)"""
    rate: Fraction

    @property
    def count(self) -> int:
        return len(self.pictures)

    def frames(self, numbers: Sequence[int]) -> npt.NDArray[np.uint8]:
        return self.pictures[list(numbers)]
