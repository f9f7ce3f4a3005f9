"""Pages by what they look like, held to a sort by cosine over the vectors of a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.bm25 import words_vector
from recto.engine.crossmodal.protocol import Modality
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import NotFound, QuestionError
from recto.engine.store.clips.records import ClipModality, ClipPlace, ClipRecord
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import PageRecord, page_id
from recto.engine.strategies.crossmodal import CrossModalPages
from recto.engine.summaries import Summaries
from recto.engine.vectors import FloatArray, PageVectors
from tests.engine.strategies.conftest import Shelf, record
from tests.fakes import FakeEncoder, page_content

REPORT, PHOTOS, DRAFT = "a" * 64, "b" * 64, "c" * 64
PAGES = {REPORT: 30, PHOTOS: 6, DRAFT: 3}
"""How many each has; the draft is not complete, so that nobody may see it."""
KINDS: dict[str, ClipModality] = {REPORT: "page", PHOTOS: "image", DRAFT: "page"}
DIM = 8
CROSS = EncoderId(name="cross", revision="1", dim=DIM)
Place = tuple[str, int]
ALL = PageFilter()


def looks() -> dict[Place, FloatArray]:
    """What each page looks like, in numbers that a store keeps as they are."""
    drawn = np.random.default_rng(3).standard_normal((sum(PAGES.values()), DIM))
    halves = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float16)
    places = [(id, number) for id, count in PAGES.items() for number in range(1, count + 1)]
    return dict(zip(places, halves.astype(np.float32), strict=True))


LOOKS = looks()


class Placer:
    """A text is a direction by its length."""

    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        assert target == "image"
        return np.stack([LOOKS[REPORT, len(text)] for text in texts])


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    encoder = FakeEncoder()
    store = OracleStore(encoder.id)
    nothing = PageVectors(patches=None, rows=None)
    for document, number in LOOKS:
        content = page_content(f"page {number}", number=number)
        words = words_vector(content)
        store.put_pages(
            [PageRecord(document_id=document, content=content, vectors=nothing, words=words)]
        )
    for document, count in PAGES.items():
        whole = replace(record(count), id=document)
        store.put_documents([replace(whole, state="adding") if document == DRAFT else whole])
    clips = store.make_clips(CROSS, {"audio": DIM, "page": DIM, "image": DIM})
    clips.put_clips(
        [
            ClipRecord(
                place=ClipPlace(document_id=id, modality=KINDS[id], page=number), vector=vector
            )
            for (id, number), vector in LOOKS.items()
        ]
    )
    return Shelf(store, encoder, Summaries(lambda id: Path(id)), Placer())


def sorted_by_cosine(question: str) -> list[Place]:
    asked = LOOKS[REPORT, len(question)]
    seen = [place for place in LOOKS if place[0] != DRAFT]
    return sorted(seen, key=lambda place: -float(LOOKS[place] @ asked))


def found(shelf: Shelf, question: str, limit: int, filter: PageFilter = ALL) -> list[Place]:
    hits = CrossModalPages(shelf).search(question, limit=limit, filter=filter)
    return [(hit.document_id, hit.number) for hit in hits]


@given(st.integers(1, 30), st.integers(1, 40))
def test_pages_and_pictures_are_ranked_by_their_cosine(
    shelf: Shelf, length: int, limit: int
) -> None:
    assert found(shelf, "x" * length, limit) == sorted_by_cosine("x" * length)[:limit]


@given(st.integers(1, 30), st.integers(1, 4), st.integers(1, 30), st.sampled_from([REPORT, PHOTOS]))
def test_filter_hides_even_the_best(
    shelf: Shelf, length: int, limit: int, first: int, document: str
) -> None:
    question = "x" * length
    ranked = sorted_by_cosine(question)
    assert (
        found(shelf, question, limit, PageFilter(first=first))
        == [place for place in ranked if place[1] >= first][:limit]
    )
    assert (
        found(shelf, question, limit, PageFilter(documents=(document,)))
        == [place for place in ranked if place[0] == document][:limit]
    )
    (*_, worst) = ranked
    id = page_id(*worst, shelf.store.encoder)
    assert found(shelf, question, limit, PageFilter(ids=(id,))) == [worst]


def test_hits_tell_the_page_and_the_cosine(shelf: Shelf) -> None:
    (hit,) = CrossModalPages(shelf).search("xxxx", limit=1, filter=ALL)
    assert (hit.content.text.text, hit.document.id) == ("page 4", REPORT)
    assert hit.score == pytest.approx(1, abs=1e-3)


def test_picture_alone_is_no_question(shelf: Shelf) -> None:
    with pytest.raises(QuestionError, match="--in page"):
        CrossModalPages(shelf).search(None, limit=1, filter=ALL)


def test_library_without_vectors_of_pictures_is_told_the_command(shelf: Shelf) -> None:
    store = OracleStore(shelf.encoder.id)
    bare = replace(shelf, store=store)
    assert found(bare, "x", 1) == []
    store.put_documents([record(1)])
    with pytest.raises(NotFound, match="recto add PATH --crossmodal"):
        found(bare, "x", 1)
    clips = store.make_clips(CROSS, {"audio": DIM, "page": DIM})
    sound = ClipPlace(document_id=record(1).id, modality="audio", end=9.0)
    clips.put_clips([ClipRecord(place=sound, vector=LOOKS[REPORT, 1])])
    with pytest.raises(NotFound, match="recto add PATH --crossmodal"):
        found(bare, "x", 1)
