"""The promise of an encoder, kept over HTTP; and what becomes of answers that break it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from recto.engine.encoders.protocol import Encoder, ImageQuestions, PageInput
from recto.engine.encoders.registry import make, remake
from recto.engine.encoders.remote.calls import Client
from recto.engine.encoders.remote.encoder import RemoteEncoder, open_encoder
from recto.engine.errors import EncoderError
from recto.engine.page import PageContent, PageText
from recto.engine.vectors import PICTURE, FloatArray, PageVectors
from tests.engine.encoders.remote.vllm import FakeVllm

CELL = 28
ROWS, COLUMNS = 24, 20


def page(*painted: tuple[int, int], number: int = 1) -> PageInput:
    """A white page of 24 x 20 cells, some of them red."""
    image = np.full((ROWS * CELL, COLUMNS * CELL, 3), 255, np.uint8)
    for row, column in painted:
        image[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = (255, 0, 0)
    content = PageContent(number=number, width=300, height=360, text=PageText((), "none"))
    return PageInput(content=content, image=image)


def opened(vllm: FakeVllm) -> RemoteEncoder:
    client = Client(server=vllm.address, sleep=lambda _: None, attempts=1)
    return open_encoder(vllm.url, client=client)


def patches(vectors: PageVectors) -> tuple[FloatArray, FloatArray]:
    assert vectors.patches is not None
    return vectors.patches.vectors, vectors.patches.boxes


def test_a_page_has_a_vector_a_cell_and_those_behind_the_picture(vllm: FakeVllm) -> None:
    encoder: Encoder = opened(vllm)
    (vectors,) = encoder.encode_pages([page()])
    found, _ = patches(vectors)
    assert found.shape == (ROWS * COLUMNS + vllm.after, vllm.dim)
    assert vectors.rows is not None
    assert vectors.rows.vectors.shape == (ROWS, vllm.dim)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert encoder.id.dim == vllm.dim
    assert encoder.needs_image


def test_a_painted_cell_changes_the_vector_of_its_box(vllm: FakeVllm) -> None:
    encoder = opened(vllm)
    plain, painted = encoder.encode_pages([page(), page((5, 7))])
    (before, _), (after, boxes) = patches(plain), patches(painted)
    placed = slice(0, ROWS * COLUMNS)
    moved = np.linalg.norm(after - before, axis=1)[placed]
    assert np.flatnonzero(moved > 1e-3).tolist() == [5 * COLUMNS + 7]
    box = boxes[placed][moved.argmax()]
    np.testing.assert_allclose(box, [7 / COLUMNS, 5 / ROWS, 8 / COLUMNS, 6 / ROWS], atol=1e-6)


@pytest.mark.parametrize("cell", [28, 32])
def test_pages_of_any_shape_fit_the_servers_grid(vllm: FakeVllm, cell: int) -> None:
    vllm.cell = cell
    encoder = opened(vllm)
    rng = np.random.default_rng(0)
    for height, width in ((30, 40), (1754, 1240), (400, 3000), (2000, 3), (777, 555)):
        image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        (vectors,) = encoder.encode_pages([PageInput(content=page().content, image=image)])
        found, boxes = patches(vectors)
        assert vllm.after < len(found) <= 768 + vllm.after
        assert boxes.min() >= 0
        assert boxes.max() <= 1


def test_a_square_model_has_the_grid_of_every_page(vllm: FakeVllm) -> None:
    vllm.cell, vllm.before = None, 0
    found, boxes = patches(opened(vllm).encode_pages([page()])[0])
    assert len(found) == 1024 + vllm.after
    np.testing.assert_allclose(boxes[1023], [31 / 32, 31 / 32, 1, 1])


def test_many_pages_come_back_in_order(vllm: FakeVllm) -> None:
    encoder = opened(vllm)
    pages = [page((n, n), number=n + 1) for n in range(12)]
    together = encoder.encode_pages(pages)
    for one, vectors in zip(pages, together, strict=True):
        np.testing.assert_array_equal(
            patches(vectors)[0], patches(encoder.encode_pages([one])[0])[0]
        )


def test_a_question_stands_between_prefix_and_empty_tokens(vllm: FakeVllm) -> None:
    question = opened(vllm).encode_question("net sales")
    assert vllm.texts[-1] == "Query: net sales" + "<|endoftext|>" * 10
    assert question.tokens == ("",) * 2 + ("net sales",) * 2 + ("",) * 10
    assert question.patches.shape == (14, vllm.dim)


@pytest.mark.parametrize(
    ("cell", "before", "asked"),
    [
        (28, 3, "Query: sales" + "<|endoftext|>" * 10),
        (32, 3, "sales" + "<|endoftext|>" * 10),
        (None, 0, "Question: sales" + "<pad>" * 10 + "\n"),
    ],
    ids=["colqwen2", "colqwen3", "colpali"],
)
def test_what_stands_around_a_question_is_as_in_training(
    vllm: FakeVllm, cell: int | None, before: int, asked: str
) -> None:
    """The server does not tell, but the size of a cell does; and it is told to a person."""
    vllm.cell, vllm.before = cell, before
    encoder = opened(vllm)
    encoder.encode_question("sales")
    assert vllm.texts[-1] == asked
    assert f"questions stand between {encoder.id.settings['prefix']!r}" in encoder.placement


def test_page_is_drawn_sharp_enough_for_all_its_patches(vllm: FakeVllm) -> None:
    vllm.cap, vllm.cell = 4096, 32
    encoder = open_encoder(vllm.url, settings={"visual_tokens": "2048"})
    assert encoder.picture_width(16, 9) == math.ceil(32 * math.sqrt(2048 * 16 / 9))
    assert opened(vllm).picture_width(16, 9) == 1280


def test_prefix_and_suffix_can_be_chosen_and_are_recorded(vllm: FakeVllm) -> None:
    chosen = open_encoder(vllm.url, settings={"prefix": "Ask: ", "suffix": "<|endoftext|>"})
    question = chosen.encode_question("sales")
    assert vllm.texts[-1] == "Ask: sales<|endoftext|>"
    assert question.tokens == ("", "", "sales", "")
    assert chosen.id != opened(vllm).id
    assert remake(chosen.id).id == chosen.id


def test_a_special_token_in_a_question_is_text(vllm: FakeVllm) -> None:
    opened(vllm).encode_question("what is <|image_pad|>?")
    assert vllm.texts[-1].startswith("Query: what is < |image_pad|>?")


def test_a_picture_can_be_asked_with(vllm: FakeVllm) -> None:
    encoder = opened(vllm)
    assert isinstance(encoder, ImageQuestions)
    asked = page((3, 3))
    assert asked.image is not None
    question = encoder.encode_image_question(asked.image, None)
    assert question.tokens == (PICTURE,) * ROWS * COLUMNS
    found, _ = patches(encoder.encode_pages([asked])[0])
    np.testing.assert_array_equal(question.patches, found[: ROWS * COLUMNS])


def test_the_same_server_is_the_same_encoder_wherever_it_is(vllm: FakeVllm) -> None:
    first, again = opened(vllm).id, make(vllm.url).id
    assert first == again
    assert first.name == "vllm:vendor/colqwen-tiny"
    assert first.source == vllm.url
    vllm.after = 6
    assert opened(vllm).id != first


def test_the_key_comes_from_the_environment(
    vllm: FakeVllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    vllm.key = "hunter2"
    with pytest.raises(EncoderError, match="401"):
        open_encoder(vllm.url)
    monkeypatch.setenv("RECTO_ENCODER_KEY", "hunter2")
    assert "hunter2" not in repr(open_encoder(vllm.url).id)


def test_a_model_that_is_not_served_is_refused(vllm: FakeVllm) -> None:
    with pytest.raises(EncoderError, match=r"no model 'other'; it serves: vendor/colqwen-tiny"):
        open_encoder(f"vllm+{vllm.address}/other")


def test_a_server_that_reduces_pages_is_refused(vllm: FakeVllm) -> None:
    with pytest.raises(EncoderError, match="visual_tokens"):
        open_encoder(vllm.url, settings={"visual_tokens": "2000"})


@pytest.mark.parametrize(
    "settings", [{"visual_tokens": "9"}, {"visual_tokens": "x"}, {"dtype": "float32"}]
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(EncoderError, match="visual_tokens"):
        open_encoder("vllm+http://127.0.0.1:1/m", settings=settings)


def test_words_of_a_page_cannot_be_read_from_afar() -> None:
    with pytest.raises(EncoderError, match="no place on the page"):
        open_encoder("vllm+http://127.0.0.1:1/m", settings={"page_text": "yes"})


def with_nan(vectors: FloatArray) -> FloatArray:
    vectors[1, 2] = np.nan
    return vectors


def with_zeros(vectors: FloatArray) -> FloatArray:
    vectors[1] = 0
    return vectors


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_nan, "1 of .* vectors that are no numbers"),
        (with_zeros, "vector of zeros"),
        (lambda vectors: vectors[:-1], "expected 488"),
        (lambda vectors: vectors[:, :-1], "dimensions|expected 488"),
        (lambda vectors: vectors[:0], "shape"),
    ],
)
def test_wrong_vectors_are_refused(
    vllm: FakeVllm, change: Callable[[FloatArray], FloatArray], message: str
) -> None:
    encoder = opened(vllm)
    vllm.change = change
    with pytest.raises(EncoderError, match=message):
        encoder.encode_pages([page()])


def test_page_without_its_picture_is_refused(vllm: FakeVllm) -> None:
    with pytest.raises(EncoderError, match="Page 7 came without its picture"):
        opened(vllm).encode_pages([PageInput(content=page(number=7).content, image=None)])
