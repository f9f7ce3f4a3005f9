"""What the audio tower sees of a sound, with the habits of its published recipe."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from recto.engine.crossmodal.imagebind.filterbank import filterbank
from recto.engine.crossmodal.imagebind.sounds import sound_input, spectrum
from recto.engine.crossmodal.protocol import Sound
from recto.engine.errors import InputError
from recto.engine.vectors import FloatArray


def _noise(samples: int, channels: int = 1) -> FloatArray:
    rng = np.random.default_rng(samples)
    return (rng.standard_normal((channels, samples)) * 0.1).astype(np.float32)


def test_clips_of_a_long_sound() -> None:
    """7 s: clips start at 0, 2.5 and 5 s and do not overlap."""
    samples = _noise(7 * 16000)
    seen = sound_input(Sound(samples, 16000))
    assert seen.shape == (3, 1, 128, 204)
    for clip, start in zip(seen, (0, 40000, 80000), strict=True):
        part = samples[0, start : start + 32000]
        np.testing.assert_allclose(clip[0], spectrum(part - part.mean()), atol=1e-5)


@pytest.mark.parametrize("samples", [36_800, 40_001, 44_801, 51_199, 63_998])
def test_clips_are_cut_where_a_float_of_the_length_says(samples: int) -> None:
    """2.3 s less 2 is 0.2999999999999998: half of it is 2399 whole samples, and exactly 2400."""
    left = Fraction(samples / 16000 - 2)
    noise = _noise(samples)
    shared = noise.copy()
    wanted = []
    for clip in range(3):
        begin = left / 2 * clip
        part = shared[:, int(begin * 16000) : int((begin + 2) * 16000)]
        part -= part.mean()
        wanted.append(spectrum(part[0].copy()))
    np.testing.assert_array_equal(sound_input(Sound(noise, 16000))[:, 0], wanted)


def test_padding_comes_before_normalising() -> None:
    seen = spectrum(_noise(32000)[0])
    np.testing.assert_allclose(seen[:, 198:], 4.268 / 9.138, rtol=1e-6)
    energies = filterbank(_noise(32000)[0])
    np.testing.assert_allclose(seen[:, :198], (energies.T + 4.268) / 9.138, rtol=1e-5)


def _second_of_overlapping(samples: FloatArray, taken_off: float) -> FloatArray:
    """Of 4 s: the second clip begins at 1 s, in samples that the first has already changed."""
    first = samples[0].copy()
    first[:32000] -= np.float32(taken_off)
    second = first[16000:48000]
    return spectrum(second - second.mean())


def test_overlapping_clips_share_what_was_taken_off() -> None:
    samples = _noise(4 * 16000)
    samples += np.linspace(0.5, 0.0, samples.shape[1], dtype=np.float32)
    seen = sound_input(Sound(samples, 16000))[1, 0]
    mean = float(samples[:, :32000].mean())
    np.testing.assert_allclose(seen, _second_of_overlapping(samples, mean), atol=1e-3)
    assert np.abs(seen - _second_of_overlapping(samples, 0)).max() > 0.1


def test_first_channel_is_heard() -> None:
    samples = _noise(32000, channels=2)
    seen = sound_input(Sound(samples, 16000))[0, 0]
    np.testing.assert_allclose(seen, spectrum(samples[0] - samples.mean()), atol=1e-3)
    assert np.abs(seen - spectrum(samples.mean(axis=0))).max() > 0.1


def test_mean_is_of_all_channels() -> None:
    """Felt where clips overlap: within a frame the mean counts for nothing."""
    samples = _noise(4 * 16000, channels=2)
    samples[1] += 0.5
    seen = sound_input(Sound(samples, 16000))[1, 0]
    of_all, own = float(samples[:, :32000].mean()), float(samples[0, :32000].mean())
    np.testing.assert_allclose(seen, _second_of_overlapping(samples, of_all), atol=1e-3)
    assert np.abs(seen - _second_of_overlapping(samples, own)).max() > 0.1


@pytest.mark.parametrize("samples", [1, 399, 400, 16000])
def test_short_sound(samples: int) -> None:
    """Less than 25 ms crashes the published recipe."""
    seen = sound_input(Sound(_noise(samples), 16000))
    assert seen.shape == (3, 1, 128, 204)
    assert np.isfinite(seen).all()


def test_other_rate_is_resampled_first() -> None:
    seconds = np.arange(2 * 48000) / 48000
    tone = np.sin(2 * np.pi * 1000 * seconds).astype(np.float32)[None]
    same = np.sin(2 * np.pi * 1000 * np.arange(32000) / 16000).astype(np.float32)[None]
    got, wanted = sound_input(Sound(tone, 48000)), sound_input(Sound(same, 16000))
    loudest = wanted[0, 0, :, 100].argmax()
    assert got[0, 0, :, 100].argmax() == loudest
    np.testing.assert_allclose(got[0, 0, loudest, 5:190], wanted[0, 0, loudest, 5:190], atol=1e-2)


def test_sound_given_stays_as_it_was() -> None:
    samples = _noise(16000) + 1
    before = samples.copy()
    sound_input(Sound(samples, 16000))
    np.testing.assert_array_equal(samples, before)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.zeros((0, 5), np.float32), 16000),
        (np.zeros((1, 0), np.float32), 16000),
        (np.zeros(5, np.float32), 16000),
        (np.zeros((1, 5), np.float32), 0),
        (np.full((1, 5), np.nan, np.float32), 16000),
    ],
)
def test_no_sound(samples: FloatArray, rate: int) -> None:
    with pytest.raises(InputError, match=r"[Ss]ound"):
        sound_input(Sound(samples, rate))
