"""Pages of a document become pages of a store: read, encoded, written.

The three overlap, a bounded number of pages apart, so that memory does not grow with the document.
Knows nothing of files, and of documents only their id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from recto.engine.bm25 import words_vector
from recto.engine.encoders.protocol import Encoder, PageInput
from recto.engine.errors import DocumentError
from recto.engine.page import PageContent
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.store.records import PageRecord
from recto.engine.vectors import PageVectors
from recto.indexing.prefetch import prefetch
from recto.indexing.reading.raw import Image

_BATCH = 8
"""Pages a write: about 1 MB of vectors from the built-in encoder, 2 MB from a ColPali."""
_AHEAD = 8
"""Pages read before the encoder wants them; an image of 1,500 pixels' width takes 9 MB."""
IMAGE_WIDTH = 1280
"""Pixels: about twice what vision encoders look at, which they reduce with antialiasing."""

OnPage = Callable[[int, int], None]
"""Told after each page: pages done and pages of the document."""


class Pages(Protocol):
    """The pages of a document, wherever they come from. Each may fail with a DocumentError."""

    @property
    def pages(self) -> int:
        """How many there are."""
        ...

    def read(self, number: int) -> PageContent: ...

    def image(self, number: int, width: int) -> Image: ...


class PageWriter:
    """Writes pages with their vectors to one store."""

    def __init__(self, store: Store, encoder: Encoder, *, words_alone: bool = False) -> None:
        """`words_alone`: a page of which there are words, but no picture where the encoder needs
        one, is written without vectors; else it is left out."""
        self._store = store
        self._encoder = encoder
        self._words_alone = words_alone

    def written(self, document_id: str) -> set[int]:
        """Numbers of the pages of a document that are there: an interrupted call wrote them."""
        pages = self._store.scroll(PageFilter(documents=(document_id,)))
        return {page.content.number for page in pages}

    def write(
        self, document_id: str, pages: Pages, written: set[int], on_page: OnPage
    ) -> dict[int, str]:
        """Write all but the `written` pages; return those that could not be read or drawn, and
        why."""
        skipped: dict[int, str] = {}
        inputs = prefetch(self._read(pages, written, skipped), ahead=_AHEAD)
        done = len(written)
        for batch in prefetch(self._encode(_batched(inputs), document_id), ahead=2):
            self._store.put_pages(batch)
            done += len(batch)
            on_page(min(done + len(skipped), pages.pages), pages.pages)
        return skipped

    def _read(
        self, pages: Pages, written: set[int], skipped: dict[int, str]
    ) -> Iterator[PageInput]:
        for number in range(1, pages.pages + 1):
            if number in written:
                continue
            content = image = None
            try:
                content = pages.read(number)
                image = pages.image(number, IMAGE_WIDTH) if self._encoder.needs_image else None
            except DocumentError as error:
                skipped[number] = str(error)
                if not self._words_alone or content is None or not content.text.words:
                    continue
                skipped[number] += " It can be found by its words alone."
            yield PageInput(content=content, image=image)

    def _encode(
        self, batches: Iterable[list[PageInput]], document_id: str
    ) -> Iterator[list[PageRecord]]:
        for batch in batches:
            drawn = [page for page in batch if page.image is not None]
            seen = drawn if self._encoder.needs_image else batch
            vectors = iter(self._encoder.encode_pages(seen) if seen else ())
            yield [
                PageRecord(
                    document_id=document_id,
                    content=page.content,
                    vectors=next(vectors) if page in seen else PageVectors(patches=None, rows=None),
                    words=words_vector(page.content),
                )
                for page in batch
            ]


def _batched(inputs: Iterable[PageInput]) -> Iterator[list[PageInput]]:
    batch: list[PageInput] = []
    for page in inputs:
        batch.append(page)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
