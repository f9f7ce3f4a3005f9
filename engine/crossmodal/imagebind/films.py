"""Films as the vision tower takes them: five clips of two frames, each cut to three squares.

The published recipe spreads clips from the first to the last start; a sampler in circulation
spreads them over one step less and never reaches the end. It reckons a film's length as a float
before it divides it exactly, and a frame's number as a float again: a film of 51 frames at 25 a
second lasts a trifle more than 2.04 s, which moves its last clip by a frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt

from recto.engine.crossmodal.imagebind.config import PIXELS
from recto.engine.crossmodal.imagebind.pictures import normalised
from recto.engine.crossmodal.protocol import Footage
from recto.engine.vectors import FloatArray

CLIPS, CROPS = 5, 3
CLIP_SECONDS = 2


def clip_starts(duration: float, clips: int) -> list[Fraction]:
    """In seconds, the last clip ending at the end; all at 0 where there is room for one only.

    One clip is the middle, which is a choice of ours.

    >>> clip_starts(5.0, 3)
    [Fraction(0, 1), Fraction(3, 2), Fraction(3, 1)]
    """
    room = Fraction(max(duration - CLIP_SECONDS, 0.0))
    if clips == 1:
        return [room / 2]
    return [room / (clips - 1) * index for index in range(clips)]


def frame_pairs(rate: Fraction, count: int, clips: int = CLIPS) -> list[tuple[int, int]]:
    """The first and the last frame of each clip, counted from 0.

    >>> frame_pairs(Fraction(25), 250, 2)
    [(0, 49), (200, 249)]
    """
    fps = float(rate)
    pairs = []
    for start in clip_starts(count / fps, clips):
        first = min(ceil(fps * float(start)), count - 1)
        last = min(ceil(fps * float(start + CLIP_SECONDS)), count) - 1
        pairs.append((first, max(first, last)))  # less than a frame in two seconds
    return pairs


def film_input(film: Footage, *, clips: int = CLIPS, crops: int = CROPS) -> FloatArray:
    """(clips * crops, 3, 2, 224, 224), the crops of a clip together; `crops` is 1 or 3."""
    pairs = frame_pairs(film.rate, film.count, clips)
    wanted = sorted({number for pair in pairs for number in pair})
    # Each frame is made small as it comes: at full size they might fill the memory.
    small = {number: resized(film.frames([number])[0]) for number in wanted}
    parts = []
    for pair in pairs:
        both = np.stack([small[number] for number in pair])  # (2, height, width, 3)
        for top, left in corners(both.shape[1], both.shape[2], crops):
            square = both[:, top : top + PIXELS, left : left + PIXELS]
            parts.append(square.transpose(3, 0, 1, 2))
    return np.ascontiguousarray(np.stack(parts))


def resized(frame: npt.NDArray[np.uint8]) -> FloatArray:
    """(height, width, 3) normalised, the short side 224 and the other in proportion, rounded down.

    Bilinear between the four nearest pixels, without antialiasing, as the model was measured.
    """
    height, width = frame.shape[:2]
    if width < height:
        size = (int(height / width * PIXELS), PIXELS)
    else:
        size = (PIXELS, int(width / height * PIXELS))
    rows, columns = _between(height, size[0]), _between(width, size[1])
    pixels = frame.astype(np.float32) / np.float32(255)
    return normalised(_blend(_blend(pixels, rows, 0), columns, 1))


def corners(height: int, width: int, crops: int) -> Sequence[tuple[int, int]]:
    """Top and left of each square: left, middle, right, or top, middle, bottom if it is taller."""
    top, left = ceil((height - PIXELS) / 2), ceil((width - PIXELS) / 2)
    if crops == 1:
        return [(top, left)]
    if height > width:
        return [(0, left), (top, left), (height - PIXELS, left)]
    return [(top, 0), (top, left), (top, width - PIXELS)]


_Between = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], FloatArray]


def _between(old: int, new: int) -> _Between:
    """For each new pixel the two old ones around its centre, and how far it is to the second."""
    scale = np.float32(old) / np.float32(new)
    centres = (np.arange(new, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    centres = np.maximum(centres, np.float32(0))
    first = np.minimum(centres.astype(np.intp), old - 1)
    return first, np.minimum(first + 1, old - 1), np.asarray(centres - first, np.float32)


def _blend(pixels: FloatArray, between: _Between, axis: int) -> FloatArray:
    first, second, part = between
    shape = [1, 1, 1]
    shape[axis] = -1
    weight = part.reshape(shape)
    near, far = pixels.take(first, axis), pixels.take(second, axis)
    return np.asarray(near * (1 - weight) + far * weight, np.float32)
