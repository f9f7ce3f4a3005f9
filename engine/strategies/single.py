"""One vector a page: the page is found as a whole, and read as it is.

The vector is the direction of the mean of the page's pooled vectors, that of a question the same;
MaxSim of one vector with one is their cosine. `PageEmbedding` is where vectors of another model,
such as a cross-modal encoder's, come in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import Protocol

import numpy as np

from recto.engine.answering.protocol import DraftAnswer, Evidence
from recto.engine.encoders.protocol import Encoder, EncoderId, PageInput
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


class PageEmbedding(Protocol):
    """Makes one vector of a page, and of a question, of the same space."""

    @property
    def id(self) -> EncoderId: ...

    def of_page(self, page: StoredPage) -> FloatArray | None:
        """(d,), of length 1; None of a page on which nothing is seen. Has the page's vectors."""
        ...

    def of_question(self, question: str, vectors: QuestionVectors | None) -> FloatArray:
        """(d,), of length 1. `vectors`: as the library's encoder made them, if it has."""
        ...


class Pooled:
    """The vectors of a library's own encoder, all of a page pooled to one."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    @property
    def id(self) -> EncoderId:
        return self._encoder.id

    def of_page(self, page: StoredPage) -> FloatArray | None:
        pooled = page.vectors and (page.vectors.rows or page.vectors.patches)
        return direction(pooled.vectors) if pooled else None

    def of_question(self, question: str, vectors: QuestionVectors | None) -> FloatArray:
        return direction((vectors or self._encoder.encode_question(question)).rows)


class SingleVector:
    """Pages by one vector each."""

    def __init__(self, shelf: Shelf, embedding: PageEmbedding | None = None) -> None:
        """`embedding`: None is `Pooled`, of the library's encoder."""
        self._shelf = shelf
        self._embedding = embedding
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
        embedding = self._embedding or Pooled(self._shelf.encoder)
        asked = embedding.of_question(text, vectors)[None]
        alone = QuestionVectors(patches=asked, rows=asked, tokens=("",))
        shadow = self._shadow(embedding)
        return shadow.search(question, limit=limit, filter=filter, vectors=alone) or []

    def given(self, page: Evidence) -> Evidence:
        return page

    def settled(self, draft: DraftAnswer, pages: list[Evidence]) -> DraftAnswer:
        return draft

    def _shadow(self, embedding: PageEmbedding) -> Shadow:
        """Made anew when the library has been encoded anew."""
        of = self._shelf.store.encoder
        with self._lock:
            if self._made is None or self._made[0] != of:
                self._made = of, self._new(embedding)
            return self._made[1]

    def _new(self, embedding: PageEmbedding) -> Shadow:
        store = self._shelf.store

        def read(record: DocumentRecord) -> Iterator[PageRecord]:
            pages = store.scroll(PageFilter(documents=(record.id,)), with_vectors=True)
            return (_record(page, embedding.of_page(page)) for page in pages)

        return Shadow(store, _Asked(embedding), _ALONE, stamp=lambda _: (), read=read)


class _Asked:
    """An encoder by name only: pages and questions come with their vectors."""

    def __init__(self, embedding: PageEmbedding) -> None:
        self.id = embedding.id
        self.needs_image = False

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        return [PageVectors(patches=None, rows=None) for _ in pages]

    def encode_question(self, question: str) -> QuestionVectors:
        nothing = np.zeros((1, self.id.dim), np.float32)
        return QuestionVectors(patches=nothing, rows=nothing, tokens=("",))


def direction(vectors: FloatArray) -> FloatArray:
    """Of the mean of vectors (n, d): (d,), of length 1."""
    mean: FloatArray = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)


def _record(page: StoredPage, vector: FloatArray | None) -> PageRecord:
    """Without words: nothing here looks at them."""
    whole = np.array([[0, 0, 1, 1]], np.float32)
    patches = None if vector is None else Multivector(vectors=vector[None], boxes=whole)
    return PageRecord(
        document_id=page.document_id,
        content=replace(page.content, text=PageText((), "none"), headings=()),
        vectors=PageVectors(patches=patches, rows=None),
        words=SparseVector((), ()),
    )
