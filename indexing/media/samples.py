"""Sound by its time, in pieces that follow each other or not. Runs in the worker."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer

from recto.engine.vectors import FloatArray
from recto.indexing.media.packets import decoded
from recto.indexing.media.survey import SoundTrack

_LEAD = 0.5
"""Seconds that are decoded before the sound that is wanted: codecs need to settle."""


class SoundDecoder:
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
        self._frames = decoded(self._container, self._track.index)
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
