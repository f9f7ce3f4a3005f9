"""Files that are broken, lie, or mean harm: an error on that file, and the next one is read."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from recto.engine.errors import (
    DamagedFile,
    DocumentError,
    EmptyFile,
    LimitExceeded,
    UnreadableFile,
    UnsupportedFile,
)
from recto.indexing.limits import Limits
from recto.indexing.media.clips import film_clips, sound_clips
from recto.indexing.media.reader import MediaReader
from recto.indexing.media.segments import Span

pytest.importorskip("av")

from tests.indexing.media.making import greys, tone, write_film, write_sound


def test_missing_file(reader: MediaReader, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        reader.open(tmp_path / "nothing.mp4")


def test_empty_file(reader: MediaReader, tmp_path: Path) -> None:
    path = tmp_path / "empty.mp3"
    path.touch()
    with pytest.raises(EmptyFile, match="no bytes"):
        reader.open(path)


def test_other_file(reader: MediaReader, tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("this is no film")
    with pytest.raises(UnsupportedFile, match="begins with b'this is '"):
        reader.open(path)


def test_playlist_is_not_followed(reader: MediaReader, tmp_path: Path) -> None:
    """It would name files that whoever sent it wants to see, or addresses."""
    write_sound(tmp_path / "secret.wav", tone(1, 8000), 8000)
    path = tmp_path / "list.mp3"
    path.write_bytes(b"ID3\3\0\0\0\0\0\0#EXTM3U\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n")
    with pytest.raises(DocumentError):
        reader.open(path)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "m4a", "ogg", "mp4", "mkv"])
def test_first_bytes_alone(reader: MediaReader, tmp_path: Path, kind: str) -> None:
    path = _whole(tmp_path, kind)
    path.write_bytes(path.read_bytes()[:16])
    with pytest.raises((DamagedFile, EmptyFile)):
        reader.open(path)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "ogg", "mkv"])
def test_truncated_file_ends_where_it_ends(reader: MediaReader, tmp_path: Path, kind: str) -> None:
    """These have no index at their end; what is there can be read."""
    path = _whole(tmp_path, kind)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    with reader.open(path) as media:
        assert 0.5 < media.seconds < 3.9
        for _ in sound_clips(media):
            pass
        for clip in film_clips(media):
            assert clip.film.frames([0]).shape[0] == 1


def test_truncated_mp4(reader: MediaReader, tmp_path: Path) -> None:
    """Its index stands at its end."""
    path = _whole(tmp_path, "mp4")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DamagedFile, match="truncated or broken"):
        reader.open(path)


@pytest.mark.parametrize("kind", ["mp3", "ogg", "mp4", "mkv", "flac"])
@pytest.mark.parametrize("seed", range(4))
def test_scrambled_file_is_read_or_refused(
    reader: MediaReader, tmp_path: Path, kind: str, seed: int
) -> None:
    path = _whole(tmp_path, kind)
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    rng = np.random.default_rng(seed)
    data[rng.integers(40, len(data), len(data) // 200)] = rng.integers(0, 256, len(data) // 200)
    path.write_bytes(data.tobytes())
    with suppress(DocumentError), reader.open(path) as media:
        for clip in sound_clips(media):
            assert np.isfinite(clip.sound.samples).all()
        for part in film_clips(media):
            assert part.film.frames([0]).dtype == np.uint8
    healthy = write_sound(tmp_path / "healthy.wav", tone(1, 8000), 8000)
    with reader.open(healthy) as media:
        assert media.listen(Span(0, 1)).samples.max() > 0.4


def _whole(folder: Path, kind: str) -> Path:
    """Four seconds."""
    path = folder / f"media.{kind}"
    if kind in ("mp4", "mkv"):
        return write_film(path, 2 * greys(100), 25, sound=tone(4, 48000))
    return write_sound(path, tone(4, 48000), 48000)


def test_too_long(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "long.wav", tone(5, 8000), 8000)
    with (
        MediaReader(Limits(media_hours=4 / 3600)) as reader,
        pytest.raises(LimitExceeded, match=r"Limits\.media_hours"),
    ):
        reader.open(path)


def test_too_large(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "large.wav", tone(1, 8000), 8000)
    with (
        MediaReader(Limits(media_bytes=1000)) as reader,
        pytest.raises(LimitExceeded, match=r"Limits\.media_bytes"),
    ):
        reader.open(path)


def test_too_many_pixels(tmp_path: Path) -> None:
    path = write_film(tmp_path / "large.mp4", greys(2, (100, 200)), 25)
    with (
        MediaReader(Limits(pixels=19_999)) as reader,
        pytest.raises(LimitExceeded, match="200 by 100"),
    ):
        reader.open(path)


def test_death_of_the_process_is_one_file_s(reader: MediaReader, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "sound.wav", tone(4, 8000), 8000)
    with reader.open(path) as media:
        before = media.listen(Span(0, 1)).samples
        assert media._session.child is not None
        media._session.child.kill()
        np.testing.assert_array_equal(media.listen(Span(0, 1)).samples, before)
