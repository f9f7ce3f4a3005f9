from __future__ import annotations

import pytest

from recto.engine.bm25 import (
    AVERAGE_TERMS,
    document_vector,
    question_terms,
    running_text,
    term_id,
    words_vector,
)
from recto.engine.page import PageContent
from recto.engine.vectors import SparseVector
from tests.fakes import page_content


def weight(vector: SparseVector, term: str) -> float:
    return dict(zip(vector.indices, vector.values, strict=True)).get(term_id(term), 0.0)


def test_words_vector_is_bm25_of_a_page_of_average_length() -> None:
    page = page_content("copay copay " + "filler " * (AVERAGE_TERMS - 2))
    assert weight(words_vector(page), "copay") == pytest.approx(2 * 2.2 / (2 + 1.2))


def test_words_vector_gives_a_longer_page_less_for_the_same_word() -> None:
    short = page_content("copay " + "filler " * 50)
    long = page_content("copay " + "filler " * 500)
    assert weight(words_vector(short), "copay") > weight(words_vector(long), "copay")


def test_words_vector_counts_headings_less_than_words() -> None:
    body = words_vector(page_content("hospice care"))
    above = words_vector(page_content("what is paid", headings=["Hospice care"]))
    assert 0 < weight(above, "hospic") < weight(body, "hospic")


def test_words_vector_counts_a_heading_said_twice_once() -> None:
    once = words_vector(page_content("text", headings=["Plan"]))
    twice = words_vector(page_content("text", headings=["Plan", "The plan"]))
    assert once == twice


def test_words_vector_of_a_page_without_words_is_empty() -> None:
    assert words_vector(page_content("")) == SparseVector((), ())


def test_running_text_joins_what_a_line_end_has_cut() -> None:
    page: PageContent = page_content("medical author-\nization of the Health-\nPlus plan")
    assert running_text(page.text.text) == "medical author-ization of the Health- Plus plan"
    assert weight(words_vector(page), "authorization") > 0


def test_document_vector_reads_names_as_people_write_them() -> None:
    vector = document_vector("PerksPlus_FY2021.pdf", "A Guide")
    wanted = [term_id(term) for term in ("perk", "plu", "plus", "2021", "guid")]
    assert set(vector.indices) & set(wanted) >= {term_id("perk"), term_id("2021"), term_id("guid")}
    assert term_id("pdf") not in vector.indices
    assert set(vector.values) == {1.0}


def test_question_terms_have_no_stop_words() -> None:
    assert question_terms("What is the?") == {}
    assert question_terms("A copay or the copay?") == {"copay": 2.0}


def test_term_id_is_the_same_everywhere() -> None:
    assert term_id("copay") == int.from_bytes(
        __import__("hashlib").blake2b(b"copay", digest_size=4).digest(), "little"
    )
    assert 0 <= term_id("x") < 2**32
