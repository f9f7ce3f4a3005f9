"""A question and a part of a library become an answer with citations."""

from __future__ import annotations

from collections.abc import Sequence

from recto.engine.answering.extractive import ExtractiveAnswerer
from recto.engine.answering.protocol import Answerer, Quote
from recto.engine.errors import InternalError
from recto.engine.store.plan import PageFilter
from recto.holdings import Holdings
from recto.results import Answer, Citation, Hit

EVIDENCE_PAGES = 6
"""Pages on which an answer is looked for."""


def ask(holdings: Holdings, question: str, filter: PageFilter, answerer: Answerer | None) -> Answer:
    """An answer from the best pages that the filter lets through; see `Library.ask`."""
    ranked = holdings.retriever.search(question, limit=EVIDENCE_PAGES, filter=filter)
    answerer = answerer or ExtractiveAnswerer(holdings.reader_of_words)
    draft = answerer.answer(question, [holdings.evidence(page) for page in ranked])
    hits = tuple(holdings.hit(page, ()) for page in ranked)
    return Answer(
        question=question,
        text=draft.text,
        abstained=draft.abstained,
        citations=tuple(_citation(quote, hits) for quote in draft.quotes),
        hits=hits,
    )


def _citation(quote: Quote, hits: Sequence[Hit]) -> Citation:
    for hit in hits:
        if (hit.document.id, hit.page.number) == (quote.document_id, quote.page):
            return Citation(
                document=hit.document, page=hit.page, quote=quote.text, boxes=quote.boxes
            )
    raise InternalError(
        f"The answerer cites page {quote.page} of {quote.document_id}, which it was not given; an"
        " answer may rest on the pages of its evidence only."
    )
