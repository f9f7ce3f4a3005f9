"""What a person is shown of clips: frames, and waveforms. Made on demand, and not kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from recto.crossmodal import CrossModal
from recto.engine.crossmodal.protocol import Picture
from recto.engine.errors import InputError, NotFound
from recto.engine.store.clips.records import ClipPlace
from recto.engine.vectors import FloatArray
from recto.indexing.media.reader import OpenMedia
from recto.indexing.media.segments import Span
from recto.indexing.media.waveforms import waveform
from recto.indexing.sources import Sources
from recto.pictures import PagePictures
from recto.results import Document

if TYPE_CHECKING:
    from PIL.Image import Image

_OPEN = 4
"""Files that stay open: to open one is to go through it once, and a list of hits is of a few."""
_FRAMES = 3
"""Of a clip, spread over it, that show what happens in it."""
_HIGH = 3
"""Times as wide as high is the picture of a waveform."""
_GROUND, _WAVE = 246, 70
"""Grey."""


class MediaPictures:
    """What `ClipHit.thumbnail` and its siblings call."""

    def __init__(self, shared: CrossModal, sources: Sources, pages: PagePictures) -> None:
        self._shared = shared
        self._sources = sources
        self._pages = pages
        self._opened: OrderedDict[str, OpenMedia] = OrderedDict()
        self._lock = Lock()

    def thumbnail(self, document: Document, place: ClipPlace, width: int) -> Image:
        """A page; what is shown in the middle of a clip; or, of sound alone, its waveform."""
        from PIL import Image as Pillow

        if place.page:
            return self._pages.image(document, place.page, width)
        with self._media(document) as media:
            if media.facts.film is not None:
                middle = (place.start + place.end) / 2
                return Pillow.fromarray(media.picture(middle, width=width))
            points = waveform(media, Span(place.start, place.end), points=width)
            return Pillow.fromarray(drawn_wave(points))

    def frames(self, document: Document, start: float, end: float, width: int) -> Picture:
        """What is shown between two times: some frames, one below the other or, of upright film,
        beside each other; (height, width, 3) at most `width` across. Raises NotFound where there
        are no pictures."""
        with self._media(document) as media:
            if media.facts.film is None:
                raise NotFound(f"{document.name} has no pictures; it is sound alone.")
            middles = start + (end - start) * (np.arange(_FRAMES) + 0.5) / _FRAMES
            numbers = np.unique(media.shown_at(middles)).tolist()
            upright = media.facts.film.height > media.facts.film.width
            each = max(width // len(numbers), 1) if upright else width
            frames = media.frames(numbers, width=each)
        return np.concatenate(list(frames), axis=1 if upright else 0)

    def frame(self, document: Document, time: float, width: int) -> Image:
        """What is shown at a time. Raises NotFound where there are no pictures."""
        from PIL import Image as Pillow

        with self._media(document) as media:
            if media.facts.film is None:
                raise NotFound(f"{document.name} has no pictures; it is sound alone.")
            return Pillow.fromarray(media.picture(time, width=width))

    def waveform(
        self, document: Document, start: float, end: float | None, points: int
    ) -> FloatArray:
        """(points, 2) the least and the greatest sample of each part. Raises NotFound, and
        InputError for a time that the sound does not have."""
        with self._media(document) as media:
            span = Span(start, media.seconds if end is None else min(end, media.seconds))
            if not 0 <= span.begin < span.end:
                raise InputError(
                    f"{document.name} lasts {media.seconds:.1f} s and has no part from {start} to"
                    f" {span.end if end is None else end} s."
                )
            return waveform(media, span, points=points)

    def forget(self, document_id: str) -> None:
        """Close the file of a document."""
        with self._lock:
            if (media := self._opened.pop(document_id, None)) is not None:
                media.close()

    @contextmanager
    def _media(self, document: Document) -> Iterator[OpenMedia]:
        """Its open file, which nobody else uses meanwhile. Raises NotFound, a DocumentError."""
        with self._lock:
            media = self._opened.get(document.id)
            if media is None:
                media = self._open(document)
                self._opened[document.id] = media
                if len(self._opened) > _OPEN:
                    self._opened.popitem(last=False)[1].close()
            self._opened.move_to_end(document.id)
            yield media

    def _open(self, document: Document) -> OpenMedia:
        if document.pages:
            raise NotFound(f"{document.name} has pages; it is no file of sound or film.")
        source = self._sources.path(document.id, document.kind)
        if not source.exists():
            raise NotFound(
                f"The file of {document.name} is not kept on this machine ({source}), or has been"
                " removed from the library."
            )
        return self._shared.viewer.open(source, name=document.name)


def drawn_wave(points: FloatArray) -> Picture:
    """(width / 3, width, 3) a line from the least to the greatest sample for each column, of which
    there are as many as points."""
    height = max(len(points) // _HIGH, 1)
    rows = np.linspace(1, -1, height)[:, None]
    wave = (rows >= points[:, 0] - 1 / height) & (rows <= points[:, 1] + 1 / height)
    grey = np.where(wave, np.uint8(_WAVE), np.uint8(_GROUND))
    return np.repeat(grey[..., None], 3, axis=2)
