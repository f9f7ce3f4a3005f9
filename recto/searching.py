"""A question, a picture, or both, and a part of a library become hits."""

from __future__ import annotations

from recto.asked_image import AskedImage, encode_with
from recto.engine.heatmap import HeatMap, heat_map_of
from recto.engine.matches import find_matches
from recto.engine.retrieval import check_question
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import page_id
from recto.engine.strategies.registry import DEFAULT
from recto.engine.vectors import QuestionVectors
from recto.holdings import Holdings
from recto.results import Hit, Page


def search(
    holdings: Holdings,
    question: str | None,
    image: AskedImage | None,
    filter: PageFilter,
    limit: int,
    strategy: str,
) -> list[Hit]:
    """The best pages that the filter lets through; see `Library.search`.

    Where they match is known of the default strategy alone: others look at no places.
    """
    chosen = holdings.strategy(strategy)
    placed = strategy == DEFAULT
    text = None if question is None and image is not None else check_question(question or "")
    vectors: QuestionVectors | None = None
    if image is not None:
        vectors = encode_with(holdings.encoder, text, image, holdings.reader)
    elif placed:
        vectors = holdings.encoder.encode_question(text or "")
    ranked = chosen.search(text, limit=limit, filter=filter, vectors=vectors)
    if vectors is None or not placed:
        return [holdings.hit(page, ()) for page in ranked]
    shown = text if image is None else None
    patches = holdings.store.patches([page.id for page in ranked])
    return [
        holdings.hit(
            page, find_matches(shown, vectors, page.content.text.words, patches.get(page.id))
        )
        for page in ranked
    ]


def heat_map(holdings: Holdings, question: str, page: Page) -> HeatMap:
    """See `Library.heat_map`."""
    vectors = holdings.encoder.encode_question(check_question(question))
    store = holdings.store
    id = page_id(page.document.id, page.number, store.encoder, store.tenant)
    return heat_map_of(vectors, store.patches([id]).get(id))
