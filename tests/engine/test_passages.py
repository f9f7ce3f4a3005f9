from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.bm25 import saturated
from recto.engine.passages import LENGTH, best_passage

TERMS = st.lists(st.sampled_from(["net", "sales", "x", "y"]), max_size=4 * LENGTH)


def naive(page: list[str], question: dict[str, float]) -> float:
    """The best of all stretches that begin at a multiple of half a passage."""
    best = 0.0
    for start in range(0, max(1, len(page) - LENGTH // 2), LENGTH // 2):
        passage = page[start : start + LENGTH]
        best = max(best, sum(w * saturated(passage.count(t)) for t, w in question.items()))
    return best


@given(TERMS)
def test_best_passage_is_the_best_of_all(page: list[str]) -> None:
    question = {"net": 2.0, "sales": 1.0}
    assert best_passage(page, question) == pytest.approx(naive(page, question))


def test_best_passage_prefers_words_that_stand_together() -> None:
    question = {"net": 1.0, "sales": 1.0}
    together = ["net", "sales", *["x"] * 99]
    apart = ["net", *["x"] * 99, "sales"]
    assert best_passage(together, question) > best_passage(apart, question)


def test_best_passage_counts_what_lies_across_a_border() -> None:
    page = [*["x"] * (LENGTH - 1), "net", "sales", *["x"] * LENGTH]
    assert best_passage(page, {"net": 1.0, "sales": 1.0}) == 2.0


def test_best_passage_of_nothing_is_nothing() -> None:
    assert best_passage([], {"net": 1.0}) == 0.0
    assert best_passage(["x"], {}) == 0.0
