"""A second index of a library's pages, in memory: other vectors, or other words, of the same pages.
A page may be in it several times, by several texts; it is found by the best of them.

It follows the store: before each search, documents that came, changed or went since the last one
are read again. What it finds is told as pages of the store. Made for comparison, not for size: it
looks at every page, and reads all of them anew in each process.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Lock

from recto.engine.encoders.protocol import Encoder, EncoderId
from recto.engine.retrieval import RankedPage, RetrievalSettings, Retriever
from recto.engine.store.attributes import attributes_of
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord, PageRecord, page_id
from recto.engine.vectors import QuestionVectors

Stamp = tuple[int, ...] | None
"""Of what is read of a document besides its record; None: nothing to read."""


class _Entries(OracleStore):
    """Keeps several of a page, told apart by what they say."""

    def _id(self, page: PageRecord) -> str:
        said = page.content.text.text.encode("utf-8", "replace")
        return str(uuid.uuid5(uuid.UUID(super()._id(page)), hashlib.sha256(said).hexdigest()))


def _entries(encoder: EncoderId) -> OracleStore:
    return _Entries(encoder)


class Shadow:
    """For several threads, one at a time."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        settings: RetrievalSettings,
        *,
        stamp: Callable[[DocumentRecord], Stamp],
        read: Callable[[DocumentRecord], Iterable[PageRecord]],
    ) -> None:
        """`encoder` and `settings` are for the pages that `read` makes, whose attributes are set
        here. A document is read again when its record or its `stamp` has changed."""
        self._store = store
        self._own = _entries(encoder.id)
        self._retriever = Retriever(self._own, encoder, settings)
        self._stamp = stamp
        self._read = read
        self._known: dict[str, tuple[DocumentRecord, Stamp]] = {}
        self._lock = Lock()

    def search(
        self,
        question: str | None,
        *,
        limit: int,
        filter: PageFilter,
        vectors: QuestionVectors | None = None,
    ) -> list[RankedPage] | None:
        """Pages of the store, best first; None where there is nothing to be found by."""
        with self._lock:
            self._refresh()
            if not self._known:
                return None
            found = self._distinct(question, limit, filter, vectors)
        return [page for hit in found if (page := self._real(hit))]

    def _distinct(
        self,
        question: str | None,
        limit: int,
        filter: PageFilter,
        vectors: QuestionVectors | None,
    ) -> list[RankedPage]:
        """None twice, as far as there are so many."""
        asked = limit
        while True:
            ranked = self._retriever.search(question, limit=asked, filter=filter, vectors=vectors)
            best: dict[tuple[str, int], RankedPage] = {}
            for hit in ranked:
                best.setdefault((hit.document_id, hit.number), hit)
            if len(best) >= limit or len(ranked) < asked:
                return [*best.values()][:limit]
            asked *= 2

    def _refresh(self) -> None:
        ready = [record for record in self._store.documents() if record.state == "ready"]
        now = {record.id: (record, self._stamp(record)) for record in ready}
        now = {id: (record, stamp) for id, (record, stamp) in now.items() if stamp is not None}
        for id in [id for id, known in self._known.items() if now.get(id) != known]:
            self._own.delete_pages(id)
            self._own.delete_documents([id])
            del self._known[id]
        for id in now.keys() - self._known.keys():
            record, _ = now[id]
            attributes = attributes_of(record)
            self._own.put_pages(
                [replace(page, attributes=attributes) for page in self._read(record)]
            )
            self._own.put_documents([record])
            self._known[id] = now[id]

    def _real(self, hit: RankedPage) -> RankedPage | None:
        """The page itself; None where it has just been removed."""
        store = self._store
        id = page_id(hit.document_id, hit.number, store.encoder, store.tenant)
        stored = store.pages([id])
        if not stored:
            return None
        return RankedPage(page=stored[0], document=hit.document, score=hit.score)
