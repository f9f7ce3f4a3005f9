"""Where sound and film are cut. Pure arithmetic: knows neither files nor decoders.

Sound is cut into windows that overlap, so that what is said at a seam is whole in one of them. Film
is cut where the picture changes at once, and scenes that are long into equal parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recto.engine.vectors import FloatArray

LENGTH, HOP = 10.0, 5.0
"""Seconds."""
SHORTEST = 0.5
"""A shorter scene belongs to the one before it: a flash, or a fault of the tape."""
_CUT = 0.3
"""Of the colours that must be others after a cut."""
_STANDS_OUT = 3.0
"""Times as much as around it: in wild scenes every frame differs."""
_AROUND = 12
"""Frames to either side."""
VERSION = "1"
"""Counts the changes of this file that change where clips begin."""


class Span(NamedTuple):
    """Seconds from the beginning of a file."""

    begin: float
    end: float


def windows(seconds: float, *, length: float = LENGTH, hop: float = HOP) -> list[Span]:
    """From 0 to `seconds`, each beginning `hop` after the one before; the last ends at the end.

    >>> windows(12)
    [Span(begin=0.0, end=10.0), Span(begin=5.0, end=12.0)]
    """
    count = max(ceil((seconds - length) / hop), 0) + 1
    return [Span(n * hop, min(n * hop + length, seconds)) for n in range(count)]


def scenes(
    cuts: Sequence[float], seconds: float, *, longest: float = LENGTH, shortest: float = SHORTEST
) -> list[Span]:
    """From 0 to `seconds`, cut at the ascending `cuts`, and into equal parts of at most `longest`.

    >>> scenes([4.0], 24.0)[1:]
    [Span(begin=4.0, end=14.0), Span(begin=14.0, end=24.0)]
    """
    kept = [0.0]
    for cut in cuts:
        if cut - kept[-1] >= shortest and seconds - cut >= shortest:
            kept.append(float(cut))
    spans: list[Span] = []
    for begin, end in zip(kept, [*kept[1:], seconds], strict=True):
        parts = max(ceil((end - begin) / longest - 1e-9), 1)
        edges = [begin + (end - begin) * part / parts for part in range(parts)] + [end]
        spans.extend(Span(*pair) for pair in pairwise(edges))
    return spans


def cuts(changes: FloatArray) -> npt.NDArray[np.intp]:
    """Numbers of the frames (n,) that begin another scene, from how much each differs from the one
    before it: much, more than its neighbours, and far more than is usual around it."""
    if not len(changes):
        return np.empty(0, np.intp)
    padded = np.pad(changes, _AROUND)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1)
    largest = changes >= around.max(axis=1)
    usual = (around.sum(axis=1) - changes) / (2 * _AROUND)
    (found,) = np.nonzero((changes > _CUT) & largest & (changes > _STANDS_OUT * usual))
    return found
