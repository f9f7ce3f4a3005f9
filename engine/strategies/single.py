"""One vector a page: the page is found as a whole, and read as it is.

The vector is the direction of the mean of the page's pooled vectors, that of a question the same;
MaxSim of one vector with one is their cosine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Lock

import numpy as np

from recto.engine.answering.protocol import DraftAnswer, Evidence
from recto.engine.encoders.protocol import Encoder, EncoderId
from recto.engine.page import PageText
from recto.engine.retrieval import RankedPage, RetrievalSettings, check_question
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import StoredPage
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.engine.strategies.protocol import Shelf
from recto.engine.strategies.shadow import Shadow
from recto.engine.vectors import (
    FloatArray,
    Multivector,
    PageVectors,
    QuestionVectors,
    SparseVector,
)

_ALONE = RetrievalSettings(words=0.0, passages=0.0, documents=0.0, spelling=False, rows_within=None)
"""The cosine and nothing else."""


class SingleVector:
    """Pages by one vector each, of the library's own encoder."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._made: tuple[EncoderId, Shadow] | None = None
        self._lock = Lock()

    def search(
        self,
        question: str | None,
        *,
        limit: int,
        filter: PageFilter,
        vectors: QuestionVectors | None = None,
    ) -> list[RankedPage]:
        text = "" if question is None and vectors is not None else check_question(question or "")
        encoder = self._shelf.encoder
        asked = direction((vectors or encoder.encode_question(text)).rows)[None]
        alone = QuestionVectors(patches=asked, rows=asked, tokens=("",))
        shadow = self._shadow(encoder)
        return shadow.search(question, limit=limit, filter=filter, vectors=alone) or []

    def given(self, page: Evidence) -> Evidence:
        return page

    def settled(self, draft: DraftAnswer, pages: list[Evidence]) -> DraftAnswer:
        return draft

    def _shadow(self, encoder: Encoder) -> Shadow:
        """Made anew when the library has been encoded anew."""
        of = self._shelf.store.encoder
        with self._lock:
            if self._made is None or self._made[0] != of:
                self._made = of, self._new(encoder)
            return self._made[1]

    def _new(self, encoder: Encoder) -> Shadow:
        store = self._shelf.store

        def read(record: DocumentRecord) -> Iterator[PageRecord]:
            pages = store.scroll(PageFilter(documents=(record.id,)), with_vectors=True)
            return map(_record, pages)

        return Shadow(store, encoder, _ALONE, stamp=lambda _: (), read=read)


def direction(vectors: FloatArray) -> FloatArray:
    """Of the mean of vectors (n, d): (d,), of length 1."""
    mean: FloatArray = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)


def _record(page: StoredPage) -> PageRecord:
    """Without words: nothing here looks at them."""
    pooled = page.vectors and (page.vectors.rows or page.vectors.patches)
    patches = None
    if pooled:  # something is seen on the page
        whole = np.array([[0, 0, 1, 1]], np.float32)
        patches = Multivector(vectors=direction(pooled.vectors)[None], boxes=whole)
    return PageRecord(
        document_id=page.document_id,
        content=replace(page.content, text=PageText((), "none"), headings=()),
        vectors=PageVectors(patches=patches, rows=None),
        words=SparseVector((), ()),
    )
