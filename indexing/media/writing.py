"""Clips of sound and film become clips of a library: cut, encoded, written, a few at a time.

Knows neither what a document is nor when it is to be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from recto.engine.crossmodal.protocol import CrossModalEncoder, Footage, Sound
from recto.engine.errors import DocumentError
from recto.engine.store.clips.protocol import ClipStore
from recto.engine.store.clips.records import ClipModality, ClipPlace, ClipRecord, clip_id
from recto.engine.vectors import FloatArray
from recto.indexing.media.clips import SoundClip, find_cuts
from recto.indexing.media.reader import MediaReader, OpenMedia
from recto.indexing.media.segments import Span, scenes, windows

_BATCH = 8
"""Clips: 30 MB of stereo sound; of film frames are fetched as they are looked at."""
Told = Callable[[float], None]
"""Which part of a file is done, from 0 to 1."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """What is to be encoded, and what it is of."""

    place: ClipPlace
    content: T


@dataclass(slots=True)
class Written:
    """What became of a file's clips."""

    there: int = 0
    """Written by an interrupted call."""
    new: int = 0
    skipped: dict[int, str] = field(default_factory=dict)
    """Clips that could not be read, by the second at which they begin, and why."""


class MediaWriter:
    """Writes clips to one store. Not for several threads."""

    def __init__(self, clips: ClipStore, encoder: CrossModalEncoder, reader: MediaReader) -> None:
        self._clips = clips
        self._encoder = encoder
        self.reader = reader

    def write(self, document_id: str, media: OpenMedia, tell: Told) -> Written:
        """All of a file but silence, and but what is there already. Raises EncoderError,
        OutsideError, and a DocumentError for what cannot be read at all."""
        return _Writing(self._clips, self._encoder, document_id, media, tell).written


class _Writing:
    """Of one file."""

    def __init__(
        self,
        clips: ClipStore,
        encoder: CrossModalEncoder,
        document_id: str,
        media: OpenMedia,
        tell: Told,
    ) -> None:
        self._store = clips
        self._encoder = encoder
        self._document = document_id
        self._media = media
        self._tell = tell
        self._known = {self._id(place) for place in clips.clips(document_id)}
        self.written = Written(there=len(self._known))
        hears = media.facts.sound is not None and "audio" in clips.dims
        sees = media.facts.film is not None and "video" in clips.dims
        self._work = max(hears + 2 * sees, 1) * media.seconds  # film is gone through twice
        self._done = 0.0
        if hears:
            self._write(self._sounds(), encoder.encode_audio)
        if sees:
            self._write(self._films(), encoder.encode_video)

    def _sounds(self) -> Iterator[Piece[Sound]]:
        facts = self._media.facts.sound
        assert facts is not None
        for span in windows(facts.seconds):
            if (place := self._wanted("audio", span)) is not None:
                try:
                    clip = SoundClip(span, self._media.listen(span))
                except DocumentError as error:
                    self._skip(place, error)
                    continue
                if not clip.silent:
                    yield Piece(place, clip.sound)
            self._tell((self._done + span.end) / self._work)
        self._done += self._media.seconds

    def _films(self) -> Iterator[Piece[Footage]]:
        facts = self._media.facts.film
        assert facts is not None
        found = find_cuts(
            self._media, told=lambda seconds: self._tell((self._done + seconds) / self._work)
        )
        self._done += self._media.seconds
        for span in scenes(found, facts.seconds):
            if (place := self._wanted("video", span)) is not None:
                yield Piece(place, self._media.film(span))
            self._tell((self._done + span.end) / self._work)

    def _wanted(self, modality: ClipModality, span: Span) -> ClipPlace | None:
        """What a clip is of, unless it is there."""
        place = ClipPlace(
            document_id=self._document, modality=modality, start=span.begin, end=span.end
        )
        return None if self._id(place) in self._known else place

    def _id(self, place: ClipPlace) -> str:
        return clip_id(place, self._store.encoder, self._store.tenant)

    def _write(
        self, pieces: Iterable[Piece[T]], encode: Callable[[Sequence[T]], FloatArray]
    ) -> None:
        waiting = iter(pieces)
        while batch := [*islice(waiting, _BATCH)]:
            records = self._encoded(batch, encode)
            self._store.put_clips(records)
            self.written.new += len(records)

    def _encoded(
        self, batch: Sequence[Piece[T]], encode: Callable[[Sequence[T]], FloatArray]
    ) -> list[ClipRecord]:
        """Where one cannot be read, each by itself, without that one."""
        try:
            vectors = encode([piece.content for piece in batch])
        except DocumentError as error:  # of frames, which are read as they are encoded
            if len(batch) > 1:
                return [record for piece in batch for record in self._encoded([piece], encode)]
            self._skip(batch[0].place, error)
            return []
        return [
            ClipRecord(place=piece.place, vector=vector)
            for piece, vector in zip(batch, vectors, strict=True)
        ]

    def _skip(self, place: ClipPlace, error: DocumentError) -> None:
        self.written.skipped[int(place.start)] = str(error)
