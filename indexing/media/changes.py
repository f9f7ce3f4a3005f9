"""How much each frame differs from the one before. Runs in the worker; imports PyAV.

A frame is a histogram of colours for each quarter of its picture at 64 by 64 pixels: what moves
changes it little, another scene much, even one in the same room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

_SIDE = 64
_LEVELS = 4
"""Of each colour. A value between two levels counts for both in proportion: in flat graphics, where
thousands of pixels are alike, a flicker would else move all of them at once."""

_Histogram = npt.NDArray[np.float32]


def histograms(frames: Iterable[VideoFrame]) -> Iterator[_Histogram]:
    for frame in frames:
        small = frame.reformat(_SIDE, _SIDE, format="rgb24").to_ndarray()
        middle = _SIDE // 2
        quarters = (
            small[top : top + middle, left : left + middle]
            for top in (0, middle)
            for left in (0, middle)
        )
        parts = np.concatenate([histogram(quarter) for quarter in quarters])
        yield np.asarray(parts / 4, np.float32)


def histogram(picture: npt.NDArray[np.uint8]) -> _Histogram:
    """(64,) parts of (height, width, 3), that sum to 1."""
    places = picture.reshape(-1, 3).astype(np.float32) * ((_LEVELS - 1) / 255)
    below = np.minimum(places.astype(np.int64), _LEVELS - 2)
    above = places - below
    counts = np.zeros(_LEVELS**3)
    for corner in product((0, 1), repeat=3):
        weights = np.where(corner, above, 1 - above).prod(axis=1)
        numbers = (below + corner) @ (_LEVELS**2, _LEVELS, 1)
        counts += np.bincount(numbers, weights, minlength=_LEVELS**3)
    return np.asarray(counts / len(places), np.float32)


def difference(first: _Histogram, second: _Histogram) -> float:
    """0 for equal colours to 1 for none in common."""
    return float(np.abs(first - second).sum() / 2)
