"""Mel energies against Kaldi's own code."""

from __future__ import annotations

import numpy as np
import pytest

from recto.engine.crossmodal.imagebind.filterbank import filterbank
from recto.engine.vectors import FloatArray

knf = pytest.importorskip("kaldi_native_fbank")


def _kaldi(samples: FloatArray) -> FloatArray:
    options = knf.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.window_type = "hanning"
    options.mel_opts.num_bins = 128
    computer = knf.OnlineFbank(options)
    computer.accept_waveform(16000, samples.tolist())
    computer.input_finished()
    frames = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
    return np.asarray(np.stack(frames), np.float32)


def _sounds() -> dict[str, FloatArray]:
    rng = np.random.default_rng(0)
    seconds = np.arange(32000) / 16000
    return {
        "noise": (rng.standard_normal(32000) * 0.1).astype(np.float32),
        "quiet": (rng.standard_normal(32000) * 1e-3).astype(np.float32),
        "shifted": (rng.standard_normal(4000) * 0.1 + 0.5).astype(np.float32),
        "rising": np.sin(2 * np.pi * (100 + 1500 * seconds) * seconds).astype(np.float32),
        "shortest": rng.standard_normal(400).astype(np.float32),
        "uneven": rng.standard_normal(559).astype(np.float32),
    }


@pytest.mark.parametrize("name", sorted(_sounds()))
def test_filterbank_equals_kaldi(name: str) -> None:
    samples = _sounds()[name]
    ours, kaldi = filterbank(samples), _kaldi(samples)
    assert ours.shape == kaldi.shape
    heard = kaldi > kaldi.max(axis=1, keepdims=True) - 12  # below, Kaldi's float32 is noise
    assert np.abs(ours - kaldi)[heard].mean() < 2e-5
    assert np.abs(ours - kaldi)[heard].max() < 5e-3


def test_silence_is_the_floor() -> None:
    np.testing.assert_array_equal(filterbank(np.zeros(800, np.float32)), np.log(np.float32(2**-23)))


@pytest.mark.parametrize(("samples", "frames"), [(400, 1), (559, 1), (560, 2), (32000, 198)])
def test_only_whole_frames(samples: int, frames: int) -> None:
    assert filterbank(np.ones(samples, np.float32)).shape == (frames, 128)


def test_highest_frequency_has_no_weight() -> None:
    """What alternates with each sample lies in the last bin of the spectrum, leakage aside."""
    alternating = np.tile(np.array([1, -1], np.float32), 1000)
    middle = np.tile(np.array([1, 0, -1, 0], np.float32), 500)
    assert filterbank(alternating).max() < filterbank(middle).max()
