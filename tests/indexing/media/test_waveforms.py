"""Waveforms show what is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recto.engine.errors import NotFound
from recto.indexing.media.reader import MediaReader
from recto.indexing.media.segments import Span
from recto.indexing.media.waveforms import waveform

pytest.importorskip("av")

from tests.indexing.media.making import greys, tone, write_film, write_sound


def test_waveform_is_least_and_greatest(reader: MediaReader, tmp_path: Path) -> None:
    rate = 8000
    loudness = np.linspace(0, 1, 120 * rate, dtype=np.float32)
    samples = tone(120, rate) * loudness
    path = write_sound(tmp_path / "sound.flac", samples, rate)
    with reader.open(path) as media:
        drawn = waveform(media, Span(0, 120), points=100)
    parts = np.stack(np.array_split(samples[0], 100))
    np.testing.assert_allclose(drawn[:, 0], parts.min(axis=1), atol=1e-3)
    np.testing.assert_allclose(drawn[:, 1], parts.max(axis=1), atol=1e-3)


def test_waveform_of_few_samples(reader: MediaReader, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "sound.wav", tone(1, 8000)[:, :10], 8000)
    with reader.open(path) as media:
        drawn = waveform(media, Span(0, media.seconds), points=1000)
    assert 0 < len(drawn) <= 1000
    assert (drawn[:, 0] <= drawn[:, 1]).all()


def test_no_sound_no_waveform(reader: MediaReader, tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", greys(10), 25)
    with reader.open(path) as media, pytest.raises(NotFound, match="no sound"):
        waveform(media, Span(0, 1))
