"""A picture as a question: the same patches that a page with this picture has."""

from __future__ import annotations

import numpy as np
import pytest

from recto.engine.encoders.protocol import ImageQuestions
from recto.engine.maxsim import maxsim
from recto.engine.vectors import PICTURE
from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.engine.encoders.colpali.conftest import TALL, OpenEncoder, noise

pytestmark = needs_colpali


@pytest.mark.parametrize("family", FAMILIES)
def test_a_picture_finds_the_page_that_looks_like_it(family: str, encoder: OpenEncoder) -> None:
    one = encoder(family)
    assert isinstance(one, ImageQuestions)
    pages = [noise(TALL, seed) for seed in range(3)]
    image = pages[1].image
    assert image is not None
    question = one.encode_image_question(image, None)
    encoded = [vectors.patches for vectors in one.encode_pages(pages)]
    scores = [maxsim(question.patches, p.vectors) for p in encoded if p is not None]
    np.testing.assert_allclose(scores[1], len(question.patches), rtol=1e-4)
    assert max(scores[0], scores[2]) < scores[1]


def test_only_patches_are_asked_with_and_no_prompt(encoder: OpenEncoder) -> None:
    one = encoder("colqwen2")
    page = noise(TALL, 1)
    assert page.image is not None
    (vectors,) = one.encode_pages([page])
    assert vectors.patches is not None
    question = one.encode_image_question(page.image, None)
    np.testing.assert_allclose(
        question.patches, vectors.patches.vectors[: len(question.patches)], atol=1e-6
    )
    assert len(question.patches) < len(vectors.patches.vectors)
    assert set(question.tokens) == {PICTURE}


def test_words_beside_a_picture_keep_their_vectors(encoder: OpenEncoder) -> None:
    one = encoder("colqwen2")
    image = noise(TALL, 1).image
    assert image is not None
    words = one.encode_question("net sales")
    both = one.encode_image_question(image, "net sales")
    np.testing.assert_array_equal(both.patches[: len(words.patches)], words.patches)
    assert both.tokens[: len(words.tokens)] == words.tokens
