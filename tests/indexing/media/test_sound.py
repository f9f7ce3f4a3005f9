"""Sound of every container: at its time, in its channels, and no more than was asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recto.engine.errors import NotFound
from recto.engine.vectors import FloatArray
from recto.indexing.limits import Limits
from recto.indexing.media.reader import MediaReader
from recto.indexing.media.segments import Span

pytest.importorskip("av")

from tests.indexing.media.making import CODECS, greys, tone, write_film, write_sound

_RATE = 48000


def _rising(seconds: float) -> FloatArray:
    """A tone whose loudness tells the time."""
    loudness = np.linspace(0.0, 1.0, round(seconds * _RATE), dtype=np.float32)
    return tone(seconds, _RATE) * loudness


@pytest.mark.parametrize("suffix", sorted(CODECS))
def test_every_container(reader: MediaReader, tmp_path: Path, suffix: str) -> None:
    samples = _rising(4)
    path = write_sound(tmp_path / f"sound.{suffix}", samples, _RATE)
    with reader.open(path) as media:
        assert media.facts.film is None
        assert media.facts.sound is not None
        assert media.facts.sound.rate == _RATE
        assert media.seconds == pytest.approx(4, abs=0.1)
        heard = media.listen(Span(0, 4))
    assert heard.rate == _RATE
    assert heard.samples.shape == (1, 4 * _RATE)
    error = np.abs(heard.samples - samples)[:, 4800:-4800]
    assert error.max() < (1e-4 if suffix in ("wav", "flac") else 0.1)


@pytest.mark.parametrize("suffix", sorted(CODECS))
def test_piece_is_what_the_whole_has_there(
    reader: MediaReader, tmp_path: Path, suffix: str
) -> None:
    path = write_sound(tmp_path / f"sound.{suffix}", _rising(12), _RATE)
    with reader.open(path) as media:
        whole = media.listen(Span(0, 12)).samples
        for begin in (7.25, 3.1, 9.0, 0.0):
            piece = media.listen(Span(begin, begin + 2)).samples
            at = round(begin * _RATE)
            np.testing.assert_allclose(piece, whole[:, at : at + 2 * _RATE], atol=0.02)


def test_channels_are_mixed_or_kept(reader: MediaReader, tmp_path: Path) -> None:
    samples = np.concatenate([tone(1, _RATE, 300), tone(1, _RATE, 700)])
    path = write_sound(tmp_path / "stereo.flac", samples, _RATE)
    with reader.open(path) as media:
        both = media.listen(Span(0, 1)).samples
        mixed = media.listen(Span(0, 1), mono=True).samples
    np.testing.assert_allclose(both, samples, atol=1e-4)
    np.testing.assert_allclose(mixed[0], samples.mean(axis=0), atol=1e-4)


def test_beyond_the_end_is_silence(reader: MediaReader, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "short.wav", tone(1, _RATE), _RATE)
    with reader.open(path) as media:
        heard = media.listen(Span(0.5, 2.5)).samples
    assert np.abs(heard[:, : _RATE // 2]).max() > 0.4
    assert not heard[:, _RATE // 2 :].any()


@pytest.mark.parametrize("samples", [1, 100])
def test_very_short(reader: MediaReader, tmp_path: Path, samples: int) -> None:
    path = write_sound(tmp_path / "short.wav", tone(1, _RATE)[:, :samples] + 0.25, _RATE)
    with reader.open(path) as media:
        assert media.facts.sound is not None
        assert media.facts.sound.count == samples
        assert media.listen(Span(0, media.seconds)).samples.shape == (1, samples)


@pytest.mark.parametrize("kind", ["mp4", "mkv", "webm", "mov"])
def test_sound_of_a_film(reader: MediaReader, tmp_path: Path, kind: str) -> None:
    codec = "libvpx-vp9" if kind == "webm" else "libx264"
    path = write_film(tmp_path / f"film.{kind}", greys(50), 25, codec=codec, sound=_rising(2))
    with reader.open(path) as media:
        heard = media.listen(Span(0, 2)).samples
        assert media.facts.film is not None
    np.testing.assert_allclose(heard[:, 4800:-4800], _rising(2)[:, 4800:-4800], atol=0.1)


def test_film_without_sound(reader: MediaReader, tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", greys(10), 25)
    with reader.open(path) as media:
        assert media.facts.sound is None
        with pytest.raises(NotFound, match="no sound"):
            media.listen(Span(0, 1))


def test_two_hours_fit_a_small_memory(tmp_path: Path) -> None:
    """920 MB of samples, in a process that may have 850."""
    rate = 16000
    path = write_sound(tmp_path / "long.wav", tone(1, rate, channels=2), rate, "pcm_f32le")
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    size = 2 * 3600 * rate * 8
    data[4:8] = (at + 4 + size - 8).to_bytes(4, "little")
    data[at : at + 4] = size.to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with path.open("r+b") as file:
        file.truncate(at + 4 + size)
    with MediaReader(Limits(media_memory=850)) as reader, reader.open(path) as media:
        assert media.seconds == 7200
        assert media.listen(Span(0, 1)).samples.max() > 0.4
        assert not media.listen(Span(7190, 7200)).samples.any()
