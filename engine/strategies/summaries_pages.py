"""Summaries are searched, pages are read: what is found by what a model wrote about a page, a table
or a figure is the page itself, its picture and its words."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from recto.engine.answering.protocol import DraftAnswer, Evidence
from recto.engine.bm25 import words_vector
from recto.engine.encoders.protocol import Encoder
from recto.engine.errors import NotFound, QuestionError
from recto.engine.retrieval import RankedPage, RetrievalSettings
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.engine.strategies.protocol import Shelf
from recto.engine.strategies.shadow import Shadow
from recto.engine.summaries import text_entries
from recto.engine.summary_vectors import vectors_of
from recto.engine.vectors import QuestionVectors


class SummariesPages:
    """Pages by their summaries; they are read as they are."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._made: tuple[Encoder, Shadow] | None = None
        self._lock = Lock()

    def search(
        self,
        question: str | None,
        *,
        limit: int,
        filter: PageFilter,
        vectors: QuestionVectors | None = None,
    ) -> list[RankedPage]:
        """`vectors` are not looked at: they need not be of the space of text."""
        if question is None:
            raise QuestionError("Summaries are searched in words, and only a picture was given.")
        found = self._shadow().search(question, limit=limit, filter=filter)
        if found is None and self._shelf.store.documents():
            raise NotFound(
                "No page of this library has a summary. Let a model write them: recto add PATH"
                " --summaries --model MODEL"
            )
        return found or []

    def given(self, page: Evidence) -> Evidence:
        return page

    def settled(self, draft: DraftAnswer, pages: list[Evidence]) -> DraftAnswer:
        return draft

    def _shadow(self) -> Shadow:
        encoder = self._shelf.reader_of_words
        with self._lock:
            if self._made is None or self._made[0] is not encoder:
                self._made = encoder, self._new(encoder)
            return self._made[1]

    def _new(self, encoder: Encoder) -> Shadow:
        summaries = self._shelf.summaries

        def read(record: DocumentRecord) -> Iterator[PageRecord]:
            """By the words of the summaries, under the document's title."""
            headings = (record.title,) if record.title else ()
            written = summaries.of(record.id).values()
            pages = [entry for one in written for entry in text_entries(one, headings)]
            made = vectors_of(record.id, pages, encoder, summaries)
            for page, vectors in zip(pages, made, strict=True):
                yield PageRecord(
                    document_id=record.id,
                    content=page,
                    vectors=vectors,
                    words=words_vector(page),
                )

        return Shadow(
            self._shelf.store,
            encoder,
            RetrievalSettings(),
            stamp=lambda record: summaries.stamp(record.id),
            read=read,
        )
