"""Frames of every container: the right ones, upright, at a steady rate."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from recto.engine.errors import NotFound
from recto.indexing.media.reader import MediaReader
from recto.indexing.media.segments import Span

pytest.importorskip("av")

from tests.indexing.media.making import greys, tone, turned, write_film, write_sound

_CODECS = {"mp4": "libx264", "mkv": "libx264", "webm": "libvpx-vp9", "mov": "mpeg4"}


def _greys_of(frames: npt.NDArray[np.uint8]) -> list[int]:
    greys: list[int] = np.rint(frames.mean(axis=(1, 2, 3))).astype(int).tolist()
    return greys


@pytest.mark.parametrize("kind", sorted(_CODECS))
def test_every_container(reader: MediaReader, tmp_path: Path, kind: str) -> None:
    path = write_film(tmp_path / f"film.{kind}", 2 * greys(100), 25, codec=_CODECS[kind])
    with reader.open(path) as media:
        film = media.film()
        assert (film.rate, film.count) == (Fraction(25), 100)
        assert media.seconds == pytest.approx(4, abs=0.05)
        numbers = [0, 1, 13, 50, 51, 99]
        assert film.frames(numbers).shape == (6, 48, 64, 3)
        np.testing.assert_allclose(_greys_of(film.frames(numbers)), 2 * np.array(numbers), atol=3)


@pytest.mark.parametrize("gop", [1, 7, 1000])
def test_any_order(reader: MediaReader, tmp_path: Path, gop: int) -> None:
    path = write_film(tmp_path / "film.mp4", 2 * greys(90), 30, gop=gop)
    with reader.open(path) as media:
        film = media.film()
        for number in (80, 3, 4, 60, 59, 0, 89):
            assert _greys_of(film.frames([number]))[0] == pytest.approx(2 * number, abs=2)


def test_broadcast_rate_is_exact(reader: MediaReader, tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    path = write_film(tmp_path / "film.mp4", 2 * greys(60), rate)
    with reader.open(path) as media:
        film = media.film()
        assert film.rate == rate
        assert _greys_of(film.frames(range(60))) == pytest.approx(list(range(0, 120, 2)), abs=2)


def test_span_begins_at_its_frame(reader: MediaReader, tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", 2 * greys(100), 25)
    with reader.open(path) as media:
        film = media.film(Span(2.0, 3.0))
        assert film.count == 25
        assert _greys_of(film.frames([0, 24])) == pytest.approx([100, 148], abs=2)


def test_variable_rate_is_made_steady(reader: MediaReader, tmp_path: Path) -> None:
    """Ten frames in the first second, then one that stays for three."""
    ticks = [*range(0, 100, 10), 100, 400]
    path = write_film(tmp_path / "film.mkv", 20 * greys(12), 100, ticks=ticks)
    with reader.open(path) as media:
        np.testing.assert_allclose(media.times, np.array(ticks) / 100, atol=2e-3)
        film = media.film(Span(0, 4))
        seen = _greys_of(film.frames(range(film.count)))
    shown = [
        np.searchsorted(ticks, 100 * (n + 0.5) / float(film.rate), "right") - 1
        for n in range(film.count)
    ]
    assert seen == pytest.approx([20 * number for number in shown], abs=2)
    assert seen.count(200) > film.count / 2


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_film_is_upright(reader: MediaReader, tmp_path: Path, degrees: int) -> None:
    """The upper half of the stored frames is white."""
    stored = np.zeros((5, 32, 64, 3), np.uint8)
    stored[:, :16] = 255
    path = turned(write_film(tmp_path / "film.mp4", stored, 25), degrees)
    shown = np.rot90(stored[0], -degrees // 90)
    with reader.open(path) as media:
        picture = media.picture(0)
    assert picture.shape == shown.shape
    assert np.abs(picture.astype(int) - shown).mean() < 8


def test_picture_is_as_wide_as_asked_for(reader: MediaReader, tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", greys(10, (120, 160)), 25)
    with reader.open(path) as media:
        assert media.picture(0.1, width=40).shape == (30, 40, 3)
        assert media.picture(0.1, width=4000).shape == (120, 160, 3)
        assert media.picture(99).shape == (120, 160, 3)


def test_single_frame(reader: MediaReader, tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", greys(1) + 99, 25)
    with reader.open(path) as media:
        film = media.film()
        assert film.count == 1
        assert media.seconds == pytest.approx(0.04, abs=0.01)
        assert _greys_of(film.frames([0, 0])) == pytest.approx([99, 99], abs=2)


def test_sound_without_film(reader: MediaReader, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "sound.wav", tone(1, 8000), 8000)
    with reader.open(path) as media, pytest.raises(NotFound, match="no pictures"):
        media.film()


def test_sleeve_of_a_record_is_no_film(reader: MediaReader, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    _write_with_sleeve(path)
    with reader.open(path) as media:
        assert media.facts.film is None
        assert media.seconds == pytest.approx(1, abs=0.1)


def _write_with_sleeve(path: Path) -> None:
    import io

    from PIL import Image

    sleeve = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(sleeve, "PNG")
    body = b"\0image/png\0\3\0" + sleeve.getvalue()
    size = len(body).to_bytes(4, "big")
    frame = b"APIC" + size + b"\0\0" + body
    total = len(frame)
    length = bytes(total >> shift & 0x7F for shift in (21, 14, 7, 0))
    plain = write_sound(path.with_name("plain.mp3"), tone(1, 44100), 44100).read_bytes()
    old = 10 + int.from_bytes(plain[6:10], "big") if plain.startswith(b"ID3") else 0
    path.write_bytes(b"ID3\3\0\0" + length + frame + plain[old:])
