"""A document that a library holds, to be encoded again: its words from the store that has them, the
rest from its kept bytes. Knows no encoder."""

from __future__ import annotations

from functools import cached_property

from recto.engine.closing import Closing
from recto.engine.errors import DamagedFile, DocumentError
from recto.engine.page import PageContent
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord, page_id
from recto.indexing.reader import OpenDocument, Reader
from recto.indexing.reading.raw import Image
from recto.indexing.sources import Sources

_AHEAD = 32
"""Pages whose words are fetched at once."""


class KeptDocument(Closing):
    """The `Pages` of a document, to be read in order. Its bytes are opened when they are needed."""

    def __init__(
        self,
        record: DocumentRecord,
        *,
        store: Store,
        reader: Reader,
        sources: Sources,
        pictures: bool,
    ) -> None:
        """`pictures`: whether those are wanted, of every page."""
        self._record = record
        self._store = store
        self._reader = reader
        self._path = sources.path(record.id, record.kind)
        self._pictures = pictures
        self._known: dict[int, PageContent] = {}
        self._asked = 0
        self.pages = record.pages
        """How many there are."""
        self.drawn_at_once = 1
        self._has_words = True
        if pictures and isinstance(self._opened, OpenDocument):
            # An office file may be converted to other pages than it was before.
            self._has_words = self._opened.pages == record.pages
            self.pages = self._opened.pages
            self.drawn_at_once = self._opened.drawn_at_once

    def read(self, number: int) -> PageContent:
        """Words and headings: as they are stored, or read now if the page could not be read."""
        if self._has_words and number > self._asked:
            self._asked = min(number + _AHEAD - 1, self.pages)
            numbers = range(number, self._asked + 1)
            store = self._store
            ids = [page_id(self._record.id, n, store.encoder, store.tenant) for n in numbers]
            self._known = {p.content.number: p.content for p in self._store.pages(ids)}
        known = self._known.pop(number, None)
        return known or self._source().read(number)

    def image(self, number: int, width: int) -> Image:
        """A picture of the page, (height, width, 3) RGB."""
        return self._source().image(number, width)

    def close(self) -> None:
        """May be called twice."""
        if isinstance(opened := vars(self).get("_opened"), OpenDocument):
            opened.close()

    def _source(self) -> OpenDocument:
        opened = self._opened
        if isinstance(opened, DocumentError):
            raise opened
        if opened.pages != self.pages:
            raise DamagedFile(
                f"{self._record.name} has {opened.pages} pages when it is read now, and had"
                f" {self.pages}. Remove it and add it again."
            )
        return opened

    @cached_property
    def _opened(self) -> OpenDocument | DocumentError:
        """Tried once: what it cannot open may have taken minutes to fail."""
        try:
            name = self._record.paths[0]  # as messages called it before
            return self._reader.open(
                self._path, self._record.kind, name=name, all_drawn=self._pictures
            )
        except DocumentError as error:
            return error
