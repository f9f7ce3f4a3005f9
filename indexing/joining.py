"""Pages of documents come to be found beside sound and film, by their pictures.

Knows no file but by the reader that it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from recto.engine.crossmodal.protocol import CrossModalEncoder, Picture
from recto.engine.errors import DocumentError
from recto.engine.store.clips.protocol import ClipStore
from recto.engine.store.clips.records import ClipModality, ClipPlace, ClipRecord
from recto.engine.store.records import DocumentRecord
from recto.indexing.files import IMAGES
from recto.indexing.reader import Reader

_BATCH = 8
_WIDTH = 640
"""Pixels: cross-modal encoders look at some 200 to 400."""


class PageJoiner:
    """Encodes pages, and writes them as clips."""

    def __init__(self, clips: ClipStore, encoder: CrossModalEncoder, reader: Reader) -> None:
        self._clips = clips
        self._encoder = encoder
        self._reader = reader

    def join(self, record: DocumentRecord, source: Path, skipped: Mapping[int, str]) -> int:
        """Those of a document that are not there yet, and how many these are.

        `skipped` are pages that cannot be read; what cannot be drawn now is left out, too, and so
        is all of a document whose file is not kept on this machine.
        """
        modality: ClipModality = "image" if record.kind in IMAGES else "page"
        if modality not in self._clips.dims:
            return 0
        there = {place.page for place in self._clips.clips(record.id)} | skipped.keys()
        missing = [number for number in range(1, record.pages + 1) if number not in there]
        if not missing or not source.exists():
            return 0
        places = (
            (ClipPlace(document_id=record.id, modality=modality, page=number), picture)
            for number, picture in self._drawn(record, source, missing)
        )
        written = 0
        while batch := [pair for pair, _ in zip(places, range(_BATCH), strict=False)]:
            self._put(batch)
            written += len(batch)
        return written

    def _drawn(
        self, record: DocumentRecord, source: Path, numbers: Sequence[int]
    ) -> Iterator[tuple[int, Picture]]:
        with self._reader.open(source, record.kind, name=record.name) as opened:
            for number in numbers:
                try:
                    picture = opened.image(number, _WIDTH)
                except DocumentError:  # told where the page itself was read
                    continue
                yield number, picture

    def _put(self, batch: Sequence[tuple[ClipPlace, Picture]]) -> None:
        vectors = self._encoder.encode_image([picture for _, picture in batch])
        self._clips.put_clips(
            [
                ClipRecord(place=place, vector=vector)
                for (place, _), vector in zip(batch, vectors, strict=True)
            ]
        )
