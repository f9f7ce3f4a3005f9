"""Late interaction with words: the way of this library. See `engine.retrieval`."""

from __future__ import annotations

from recto.engine.answering.protocol import DraftAnswer, Evidence
from recto.engine.retrieval import RankedPage
from recto.engine.store.plan import PageFilter
from recto.engine.strategies.protocol import Shelf
from recto.engine.vectors import QuestionVectors


class LateInteraction:
    """Pages by all of their vectors and by their words; they are read as they are."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def search(
        self,
        question: str | None,
        *,
        limit: int,
        filter: PageFilter,
        vectors: QuestionVectors | None = None,
    ) -> list[RankedPage]:
        return self._shelf.retriever.search(question, limit=limit, filter=filter, vectors=vectors)

    def given(self, page: Evidence) -> Evidence:
        return page

    def settled(self, draft: DraftAnswer, pages: list[Evidence]) -> DraftAnswer:
        return draft
