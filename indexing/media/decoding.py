"""An open file of sound or film, decoded in pieces. Runs in the worker; imports PyAV.

Only the formats that we read are tried, and only files: a playlist could name others, or addresses.
Sound and frames are found by their times, never counted from where a seek happened to land.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.video.frame import VideoFrame

from recto.engine.errors import (
    DamagedFile,
    LimitExceeded,
    NotFound,
    RectoError,
    UnsupportedFile,
)
from recto.engine.vectors import FloatArray
from recto.indexing.limits import Limits
from recto.indexing.media.changes import difference, histograms
from recto.indexing.media.survey import FilmTrack, SoundTrack, survey

_THREADS = 2
_LEAD = 0.5
"""Seconds that are decoded before the sound that is wanted: codecs need to settle."""
_BROKEN_IN_A_ROW = 1000
"""Packets that may fail one after the other before a file is given up."""


class MediaFile:
    """Sound and film of one file, each by its own decoder, so that neither disturbs the other."""

    def __init__(self, path: str, kind: str, limits: Limits) -> None:
        """Raises DamagedFile, EmptyFile, UnsupportedFile or LimitExceeded."""
        self._path, self._kind = path, kind
        with told(), self._opened() as container:
            found = survey(container, limits)
        self.sound_track, self.film_track = found.sound, found.film
        self._origin = found.origin
        self._sound: _SoundDecoder | None = None
        self._film: _FilmDecoder | None = None

    def sound(self, begin: int, count: int, mono: bool) -> FloatArray:
        """(channels, count) from sample `begin` on; silence where the file has none.

        `mono`: one channel, the mean of all.
        """
        if self.sound_track is None:
            raise NotFound("it has no sound.")
        with told():
            if self._sound is None:
                self._sound = _SoundDecoder(self._opened(), self.sound_track, float(self._origin))
            samples = self._sound.read(begin, count)
        return samples.mean(axis=0, keepdims=True, dtype=np.float32) if mono else samples

    def frames(self, numbers: Sequence[int], width: int) -> npt.NDArray[np.uint8]:
        """(n, height, width, 3) RGB, upright; at most `width` across."""
        with told():
            return np.stack([upright(frame, width) for frame in self._shown(numbers)])

    def changes(self, begin: int, end: int) -> FloatArray:
        """(end - begin,) how much each frame differs from the one before it; 0 for the first."""
        with told():
            first = max(begin - 1, 0)
            seen = list(histograms(self._shown(range(first, end))))
        differences = [difference(*pair) for pair in pairwise(seen)]
        return np.array([0.0] * (begin == 0) + differences, np.float32)

    def _shown(self, numbers: Sequence[int]) -> Iterator[VideoFrame]:
        if self.film_track is None:
            raise NotFound("it has no pictures.")
        if self._film is None:
            self._film = _FilmDecoder(self._opened(), self.film_track)
        return self._film.read(numbers)

    def close(self) -> None:
        for decoder in (self._sound, self._film):
            if decoder is not None:
                decoder.close()
        self._sound = self._film = None

    def _opened(self) -> InputContainer:
        formats = f"{self._kind},mp4,m4a,webm"
        return av.open(
            self._path,
            format=self._kind,
            options={"protocol_whitelist": "file", "format_whitelist": formats},
            metadata_errors="replace",
        )


class _SoundDecoder:
    """Goes on where it stopped; seeks where it is asked for something else."""

    def __init__(self, container: InputContainer, track: SoundTrack, origin: float) -> None:
        self._container = container
        self._track = track
        self._origin = origin
        self._stream = container.streams[track.index]
        self._frames: Iterator[AudioFrame] = iter(())
        self._at = -1  # where `_left` begins
        self._left = np.empty((track.channels, 0), np.float32)
        self._converters: dict[tuple[str, str, int], av.AudioResampler] = {}

    def read(self, begin: int, count: int) -> FloatArray:
        if begin != self._at:
            self._seek(begin)
        wanted = np.zeros((self._track.channels, count), np.float32)
        self._place(wanted, begin, self._at, self._left)
        held = self._at + self._left.shape[1]
        while held < begin + count and (frame := next(self._frames, None)) is not None:
            start = self._start(frame, held)
            samples = self._samples(frame)
            self._place(wanted, begin, start, samples)
            held = start + samples.shape[1]
            self._at, self._left = start, samples
        self._keep_after(begin + count)
        return wanted

    def close(self) -> None:
        self._frames = iter(())
        self._container.close()

    def _seek(self, begin: int) -> None:
        lead = max(begin / self._track.rate - _LEAD, 0.0) + self._origin
        self._container.seek(int(lead / self._stream.time_base), stream=self._stream, backward=True)
        self._frames = _decoded(self._container, self._track.index)
        self._keep_after(begin)
        self._at, self._left = begin, self._left[:, :0]

    def _start(self, frame: AudioFrame, held: int) -> int:
        """Of a frame's first sample, from the file's beginning.

        Times are rounded by many containers: one that is next to the frame before belongs there.
        """
        if frame.pts is None:
            return held
        exact = round((float(frame.pts * frame.time_base) - self._origin) * self._track.rate)
        near = abs(exact - held) <= max(self._track.rate // 200, 1) and self._left.shape[1] > 0
        return held if near else exact

    def _samples(self, frame: AudioFrame) -> FloatArray:
        """(channels, n), whatever the format; a change of channels or rate in the middle of a
        file is brought to what it began with."""
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind not in self._converters:
            self._converters[kind] = av.AudioResampler(
                format="fltp", layout=self._stream.layout, rate=self._track.rate
            )
        frame.pts = None  # else gaps would be filled here, where nobody knows what is wanted
        parts = [part.to_ndarray() for part in self._converters[kind].resample(frame)]
        joined = np.concatenate([np.empty((self._track.channels, 0), np.float32), *parts], axis=1)
        return np.nan_to_num(np.asarray(joined, np.float32))

    @staticmethod
    def _place(wanted: FloatArray, begin: int, start: int, samples: FloatArray) -> None:
        """Put what lies within."""
        first, last = max(start, begin), min(start + samples.shape[1], begin + wanted.shape[1])
        if first < last:
            wanted[:, first - begin : last - begin] = samples[:, first - start : last - start]

    def _keep_after(self, end: int) -> None:
        self._left = self._left[:, max(end - self._at, 0) :]
        self._at = end


class _FilmDecoder:
    def __init__(self, container: InputContainer, track: FilmTrack) -> None:
        self._container = container
        self._track = track
        self._stream = container.streams[track.index]
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = _THREADS
        self._frames: Iterator[VideoFrame] = iter(())
        self._shown: VideoFrame | None = None

    def read(self, numbers: Sequence[int]) -> Iterator[VideoFrame]:
        """Frames by their numbers, counted from 0 in the order in which they are shown; in place of
        one that cannot be decoded the next that can, or the last."""
        ticks = self._track.ticks
        for number in numbers:
            if not 0 <= number < len(ticks):
                raise NotFound(f"there is no frame {number}; frames are 0 to {len(ticks) - 1}.")
            yield self._at(int(ticks[number]))

    def close(self) -> None:
        self._frames, self._shown = iter(()), None
        self._container.close()

    def _at(self, tick: int) -> VideoFrame:
        key = self._track.key_before(tick)
        shown = self._shown
        if shown is None or shown.pts is None or not key <= shown.pts <= tick:
            self._go_to(key)
        while self._shown is None or _tick(self._shown) < tick:
            frame = next(self._frames, None)
            if frame is None:
                break
            self._shown = frame
        if self._shown is None:
            raise DamagedFile("none of its pictures can be decoded.")
        return self._shown

    def _go_to(self, key: int) -> None:
        """To a frame at or before `key`; formats differ in which clock they seek by."""
        self._shown = None
        keys = [tick for tick in self._track.keys if tick <= key][-3:] or [key]
        for earlier in reversed(keys):
            self._container.seek(earlier, stream=self._stream, backward=True)
            self._frames = _decoded(self._container, self._track.index)
            self._shown = next(self._frames, None)
            if self._shown is not None and _tick(self._shown) <= key:
                return
        if self._track.keys and key > self._track.keys[0]:
            self._container.seek(int(self._track.ticks[0]), stream=self._stream, backward=True)
            self._frames = _decoded(self._container, self._track.index)
            self._shown = None


def _tick(frame: VideoFrame) -> int:
    return int(frame.pts if frame.pts is not None else frame.dts or 0)


def _decoded(container: InputContainer, index: int) -> Iterator[AudioFrame | VideoFrame]:
    """All frames from here on; broken packets are passed over."""
    failed = 0
    for packet in container.demux(container.streams[index]):
        try:
            frames = packet.decode()
        except (av.error.InvalidDataError, av.error.EOFError):
            failed += 1
            if failed > _BROKEN_IN_A_ROW:
                return
            continue
        failed = 0 if frames else failed
        yield from frames


def upright(frame: VideoFrame, width: int) -> npt.NDArray[np.uint8]:
    """(height, width, 3) as it is to be shown, at most `width` across."""
    turns = round(frame.rotation / 90) % 4
    across = frame.height if turns % 2 else frame.width
    if across > width:
        size = (max(round(side * width / across), 1) for side in (frame.width, frame.height))
        frame = frame.reformat(*size, format="rgb24", interpolation="AREA")
    return np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), turns))


@contextmanager
def told() -> Iterator[None]:
    """What FFmpeg finds wrong, as our errors."""
    try:
        yield
    except RectoError:
        raise
    except (av.error.DecoderNotFoundError, av.error.DemuxerNotFoundError) as error:
        raise UnsupportedFile(f"nothing decodes what it holds ({error.strerror}).") from error
    except (av.error.MemoryError, MemoryError) as error:
        raise LimitExceeded("it needs more memory; raise Limits.media_memory.") from error
    except (av.error.FFmpegError, ValueError, LookupError) as error:
        raise DamagedFile(f"it is truncated or broken: {error}.") from error
