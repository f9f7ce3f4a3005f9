"""A question, a picture, or both, and a part of a library become hits."""

from __future__ import annotations

from recto.asked_image import AskedImage, encode_with
from recto.engine.matches import find_matches
from recto.engine.retrieval import check_question
from recto.engine.store.plan import PageFilter
from recto.holdings import Holdings
from recto.results import Hit


def search(
    holdings: Holdings,
    question: str | None,
    image: AskedImage | None,
    filter: PageFilter,
    limit: int,
) -> list[Hit]:
    """The best pages that the filter lets through; see `Library.search`."""
    text = None if question is None and image is not None else check_question(question or "")
    if image is not None:
        vectors = encode_with(holdings.encoder, text, image, holdings.reader)
    else:
        vectors = holdings.encoder.encode_question(text or "")
    ranked = holdings.retriever.search(
        text, limit=limit, filter=filter, vectors=vectors, with_vectors=True
    )
    shown = text if image is None else None
    return [holdings.hit(page, find_matches(shown, vectors, page.page)) for page in ranked]
