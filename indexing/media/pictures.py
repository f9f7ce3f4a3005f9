"""Frames by their times, upright, in any order. Runs in the worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.frame import VideoFrame

from recto.engine.errors import DamagedFile, NotFound
from recto.indexing.media.packets import decoded
from recto.indexing.media.survey import FilmTrack

_THREADS = 2


class FilmDecoder:
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
            self._frames = decoded(self._container, self._track.index)
            self._shown = next(self._frames, None)
            if self._shown is not None and _tick(self._shown) <= key:
                return
        if self._track.keys and key > self._track.keys[0]:
            self._container.seek(int(self._track.ticks[0]), stream=self._stream, backward=True)
            self._frames = decoded(self._container, self._track.index)
            self._shown = None


def _tick(frame: VideoFrame) -> int:
    return int(frame.pts if frame.pts is not None else frame.dts or 0)


def upright(frame: VideoFrame, width: int) -> npt.NDArray[np.uint8]:
    """(height, width, 3) as it is to be shown, at most `width` across."""
    turns = round(frame.rotation / 90) % 4
    across = frame.height if turns % 2 else frame.width
    if across > width:
        size = (max(round(side * width / across), 1) for side in (frame.width, frame.height))
        frame = frame.reformat(*size, format="rgb24", interpolation="AREA")
    return np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), turns))
