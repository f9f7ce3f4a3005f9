"""What a person is shown of sound before playing it. Made on demand, and not kept."""

from __future__ import annotations

import numpy as np

from recto.engine.vectors import FloatArray
from recto.indexing.media.reader import OpenMedia
from recto.indexing.media.segments import Span

_PIECE = 60.0
"""Seconds that are heard at a time."""


def waveform(media: OpenMedia, span: Span, *, points: int = 1000) -> FloatArray:
    """(points, 2) the least and the greatest sample of each equal part of `span`; fewer points
    where there are fewer samples. Raises a DocumentError, or NotFound if the file has no sound."""
    extremes: list[FloatArray] = []
    edges = np.linspace(span.begin, span.end, points + 1)
    each = max(int(_PIECE * points / max(span.end - span.begin, 1e-9)), 1)
    for first in range(0, points, each):
        last = min(first + each, points)
        samples = media.listen(Span(float(edges[first]), float(edges[last])), mono=True).samples[0]
        parts = np.array_split(samples, last - first)
        extremes += [np.array([part.min(), part.max()]) for part in parts if len(part)]
    return np.asarray(extremes, np.float32)
