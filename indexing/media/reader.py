"""Reads sound and film in a child process: what a caller of this package uses.

A file cannot harm more than its own clips. Nothing is held but the piece that is asked for, so that
two hours take no more memory than ten seconds. Knows no encoder and no store.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recto.engine.closing import Closing
from recto.engine.crossmodal.protocol import Picture, Sound
from recto.engine.errors import EmptyFile, LimitExceeded, NotFound
from recto.indexing.limits import Limits
from recto.indexing.media.described import Described
from recto.indexing.media.kinds import media_kind
from recto.indexing.media.segments import Span
from recto.indexing.reading.session import Session, Workers

_FULL = 1 << 20
"""A width that no picture has."""
_CHANGES = 256
"""Frames that are looked at in one call."""
_PIECE = 5.0
"""Seconds of sound in one call."""


class MediaReader(Closing):
    """Opens files of sound and film, one process for all of them, started when needed.

    >>> with MediaReader() as reader, reader.open("talk.mp4") as media:  # doctest: +SKIP
    ...     print(media.seconds)
    """

    def __init__(self, limits: Limits | None = None) -> None:
        """Raises MissingExtra."""
        from recto.engine.crossmodal.extra import require_extra

        require_extra("av")
        self.limits = limits or Limits()
        own = replace(
            self.limits,
            memory=self.limits.media_memory,
            open_seconds=self.limits.media_open_seconds,
            page_seconds=self.limits.media_seconds,
        )
        self._workers = Workers(
            own,
            module="recto.indexing.media.worker",
            name="the process that decodes sound and film",
        )

    def open(self, path: str | os.PathLike[str], *, name: str | None = None) -> OpenMedia:
        """Open the file at `path`, and go through it once. `name` is what messages call it.

        Raises a DocumentError: UnreadableFile, EmptyFile, UnsupportedFile, DamagedFile,
        LimitExceeded.
        """
        file = Path(path)
        kind = media_kind(file)
        size = file.stat().st_size
        if size > self.limits.media_bytes:
            raise LimitExceeded(
                f"{file} has {size} bytes, more than {self.limits.media_bytes}; raise"
                " Limits.media_bytes."
            )
        return OpenMedia(Session(self._workers, str(file), kind, name or str(path)))

    def close(self) -> None:
        """End the child process. Files still open cannot be read any more."""
        self._workers.close()


class OpenMedia(Closing):
    """An open file. In order is cheapest; any order works. Methods raise a DocumentError."""

    def __init__(self, session: Session) -> None:
        """Made by `MediaReader.open`."""
        self._session = session
        self._facts = Described.from_wire(session.open())

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._session.name

    @property
    def facts(self) -> Described:
        return self._facts

    @property
    def seconds(self) -> float:
        return self._facts.seconds

    def listen(self, span: Span, *, mono: bool = False) -> Sound:
        """Its sound within `span`; silence where there is none. `mono`: one channel, the mean of
        all, which encoders make for themselves if they want it.

        Raises NotFound if the file has no sound at all.
        """
        facts = self._facts.sound
        if facts is None:
            raise NotFound(f"{self.name} has no sound; expected sound, or film with sound.")
        begin, end = (round(max(time, 0.0) * facts.rate) for time in span)
        step = max(round(_PIECE * facts.rate), 1)
        edges = [*range(begin, max(end, begin + 1), step), max(end, begin + 1)]
        pieces = [
            self._session.ask(_at(first / facts.rate), "sound", first, last - first, mono)
            for first, last in pairwise(edges)
        ]
        return Sound(np.concatenate(pieces, axis=1), facts.rate)

    def film(self, span: Span | None = None) -> Film:
        """Its pictures within `span`, or all. Raises NotFound if the file has none."""
        facts = self._facts.film
        if facts is None:
            raise NotFound(f"{self.name} has no pictures; expected film.")
        whole = span is None
        begin, end = span or (0.0, facts.seconds)
        count = facts.count if whole else max(round((end - begin) * facts.rate), 1)
        first = float(self.times[0]) if whole else begin
        return Film(self, first, facts.rate, count)

    def picture(self, time: float, *, width: int = _FULL) -> Picture:
        """What is shown at `time`, at most `width` pixels across."""
        number = int(self.shown_at(np.array([time]))[0])
        picture: Picture = self.frames([number], width=width)[0]
        return picture

    def frames(self, numbers: Sequence[int], *, width: int = _FULL) -> npt.NDArray[np.uint8]:
        """(n, height, width, 3) RGB, upright, by their numbers counted from 0."""
        if not numbers:
            raise EmptyFile("no frame was asked for.")
        place = _at(float(self.times[min(numbers[0], len(self.times) - 1)]))
        found: npt.NDArray[np.uint8] = self._session.ask(place, "frames", list(numbers), width)
        return found

    def changes(self, begin: int) -> npt.NDArray[np.float32]:
        """How much frames from number `begin` on differ from the one before each; some hundred at
        a time, none after the last."""
        end = min(begin + _CHANGES, len(self.times))
        if begin >= end:
            return np.empty(0, np.float32)
        found: npt.NDArray[np.float32] = self._session.ask(
            _at(float(self.times[begin])), "changes", begin, end
        )
        return found

    def shown_at(self, times: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
        """Numbers of the frames that are shown then."""
        after = np.searchsorted(self.times, times, side="right")
        return np.asarray(np.clip(after - 1, 0, len(self.times) - 1))

    @cached_property
    def times(self) -> npt.NDArray[np.float64]:
        """When each frame is first shown, ascending, in seconds from the file's beginning."""
        if self._facts.film is None:
            return np.empty(0)
        whole, parts = self._session.ask("", "times")
        return np.asarray(whole + parts.astype(np.float64))

    def close(self) -> None:
        """May be called twice."""
        self._session.close()


class Film:
    """A part of a file as encoders take it: frames at a steady rate, whatever the file's own."""

    def __init__(self, media: OpenMedia, begin: float, rate: Fraction, count: int) -> None:
        """Made by `OpenMedia.film`."""
        self._media = media
        self._begin = begin
        self._rate = rate
        self._count = count

    @property
    def rate(self) -> Fraction:
        return self._rate

    @property
    def count(self) -> int:
        return self._count

    def frames(self, numbers: Sequence[int]) -> npt.NDArray[np.uint8]:
        """What is shown half a frame after each begins, so that rounded times do no harm."""
        middles = self._begin + (np.asarray(numbers, np.float64) + 0.5) / float(self._rate)
        return self._media.frames(self._media.shown_at(middles).tolist())


def _at(seconds: float) -> str:
    return f"second {seconds:.1f} of "
