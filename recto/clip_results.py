"""What a search across modalities gives back. The names are those of the JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from recto.engine.clock import clock as clock
from recto.engine.clock import span
from recto.engine.store.clips.records import ClipModality, ClipPlace
from recto.results import Document

if TYPE_CHECKING:
    from PIL.Image import Image


class ThumbnailMaker(Protocol):
    """Makes pictures of clips; a library lends its own to its results."""

    def thumbnail(self, document: Document, place: ClipPlace, width: int) -> Image: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipHit:
    """A piece of sound or film, a picture or a page that a search returned."""

    document: Document
    modality: ClipModality
    """"audio", "video", "image", or "page" of another document."""
    start: float
    """Seconds from the file's beginning; of sound and film."""
    end: float
    page: int | None
    """Counted from 1; None for sound and film."""
    score: float
    """Of its document, by its best place in the rankings of the modalities; orders the documents
    of one search."""
    similarity: float
    """Cosine with what was asked. Not to be compared between modalities, of which each has its
    own range."""
    pictures: ThumbnailMaker = field(repr=False, compare=False)

    @property
    def where(self) -> str:
        """For a person: `page 3`, or `0:12–0:22`."""
        return f"page {self.page}" if self.page else span(self.start, self.end)

    def thumbnail(self, width: int = 320) -> Image:
        """The page; the frame in the clip's middle; or, of sound alone, its waveform.

        Raises NotFound when the document has been removed since, DocumentError when it cannot be
        drawn.
        """
        place = ClipPlace(
            document_id=self.document.id,
            modality=self.modality,
            start=self.start,
            end=self.end,
            page=self.page or 0,
        )
        return self.pictures.thumbnail(self.document, place, width)

    def as_json(self) -> dict[str, Any]:
        return {
            "document": self.document.name,
            "document_id": self.document.id,
            "modality": self.modality,
            "start": self.start,
            "end": self.end,
            "page": self.page,
            "score": self.score,
            "similarity": self.similarity,
        }


class Label(NamedTuple):
    """What something was compared with, and how probable it is among all that were given."""

    name: str
    probability: float
