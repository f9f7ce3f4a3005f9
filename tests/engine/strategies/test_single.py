"""One vector a page, held to a few lines of numpy over the vectors of a store."""

from __future__ import annotations

import numpy as np
import pytest

from recto.engine.store.plan import PageFilter
from recto.engine.strategies.single import SingleVector
from recto.engine.vectors import QuestionVectors
from tests.engine.strategies.conftest import TEXTS, Shelf


def cosines(shelf: Shelf, question: str) -> dict[int, float]:
    """By page number, from all vectors of each page."""
    asked = shelf.encoder.encode_question(question).rows.mean(axis=0)
    found = {}
    for page in shelf.store.scroll(PageFilter(), with_vectors=True):
        assert page.vectors is not None
        assert page.vectors.rows is not None
        mean = page.vectors.rows.vectors.mean(axis=0)
        cosine = asked @ mean / np.linalg.norm(asked) / np.linalg.norm(mean)
        found[page.content.number] = float(cosine)
    return found


@pytest.mark.parametrize("question", ["fish", "rivers and lakes", "water pumps", "herons fish"])
def test_pages_are_ranked_by_the_cosine_of_means(shelf: Shelf, question: str) -> None:
    truth = cosines(shelf, question)
    hits = SingleVector(shelf).search(question, limit=5, filter=PageFilter())
    assert [hit.number for hit in hits] == sorted(truth, key=lambda number: -truth[number])


def test_pages_come_with_their_own_words(shelf: Shelf) -> None:
    (hit,) = SingleVector(shelf).search("fish", limit=1, filter=PageFilter())
    assert hit.content.text.text == TEXTS[hit.number - 1]


def test_picture_alone_is_asked_by_its_vectors(shelf: Shelf) -> None:
    asked = shelf.encoder.encode_question("pumps")
    vectors = QuestionVectors(patches=asked.patches, rows=asked.rows, tokens=("",))
    hits = SingleVector(shelf).search(None, limit=1, filter=PageFilter(), vectors=vectors)
    assert [hit.number for hit in hits] == [4]
