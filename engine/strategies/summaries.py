"""Summaries are searched, and summaries are read: an answer is made from what a model wrote.

Such an answer is at one remove from the page. A quote of it that stands on the page is cited there;
any other cites the page as a whole, which nothing has verified.
"""

from __future__ import annotations

from dataclasses import replace

from recto.engine.answering.protocol import DraftAnswer, Evidence, Quote, Statement, support_of
from recto.engine.answering.quoting import quote_of
from recto.engine.answering.vision.finding import PageWords
from recto.engine.answering.vision.seen import seen_words
from recto.engine.retrieval import RankedPage
from recto.engine.store.plan import PageFilter
from recto.engine.strategies.protocol import Shelf
from recto.engine.strategies.summaries_pages import SummariesPages
from recto.engine.summaries import text_page
from recto.engine.vectors import QuestionVectors


class SummariesAlone:
    """Pages by their summaries, which are read in their place."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._finding = SummariesPages(shelf)

    def search(
        self,
        question: str | None,
        *,
        limit: int,
        filter: PageFilter,
        vectors: QuestionVectors | None = None,
    ) -> list[RankedPage]:
        return self._finding.search(question, limit=limit, filter=filter, vectors=vectors)

    def given(self, page: Evidence) -> Evidence:
        """The summary under the page's number, without picture and neighbours; the page itself if
        its summary has gone meanwhile."""
        summary = self._shelf.summaries.of(page.document_id).get(page.content.number)
        if summary is None:
            return page
        return Evidence(
            document_id=page.document_id,
            document_name=f"summary of {page.document_name}",
            score=page.score,
            content=text_page(summary, page.content.headings),
            image=lambda width: None,
        )

    def settled(self, draft: DraftAnswer, pages: list[Evidence]) -> DraftAnswer:
        places = {(page.document_id, page.content.number): page for page in pages}
        real = {
            q: q if q.clip else _of_page(q, places[q.document_id, q.page]) for q in draft.quotes
        }
        return replace(
            draft,
            quotes=tuple(real[quote] for quote in draft.quotes),
            statements=tuple(_told(statement, real) for statement in draft.statements),
        )


def _of_page(quote: Quote, page: Evidence) -> Quote:
    """The words on the page where they stand there to be seen, else the page as a whole."""
    if quote.basis == "picture":  # it had lost its summary
        return quote
    words = seen_words(page)
    if span := PageWords(words).find(quote.text):
        return quote_of(page, words[slice(*span)])
    return replace(quote, text="", boxes=(), basis="summary")


def _told(statement: Statement, real: dict[Quote, Quote]) -> Statement:
    quotes = tuple(real[quote] for quote in statement.quotes)
    return replace(statement, quotes=quotes, support=support_of(quotes)) if quotes else statement
