"""A file becomes clips: cut where it was cut, silent where it is silent."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from recto.engine.vectors import FloatArray
from recto.indexing.limits import Limits
from recto.indexing.media.clips import film_clips, find_cuts, sound_clips
from recto.indexing.media.reader import MediaReader
from recto.indexing.media.segments import Span

pytest.importorskip("av")

from tests.indexing.media.making import Pictures, tone, write_film, write_sound


def _scene(seed: int, frames: int) -> Pictures:
    """Something of its own colours that moves and flickers."""
    rng = np.random.default_rng(seed)
    colours = rng.integers(30, 226, (6, 8, 3))
    big = np.kron(colours, np.ones((16, 16, 1))).astype(np.int64)
    moved = [np.roll(big, 2 * number, axis=1) for number in range(frames)]
    flicker = rng.integers(-6, 7, (frames, 1, 1, 1))
    return np.asarray(np.clip(np.stack(moved) + flicker, 0, 255), np.uint8)


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001)])
def test_cuts_are_found_exactly(reader: MediaReader, tmp_path: Path, rate: Fraction) -> None:
    lengths = [30, 25, 44, 31, 60, 26, 33, 29]
    pictures = np.concatenate([_scene(seed, length) for seed, length in enumerate(lengths)])
    path = write_film(tmp_path / "film.mp4", pictures, rate)
    heard: list[float] = []
    with reader.open(path) as media:
        found = find_cuts(media, told=heard.append)
    expected = np.cumsum(lengths[:-1]) / float(rate)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(sum(lengths) / float(rate), abs=0.1)


def test_fade_is_no_cut(reader: MediaReader, tmp_path: Path) -> None:
    first, second = _scene(0, 1), _scene(1, 1)
    part = np.linspace(0, 1, 75)[:, None, None, None]
    path = write_film(
        tmp_path / "fade.mp4", ((1 - part) * first + part * second).astype(np.uint8), 25
    )
    with reader.open(path) as media:
        assert find_cuts(media) == []


def test_long_scene_is_divided(reader: MediaReader, tmp_path: Path) -> None:
    path = write_film(tmp_path / "long.mp4", _scene(0, 50), 2)
    with reader.open(path) as media:
        clips = list(film_clips(media))
        edges = [(0, 25 / 3), (25 / 3, 50 / 3), (50 / 3, 25)]
        np.testing.assert_allclose([clip.span for clip in clips], edges)
        assert clips[1].middle == pytest.approx(12.5)
        assert clips[1].film.frames([0]).shape == (1, 96, 128, 3)


def test_sound_is_cut_into_windows(reader: MediaReader, tmp_path: Path) -> None:
    rate = 8000
    samples: FloatArray = np.concatenate([np.zeros((1, 10 * rate), np.float32), tone(3, rate)], 1)
    path = write_sound(tmp_path / "sound.flac", samples, rate)
    with reader.open(path) as media:
        clips = list(sound_clips(media))
        assert [clip.span for clip in clips] == [Span(0, 10), Span(5, 13)]
        assert [clip.silent for clip in clips] == [True, False]
        assert [clip.sound.samples.shape[1] for clip in clips] == [10 * rate, 8 * rate]
        assert list(film_clips(media)) == []


def test_film_without_sound_has_no_sound_clips(reader: MediaReader, tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", _scene(0, 10), 25)
    with reader.open(path) as media:
        assert list(sound_clips(media)) == []
        assert len(list(film_clips(media))) == 1


def test_two_hours_of_film(tmp_path: Path) -> None:
    """At a frame every four seconds; together they would not fit the memory that is allowed."""
    size = (480, 640, 3)
    black = np.broadcast_to(np.zeros((1, *size), np.uint8), (1800, *size))
    path = write_film(tmp_path / "long.mkv", black, Fraction(1, 4), gop=100)
    with MediaReader(Limits(media_memory=1000)) as reader, reader.open(path) as media:
        assert media.seconds == pytest.approx(7200, abs=10)
        clips = film_clips(media)
        assert sum(1 for _ in clips) == 720
