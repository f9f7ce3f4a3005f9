"""Pictures of a library's pages: rendered from the kept sources, cached, marked where wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recto.engine.errors import NotFound
from recto.engine.highlight import highlight
from recto.engine.page import Box, PageContent, Word
from recto.indexing.pictures import Pictures
from recto.indexing.reader import OpenDocument, Reader
from recto.indexing.sights import Sights
from recto.indexing.sources import Sources
from recto.results import Document

if TYPE_CHECKING:
    from PIL.Image import Image


class PagePictures:
    """What `Page.image` and its siblings call."""

    def __init__(
        self, folder: Path, reader: Reader, sources: Sources, *, shared: bool = False
    ) -> None:
        """`folder` is where rendered pictures are cached; it may be emptied at any time. `shared`:
        other machines may have added documents, and kept their files there."""
        self._shared = shared
        self._cache = Pictures(folder)
        self._sights = Sights(folder)
        self._reader = reader
        self._sources = sources

    def pixels(self, document: Document, number: int, width: int) -> npt.NDArray[np.uint8]:
        """(height, width, 3) RGB. Raises NotFound, or DocumentError if it cannot be drawn."""

        def draw() -> npt.NDArray[np.uint8]:
            with self._opened(document) as opened:
                return opened.image(number, width)

        return self._cache.image(document.id, number, width, draw)

    def seen(self, document: Document, content: PageContent) -> tuple[Word, ...]:
        """Those of the words of a page that a person sees on it. Raises the same."""

        def look() -> tuple[Word, ...]:
            with self._opened(document) as opened:
                return opened.seen(content)

        if content.text.source != "layer":
            return content.text.words
        return self._sights.words(document.id, content, look)

    def image(
        self, document: Document, number: int, width: int, boxes: Sequence[Box] = ()
    ) -> Image:
        """The picture of a page with these places marked."""
        from PIL import Image as Pillow

        return Pillow.fromarray(highlight(self.pixels(document, number, width), boxes))

    def forget(self, document_id: str) -> None:
        """Drop the pictures of a document."""
        self._cache.remove(document_id)

    def _opened(self, document: Document) -> OpenDocument:
        source = self._sources.path(document.id, document.kind)
        if not source.exists():
            raise NotFound(self._missing(document, source))
        return self._reader.open(source, document.kind, name=document.name)

    def _missing(self, document: Document, source: Path) -> str:
        if not self._shared:
            return f"{document.name} has been removed from the library."
        return (
            f"The file of {document.name} is not kept on this machine ({source}), so that its pages"
            " cannot be drawn; its text is there. Add the file here, too, or open the library with"
            " sources=... where the machine that added it keeps its files."
        )
