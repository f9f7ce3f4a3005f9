"""What a person is shown of sound and film before playing it. Made on demand, and not kept."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image as Pillow

from recto.engine.vectors import FloatArray
from recto.indexing.media.reader import OpenMedia
from recto.indexing.media.segments import Span

_PIECE = 60.0
"""Seconds that are heard at a time."""
_QUALITY = 75


def thumbnail(media: OpenMedia, time: float, *, width: int = 320) -> bytes:
    """What is shown then, as WebP, at most `width` pixels across. Raises a DocumentError, or
    NotFound if the file has no pictures."""
    written = io.BytesIO()
    Pillow.fromarray(media.picture(time, width=width)).save(written, "WEBP", quality=_QUALITY)
    return written.getvalue()


def waveform(media: OpenMedia, span: Span, *, points: int = 1000) -> FloatArray:
    """(points, 2) the least and the greatest sample of each equal part of `span`; fewer points
    where there are fewer samples. Raises a DocumentError, or NotFound if the file has no sound."""
    extremes: list[FloatArray] = []
    edges = np.linspace(span.begin, span.end, points + 1)
    each = max(int(_PIECE * points / max(span.end - span.begin, 1e-9)), 1)
    for first in range(0, points, each):
        last = min(first + each, points)
        samples = media.listen(Span(float(edges[first]), float(edges[last]))).samples[0]
        parts = np.array_split(samples, last - first)
        extremes += [np.array([part.min(), part.max()]) for part in parts if len(part)]
    return np.asarray(extremes, np.float32)
