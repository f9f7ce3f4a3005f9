"""Pages of documents come to be found beside sound and film, by their pictures.

Knows no file but by the reader that it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from recto.engine.crossmodal.protocol import CrossModalEncoder, Picture
from recto.engine.errors import DocumentError
from recto.engine.store.clips.protocol import ClipStore
from recto.engine.store.clips.records import ClipModality, ClipPlace, ClipRecord
from recto.engine.store.records import DocumentRecord
from recto.indexing.files import IMAGES
from recto.indexing.reader import Reader

PICTURE_WIDTH = 1 << 20
"""Pixels: more than any picture has. A picture file is looked at as large as it is, within
`Limits.rendered_pixels`, since encoders make it small by recipes of their own."""
_PAGE_WIDTH = 640
"""Pixels: cross-modal encoders look at some 200 to 400."""
_BATCH = 8
_BATCH_PIXELS = 1 << 24
"""No more than 50 MB of pictures wait to be encoded, or one picture that is larger."""


_Placed: TypeAlias = tuple[ClipPlace, Picture]


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
        for batch in _batches(places):
            self._put(batch)
            written += len(batch)
        return written

    def _drawn(
        self, record: DocumentRecord, source: Path, numbers: Sequence[int]
    ) -> Iterator[tuple[int, Picture]]:
        width = PICTURE_WIDTH if record.kind in IMAGES else _PAGE_WIDTH
        with self._reader.open(source, record.kind, name=record.name) as opened:
            for number in numbers:
                try:
                    picture = opened.image(number, width)
                except DocumentError:  # told where the page itself was read
                    continue
                yield number, picture

    def _put(self, batch: Sequence[_Placed]) -> None:
        vectors = self._encoder.encode_image([picture for _, picture in batch])
        self._clips.put_clips(
            [
                ClipRecord(place=place, vector=vector)
                for (place, _), vector in zip(batch, vectors, strict=True)
            ]
        )


def _batches(places: Iterable[_Placed]) -> Iterator[list[_Placed]]:
    waiting: list[_Placed] = []
    pixels = 0
    for place, picture in places:
        waiting.append((place, picture))
        pixels += picture.shape[0] * picture.shape[1]
        if len(waiting) == _BATCH or pixels >= _BATCH_PIXELS:
            yield waiting
            waiting, pixels = [], 0
    if waiting:
        yield waiting
