from __future__ import annotations

import numpy as np

from recto.engine.encoders.picture_question import picture_question
from recto.engine.maxsim import maxsim
from recto.engine.vectors import PICTURE, FloatArray
from tests.fakes import FakeEncoder

PATCHES = np.eye(8, dtype=np.float32).repeat(9, axis=0)
ROWS = np.eye(8, dtype=np.float32)
WORDS = FakeEncoder(dim=8).encode_question("three plain words")


def lengths(vectors: FloatArray) -> float:
    return float(np.linalg.norm(vectors, axis=1).sum())


def test_a_picture_alone_has_its_own_vectors() -> None:
    question = picture_question(PATCHES, ROWS, None)
    assert question.patches is PATCHES
    assert question.rows is ROWS
    assert question.tokens == (PICTURE,) * 72


def test_a_picture_counts_as_much_as_the_words_beside_it() -> None:
    question = picture_question(PATCHES, ROWS, WORDS)
    np.testing.assert_array_equal(question.patches[:3], WORDS.patches)
    np.testing.assert_allclose(lengths(question.patches[3:]), lengths(WORDS.patches), rtol=1e-6)
    np.testing.assert_allclose(lengths(question.rows[1:]), lengths(WORDS.rows), rtol=1e-6)
    assert question.tokens == ("three", "plain", "words", *[PICTURE] * 72)


def test_a_page_that_fits_the_words_and_one_that_fits_the_picture_compare() -> None:
    """Each is answered in full, and the other half of the question at chance."""
    question = picture_question(PATCHES, ROWS, WORDS)
    as_words = maxsim(question.patches, WORDS.patches)
    as_picture = maxsim(question.patches, ROWS)
    assert 0.5 < as_words / as_picture < 2
