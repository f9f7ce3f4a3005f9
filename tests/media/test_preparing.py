"""What encoders are given of files: as much as there is, of what is indexed and of what is asked
with alike."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import recto
from recto.asked_media import sound_direction
from recto.engine.crossmodal.imagebind.films import film_input, frame_pairs, resized
from recto.engine.crossmodal.protocol import CrossModalEncoder, Sound
from recto.indexing.media.reader import MediaReader
from recto.indexing.media.segments import Span
from recto.library import Library
from tests.fakes import FakeEncoder
from tests.indexing.media.making import greys, tone, write_film, write_sound
from tests.media.recorder import Recorder


@pytest.fixture(scope="module")
def encoder(filled: Library) -> CrossModalEncoder:
    return filled._holdings.shared.crossmodal.encoder


@pytest.fixture(scope="module")
def reader(filled: Library) -> MediaReader:
    return filled._holdings.shared.crossmodal.reader


@pytest.fixture
def recorder(encoder: CrossModalEncoder) -> Recorder:
    return Recorder(encoder)


@pytest.fixture
def recorded(tmp_path: Path, recorder: Recorder) -> Iterator[Library]:
    with recto.open(tmp_path / "library", encoder=FakeEncoder(), crossmodal=recorder) as library:
        yield library


def test_picture_is_given_as_large_as_it_is(
    recorded: Library, recorder: Recorder, tmp_path: Path
) -> None:
    """Made smaller before the encoder does it by its own recipe, it would be another."""
    pixels = np.random.default_rng(0).integers(0, 256, (700, 1400, 3), np.uint8)
    path = tmp_path / "noise.png"
    Image.fromarray(pixels).save(path)
    recorded.add(path, crossmodal=True)
    for given in (path, pixels, Image.fromarray(pixels)):
        (hit,) = recorded.find(image=given, targets=["image"])
        assert 0.998 < hit.similarity <= 1
    recorded.classify(path, ["noise", "silence"])
    assert len(recorder.images) == 5
    assert all(np.array_equal(image, pixels) for image in recorder.images)


def test_all_channels_are_given(recorded: Library, recorder: Recorder, tmp_path: Path) -> None:
    """What is to be heard of them is the encoder's choice."""
    noise = 0.3 * np.random.default_rng(3).standard_normal((1, 16000)).astype(np.float32)
    both = np.concatenate([tone(2, 8000, 400), np.clip(noise, -0.9, 0.9)])
    path = write_sound(tmp_path / "both.flac", both, 8000)
    recorded.add(path)
    (hit,) = recorded.find(audio=path)
    assert hit.similarity > 0.998
    assert len(recorder.sounds) == 2
    for sound in recorder.sounds:
        np.testing.assert_allclose(sound.samples, both, atol=1e-4)


def test_sound_that_is_on_one_channel_alone_is_not_silence(
    recorded: Library, tmp_path: Path
) -> None:
    right = np.concatenate([np.zeros((1, 8000), np.float32), tone(1, 8000)])
    assert recorded.add(write_sound(tmp_path / "right.wav", right, 8000)).clips == 1


def test_whole_films_are_looked_at_as_such(
    recorded: Library, recorder: Recorder, media: Path
) -> None:
    recorded.add(media / "talk.mp4")
    assert recorder.films == [(30, False), (30, False)]
    recorder.films.clear()
    recorded.find(video=media / "talk.mp4")
    recorded.classify(media / "talk.mp4", ["dog", "car"])
    assert recorder.films == [(60, True), (60, True)]


def test_sound_that_ends_before_its_film(
    reader: MediaReader, recorder: Recorder, tmp_path: Path
) -> None:
    path = write_film(tmp_path / "long.mp4", greys(30), 1, sound=tone(2, 48000, 700))
    with reader.open(path) as media:
        assert media.facts.sound is not None
        assert (media.facts.film is not None, media.seconds) == (True, 30)
        sound_direction(recorder, media)
        whole = media.listen(Span(0, media.facts.sound.seconds)).samples
    (heard,) = recorder.sounds
    assert heard.samples.shape == whole.shape
    np.testing.assert_allclose(heard.samples[:, 4800:], whole[:, 4800:], atol=0.01)


def test_clips_of_a_film_longer_than_its_sound(recorded: Library, tmp_path: Path) -> None:
    recorded.add(write_film(tmp_path / "long.mp4", greys(30), 1, sound=tone(2, 48000, 700)))
    ends = {place.modality: place.end for place in recorded.clips("long.mp4")}
    assert ends["audio"] == pytest.approx(2, abs=0.1)
    assert ends["video"] == 30
    assert recorded.find(audio=Sound(tone(1, 8000, 700), 8000), targets=["audio"])


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001)])
def test_frames_of_a_written_film_are_those_of_the_recipe(
    reader: MediaReader, tmp_path: Path, rate: Fraction
) -> None:
    """Frame n of the file is of grey 4n, above; its first row is looked at."""
    path = write_film(tmp_path / "greys.mp4", 4 * greys(61, (32, 48)), rate)
    with reader.open(path) as media:
        film = media.film()
        assert (film.rate, film.count) == (rate, 61)
        seen = film_input(film)[::3, 0, :, 0, 0]
    pairs = np.array(frame_pairs(rate, 61))
    greys_shown = np.broadcast_to(4 * np.arange(61)[:, None, None, None], (61, 32, 48, 3))
    wanted = np.array([resized(frame)[0, 0, 0] for frame in greys_shown.astype(np.uint8)])
    np.testing.assert_allclose(seen, wanted[pairs], atol=0.02)
