"""The resampler against its definition, sample by sample."""

from __future__ import annotations

from math import ceil, cos, gcd, pi, sin

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recto.engine.crossmodal.resampling import resample
from recto.engine.vectors import FloatArray


def _naive(samples: FloatArray, old: int, new: int) -> list[float]:
    """Of one channel."""
    common = gcd(old, new)
    old, new = old // common, new // common
    base = 0.99 * min(old, new)
    resampled = []
    for number in range(ceil(new * len(samples) / old)):
        total = 0.0
        for index, sample in enumerate(samples):
            time = base * (index / old - number / new)
            if abs(time) < 6:
                peak = sin(pi * time) / (pi * time) if time else 1.0
                total += float(sample) * peak * cos(pi * time / 12) ** 2 * base / old
        resampled.append(total)
    return resampled


@settings(max_examples=25, deadline=None)
@given(
    old=st.sampled_from([8000, 11025, 22050, 32000, 44100, 48000, 96000, 16001, 7]),
    new=st.sampled_from([16000, 48000]),
    length=st.integers(1, 90),
)
def test_resample_equals_definition(old: int, new: int, length: int) -> None:
    assume(old != new)
    samples = np.random.default_rng(length).standard_normal((1, length)).astype(np.float32)
    if new * length / old > 5000:
        samples = samples[:, :1]
    got = resample(samples, old, new)[0]
    np.testing.assert_allclose(got, _naive(samples[0], old, new), atol=2e-5)


def test_same_rate_is_the_same_sound() -> None:
    samples = np.random.default_rng(0).standard_normal((2, 100)).astype(np.float32)
    np.testing.assert_array_equal(resample(samples, 16000, 16000), samples)


def test_channels_are_apart() -> None:
    samples = np.random.default_rng(0).standard_normal((3, 500)).astype(np.float32)
    alone = [resample(samples[index : index + 1], 44100, 16000)[0] for index in range(3)]
    np.testing.assert_array_equal(resample(samples, 44100, 16000), alone)


def test_long_sound_has_no_seams() -> None:
    """A tone stays one where the pieces meet that it is made in."""
    seconds = np.arange(3 * 44100) / 44100
    tone = np.sin(2 * np.pi * 440 * seconds).astype(np.float32)[None]
    got = resample(tone, 44100, 16000)[0]
    wanted = np.sin(2 * np.pi * 440 * np.arange(len(got)) / 16000)
    assert np.abs(got - wanted)[100:-100].max() < 5e-3


@pytest.mark.parametrize("rate", [44101, 15999])
def test_rate_without_common_divisor(rate: int) -> None:
    """A kernel of all of its phases by all of its samples would be gigabytes."""
    got = resample(np.ones((1, rate), np.float32), rate, 16000)
    assert got.shape == (1, 16000)
    np.testing.assert_allclose(got[0, 100:-100], 1, atol=5e-3)
