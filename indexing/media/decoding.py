"""An open file of sound or film, decoded in pieces. Runs in the worker; imports PyAV.

Only the formats that we read are tried, and only files: a playlist could name others, or addresses.
Sound and frames are found by their times, never counted from where a seek happened to land.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.frame import VideoFrame

from recto.engine.errors import NotFound
from recto.engine.vectors import FloatArray
from recto.indexing.limits import Limits
from recto.indexing.media.changes import difference, histograms
from recto.indexing.media.packets import told
from recto.indexing.media.pictures import FilmDecoder, upright
from recto.indexing.media.samples import SoundDecoder
from recto.indexing.media.survey import survey


class MediaFile:
    """Sound and film of one file, each by its own decoder, so that neither disturbs the other."""

    def __init__(self, path: str, kind: str, limits: Limits) -> None:
        """Raises DamagedFile, EmptyFile, UnsupportedFile or LimitExceeded."""
        self._path, self._kind = path, kind
        with told(), self._opened() as container:
            found = survey(container, limits)
        self.sound_track, self.film_track = found.sound, found.film
        self._origin = found.origin
        self._sound: SoundDecoder | None = None
        self._film: FilmDecoder | None = None

    def sound(self, begin: int, count: int, mono: bool) -> FloatArray:
        """(channels, count) from sample `begin` on; silence where the file has none.

        `mono`: one channel, the mean of all.
        """
        if self.sound_track is None:
            raise NotFound("it has no sound.")
        with told():
            if self._sound is None:
                self._sound = SoundDecoder(self._opened(), self.sound_track, float(self._origin))
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
            self._film = FilmDecoder(self._opened(), self.film_track)
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
