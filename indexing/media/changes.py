"""How much each frame differs from the one before. Runs in the worker; imports PyAV.

A frame is a histogram of colours of its picture at 64 by 64 pixels: what moves changes it little,
another scene much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

_SIDE = 64
_BITS = 3
"""Of each colour."""

_Histogram = npt.NDArray[np.float32]


def histograms(frames: Iterable[VideoFrame]) -> Iterator[_Histogram]:
    for frame in frames:
        small = frame.reformat(_SIDE, _SIDE, format="rgb24").to_ndarray()
        yield histogram(small)


def histogram(picture: npt.NDArray[np.uint8]) -> _Histogram:
    """(512,) parts of (height, width, 3), that sum to 1."""
    levels = picture.reshape(-1, 3).astype(np.int64) >> (8 - _BITS)
    numbers = (levels[:, 0] << 2 * _BITS) + (levels[:, 1] << _BITS) + levels[:, 2]
    counts = np.bincount(numbers, minlength=1 << 3 * _BITS)
    return np.asarray(counts / len(numbers), np.float32)


def difference(first: _Histogram, second: _Histogram) -> float:
    """0 for equal colours to 1 for none in common."""
    return float(np.abs(first - second).sum() / 2)
