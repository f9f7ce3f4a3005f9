"""Mel filterbank energies after Kaldi's definition, for sound of 16,000 samples a second."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from recto.engine.crossmodal.imagebind.config import MELS
from recto.engine.vectors import FloatArray

RATE = 16_000
WINDOW = 400
"""Samples of a frame: 25 ms."""
HOP = 160
_FFT = 512
_PRE_EMPHASIS = 0.97
_LOWEST, _HIGHEST = 20.0, RATE / 2
_FLOOR = float(np.finfo(np.float32).eps)

_Doubles = npt.NDArray[np.float64]


def filterbank(samples: FloatArray) -> FloatArray:
    """(frames, 128) logarithms of energies of at least 400 samples (n,).

    Only whole frames: 1 + (n - 400) // 160. No dither, so that equal sound gives equal numbers.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), WINDOW)[::HOP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    # The first sample of a frame has none before it and is taken as its own predecessor.
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    frames = (frames - _PRE_EMPHASIS * before) * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, _FFT)) ** 2
    energies = power[:, :-1] @ _triangles()  # the highest frequency has no weight
    return np.asarray(np.log(np.maximum(energies, _FLOOR)), np.float32)


@cache
def _triangles() -> _Doubles:
    """(256, 128): evenly spaced and straight-sided in mel, not in Hertz."""
    lowest, highest = _mel(np.array([_LOWEST, _HIGHEST]))
    edges = np.linspace(lowest, highest, MELS + 2)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    mels = _mel(np.arange(_FFT // 2) * RATE / _FFT)[:, None]
    rising = (mels - left) / (centre - left)
    falling = (right - mels) / (right - centre)
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)))


def _mel(hertz: _Doubles) -> _Doubles:
    return np.asarray(1127.0 * np.log1p(hertz / 700.0))
