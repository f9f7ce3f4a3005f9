"""What `words` promises of its vectors, with its real weights."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.engine.encoders.protocol import PageInput
from recto.engine.encoders.words.encoder import WordsEncoder
from recto.engine.store.protocol import MAX_FLOATS
from recto.engine.vectors import Multivector, PageVectors
from tests.engine.encoders.making import page_of

SHORT = page_of(["The boiler must be serviced", "once a year by an engineer."])
LONG = page_of(
    [f"Line {n} names pump {n * 7} and valve {n * 13} of station {n}." for n in range(60)]
)
EMPTY = page_of([])


@functools.cache
def encoder() -> WordsEncoder:
    return WordsEncoder()


def encode(page: PageInput) -> PageVectors:
    return encoder().encode_pages([page])[0]


def both(page: PageVectors) -> tuple[Multivector, Multivector]:
    assert page.patches is not None
    assert page.rows is not None
    return page.patches, page.rows


def best(question: str, pages: list[PageInput]) -> int:
    """The page that MaxSim puts first."""
    asked = encoder().encode_question(question).patches
    found = [both(page)[0].vectors for page in encoder().encode_pages(pages)]
    return int(np.argmax([(asked @ vectors.T).max(axis=1).sum() for vectors in found]))


def test_page_has_a_patch_a_word_with_its_box() -> None:
    patches, _ = both(encode(SHORT))
    expected = [word.box for word in SHORT.content.text.words]
    np.testing.assert_allclose(patches.boxes, np.array(expected), rtol=1e-6)


def test_rows_tile_the_words_in_order() -> None:
    _, rows = both(encode(LONG))
    words = np.array([word.box for word in LONG.content.text.words])
    assert rows.boxes[0, 1] == pytest.approx(words[0, 1])
    assert rows.boxes[:, 3].max() == pytest.approx(words[:, 3].max())
    assert np.all(np.diff(rows.boxes[:, 1]) >= 0)
    assert 1 < len(rows.vectors) < len(words) / 5


@pytest.mark.parametrize("page", [SHORT, LONG])
def test_vectors_of_pages_have_length_one(page: PageInput) -> None:
    for multivector in both(encode(page)):
        lengths = np.linalg.norm(multivector.vectors, axis=1)
        np.testing.assert_allclose(lengths, 1, atol=1e-5)
        assert multivector.vectors.shape[1] == encoder().id.dim
        assert multivector.vectors.dtype == np.float32


def test_page_without_words_has_no_vectors() -> None:
    page = encode(EMPTY)
    assert page.patches is None
    assert page.rows is None


def test_no_pages_give_nothing() -> None:
    assert encoder().encode_pages([]) == []


def test_vectors_do_not_depend_on_the_batch_or_the_threads() -> None:
    alone = [both(encode(page)) for page in (SHORT, LONG)]
    many = WordsEncoder(threads=3).encode_pages([LONG, EMPTY, SHORT, LONG])
    for one, other in zip(alone, [both(many[2]), both(many[3])], strict=True):
        np.testing.assert_array_equal(one[0].vectors, other[0].vectors)
        np.testing.assert_array_equal(one[1].vectors, other[1].vectors)


def test_question_finds_the_page_that_says_it_in_other_words() -> None:
    pages = [
        page_of(["The invoice is payable within thirty days of receipt."]),
        page_of(["Wear gloves and goggles when you handle the acid."]),
        page_of(["Grapevines were watered every night in July."]),
    ]
    assert best("How soon do I have to pay the bill?", pages) == 0
    assert best("Which protective equipment is needed for corrosive liquids?", pages) == 1
    assert best("when did they irrigate", pages) == 2


def test_rare_words_of_a_question_count_more() -> None:
    question = encoder().encode_question("the microtensiometer")
    common, rare = np.linalg.norm(question.patches, axis=1)
    assert question.tokens == ("the", "microtensiometer")
    assert rare > 1.5 * common


def test_question_has_one_passage_vector_of_length_one() -> None:
    rows = encoder().encode_question("Who signed the lease?").rows
    assert rows.shape == (1, encoder().id.dim)
    assert np.linalg.norm(rows) == pytest.approx(1, abs=1e-5)


def test_question_beyond_the_window_is_not_read() -> None:
    start = "pump " * 126
    long, longer = (encoder().encode_question(start + rest) for rest in ("valve", "boiler " * 5000))
    np.testing.assert_array_equal(long.patches, longer.patches)
    assert len(long.tokens) == len(long.patches) == 126


def test_question_of_unreadable_characters_matches_nothing() -> None:
    question = encoder().encode_question("\x07")
    assert not question.patches.any()
    assert not question.rows.any()
    assert question.tokens == ("\x07",)


def test_page_of_unreadable_characters_has_no_vectors() -> None:
    page = encode(page_of(["\x07 \u200b"]))
    assert page.patches is None
    assert page.rows is None


def test_page_with_more_words_than_a_store_takes_vectors_is_pooled() -> None:
    words = [chr(ord("a") + n * n % 26) for n in range(20_000)]
    page = page_of([" ".join(words[n : n + 400]) for n in range(0, len(words), 400)])
    patches, rows = both(encode(page))
    assert MAX_FLOATS / 2 < patches.vectors.size <= MAX_FLOATS
    assert rows.vectors.size < patches.vectors.size
    assert np.isfinite(patches.vectors).all()
    assert patches.boxes[-1, 3] == pytest.approx(1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=8))
def test_any_text_gives_finite_vectors_or_none(lines: list[str]) -> None:
    page = encode(page_of(lines))
    assert (page.patches is None) == (page.rows is None)
    for multivector in (page.patches, page.rows):
        if multivector is not None:
            assert np.isfinite(multivector.vectors).all()
            assert ((multivector.boxes >= 0) & (multivector.boxes <= 1.001)).all()


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=400))
def test_any_question_gives_a_vector_for_each_of_its_words(text: str) -> None:
    question = encoder().encode_question(text)
    assert len(question.patches) == len(question.tokens) >= 1
    assert np.isfinite(question.patches).all()
    assert np.isfinite(question.rows).all()


def test_revision_is_the_same_for_every_instance() -> None:
    assert WordsEncoder().id == encoder().id
    assert len(encoder().id.revision) == 12
