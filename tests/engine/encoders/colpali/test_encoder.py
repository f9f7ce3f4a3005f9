"""The promise of an encoder: the right vectors, the same in any company, each with its box."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from recto.engine.encoders.sharpness import Sharpness
from recto.engine.errors import EncoderError
from recto.engine.vectors import FloatArray, PageVectors
from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import (
    FLOAT32,
    TALL,
    WIDE,
    OpenEncoder,
    Pixels,
    noise,
    page,
)

pytestmark = needs_colpali

every_family = pytest.mark.parametrize("family", FAMILIES)


def patches(vectors: PageVectors) -> FloatArray:
    assert vectors.patches is not None
    return vectors.patches.vectors


def moved(before: PageVectors, after: PageVectors) -> FloatArray:
    """How far each vector has gone."""
    distances: FloatArray = np.linalg.norm(patches(after) - patches(before), axis=1)
    return distances


@every_family
def test_vectors_of_a_page_are_the_same_in_any_batch(family: str, encoder: OpenEncoder) -> None:
    pages = [noise(TALL, 1), noise(WIDE, 2), noise(TALL, 3), noise(TALL, 4)]
    together = encoder(family).encode_pages(pages)
    for one, in_batch in zip(pages, together, strict=True):
        (alone,) = encoder(family).encode_pages([one])
        np.testing.assert_allclose(patches(in_batch), patches(alone), atol=1e-5)
    assert np.abs(patches(together[0]) - patches(together[2])).max() > 1e-3


@every_family
def test_pages_of_almost_one_size_go_into_the_model_together(
    family: str, encoder: OpenEncoder
) -> None:
    """A processor brings all of these to one grid."""
    one = encoder(family)
    images = [noise(TALL, seed).image for seed in range(3)]
    pages = [
        page(image[:height, :width])
        for image, height, width in zip(images, (320, 319, 318), (230, 230, 231), strict=True)
        if image is not None
    ]
    prepared = one.prepare(pages)
    assert [list(group.numbers) for group in prepared.pictures] == [[0, 1, 2]]
    together = one.finish(one.run(prepared))
    for given, in_batch in zip(pages, together, strict=True):
        (alone,) = one.encode_pages([given])
        np.testing.assert_allclose(patches(in_batch), patches(alone), atol=1e-5)
        assert in_batch.patches is not None
        assert alone.patches is not None
        np.testing.assert_array_equal(in_batch.patches.boxes, alone.patches.boxes)


def test_pages_with_as_many_patches_in_other_grids_go_together_with_their_own_boxes(
    encoder: OpenEncoder,
) -> None:
    one = encoder("colqwen2")
    pages = [noise((280, 140), 1), noise((140, 280), 2), noise((140, 140), 3)]
    prepared = one.prepare(pages)
    assert [list(group.numbers) for group in prepared.pictures] == [[0, 1], [2]]
    for given, in_batch in zip(pages, one.finish(one.run(prepared)), strict=True):
        (alone,) = one.encode_pages([given])
        np.testing.assert_allclose(patches(in_batch), patches(alone), atol=1e-5)
        assert in_batch.patches is not None
        assert alone.patches is not None
        np.testing.assert_array_equal(in_batch.patches.boxes, alone.patches.boxes)


@every_family
def test_vectors_have_length_one(family: str, encoder: OpenEncoder) -> None:
    (vectors,) = encoder(family).encode_pages([noise(WIDE, 1)])
    question = encoder(family).encode_question("costs")
    for array in (patches(vectors), question.patches):
        assert array.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(array, axis=1), 1, atol=1e-6)


@every_family
def test_rows_and_patches_have_the_dimension_of_the_id(family: str, encoder: OpenEncoder) -> None:
    (vectors,) = encoder(family).encode_pages([noise(WIDE, 1)])
    assert vectors.rows is not None
    dim = encoder(family).id.dim
    assert patches(vectors).shape[1] == vectors.rows.vectors.shape[1] == dim
    assert encoder(family).encode_question("x").rows.shape[1] == dim


@every_family
def test_nothing_is_stored_that_is_the_same_on_every_page(
    family: str, encoder: OpenEncoder
) -> None:
    first, second = encoder(family).encode_pages([noise(TALL, 1), noise(TALL, 2)])
    assert moved(first, second).min() > 1e-6


@every_family
def test_painting_a_cell_moves_the_vector_with_its_box(family: str, encoder: OpenEncoder) -> None:
    blank = page(np.full((*TALL, 3), 128, np.uint8))
    (before,) = encoder(family).encode_pages([blank])
    assert before.patches is not None
    boxes = before.patches.boxes
    placed = np.flatnonzero((boxes[:, 2] - boxes[:, 0]) < 1)
    for chosen in (placed[0], placed[len(placed) // 3], placed[-1]):
        (after,) = encoder(family).encode_pages([page(_painted(boxes[chosen]))])
        distances = moved(before, after)[placed]
        assert placed[int(distances.argmax())] == chosen


def _painted(box: FloatArray) -> Pixels:
    height, width = TALL
    left, top, right, bottom = (box * [width, height, width, height]).round().astype(int)
    image = np.full((*TALL, 3), 128, np.uint8)
    image[top:bottom, left:right] = (255, 0, 0)
    return image


@every_family
def test_boxes_of_the_patches_tile_the_page(family: str, encoder: OpenEncoder) -> None:
    (vectors,) = encoder(family).encode_pages([noise(WIDE, 1)])
    assert vectors.patches is not None
    boxes = vectors.patches.boxes
    sizes = boxes[:, 2:] - boxes[:, :2]
    cells = sizes.prod(axis=1)[sizes[:, 0] < 1]
    assert cells.sum() == pytest.approx(1, abs=1e-4)


@every_family
@pytest.mark.parametrize("size", [(2000, 5), (5, 2000), (1, 1)])
def test_oblong_and_tiny_pages_are_read(
    family: str, size: tuple[int, int], encoder: OpenEncoder
) -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    (vectors,) = encoder(family).encode_pages([page(image)])
    assert vectors.patches is not None
    boxes = vectors.patches.boxes
    assert (boxes >= 0).all()
    assert (boxes <= 1).all()
    assert (boxes[:, :2] < boxes[:, 2:]).all()


@every_family
def test_question_does_not_depend_on_what_was_asked_before(
    family: str, encoder: OpenEncoder
) -> None:
    question = encoder(family).encode_question("revenue")
    encoder(family).encode_question("the quarterly revenue of the system and its operating costs")
    again = encoder(family).encode_question("revenue")
    assert again is not question
    np.testing.assert_allclose(again.patches, question.patches, atol=1e-6)


@every_family
def test_tokens_show_the_words_of_the_question_only(family: str, encoder: OpenEncoder) -> None:
    question = encoder(family).encode_question("Query: quarterly revenue")
    assert len(question.tokens) == len(question.patches)
    assert "".join(question.tokens) == "Query:quarterlyrevenue"


@every_family
def test_special_tokens_in_a_question_are_text(family: str, encoder: OpenEncoder) -> None:
    specials = "<image> <|image_pad|> <image_soft_token> <|IMAGE|> <pad>"
    question = encoder(family).encode_question(specials)
    assert "".join(question.tokens).replace(" ", "") == specials.replace(" ", "")


def test_questions_without_latin_letters(encoder: OpenEncoder) -> None:
    question = encoder("colqwen2").encode_question("売上高は？ e\N{COMBINING ACUTE ACCENT}")
    assert any(question.tokens)
    assert np.isfinite(question.patches).all()


def test_colpali_reads_a_question_in_both_directions(encoder: OpenEncoder) -> None:
    """Without token types, transformers reads it from left to right unless nothing is padded."""
    first, second = (encoder("colpali").encode_question(q) for q in ("total cost", "total sales"))
    assert first.tokens[7] == second.tokens[7] != ""
    assert np.abs(first.patches[7] - second.patches[7]).max() > 1e-4


def test_causal_models_read_a_question_from_left_to_right(encoder: OpenEncoder) -> None:
    first, second = (encoder("colqwen2").encode_question(q) for q in ("total cost", "total sales"))
    np.testing.assert_allclose(first.patches[4], second.patches[4], atol=1e-6)
    assert np.abs(first.patches[-1] - second.patches[-1]).max() > 1e-4


def test_port_of_colqwen2_sees_where_its_patches_lie(
    encoder: OpenEncoder, checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder
    from tests.checkpoints.making import port_weights

    port = port_weights(checkpoint("colqwen2"), checkpoint("hf_colqwen2"), tmp_path / "port")
    pages = [noise(TALL, 1), noise(WIDE, 2)]
    ported = open_encoder(str(port), settings=FLOAT32).encode_pages(pages)
    wanted = encoder("colqwen2").encode_pages(pages)
    for ours, theirs in zip(ported, wanted, strict=True):
        np.testing.assert_allclose(patches(ours), patches(theirs), atol=1e-6)


def test_visual_tokens_limit_the_patches_of_a_page(checkpoint: MakeCheckpoint) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder

    def count(family: str, limit: int) -> int:
        settings = FLOAT32 | {"visual_tokens": str(limit)}
        opened = open_encoder(str(checkpoint(family)), settings=settings)
        (vectors,) = opened.encode_pages([noise(TALL, 1)])
        assert vectors.rows is not None
        assert int(opened.id.settings["visual_tokens"]) <= limit
        return len(patches(vectors))

    assert count("colqwen2", 64) > count("colqwen2", 30) > count("colqwen2", 16)
    assert count("colidefics3", 300) > count("colidefics3", 170) > count("colidefics3", 40)


@pytest.mark.parametrize(("family", "cell"), [("colqwen2", 28), ("colqwen3", 32)])
def test_page_is_drawn_sharp_enough_for_all_its_patches(
    family: str, cell: int, checkpoint: MakeCheckpoint
) -> None:
    """Of a slide 1,280 pixels wide a model of cells of 32 pixels would see 880."""
    from recto.engine.encoders.colpali.encoder import open_encoder

    limit = 1280
    settings = FLOAT32 | {"visual_tokens": str(limit)}
    one = open_encoder(str(checkpoint(family)), settings=settings)
    for width, height in ((16, 9), (595, 842), (1, 1)):
        across = one.picture_width(width, height)
        image = np.full((round(across * height / width), across, 3), 255, np.uint8)
        (group,) = one.prepare([page(image)]).pictures
        (grid,) = group.batch["image_grid_thw"].tolist()
        assert 0.95 * limit < grid[1] * grid[2] / 4 <= limit
    assert one.picture_width(595, 842) == 1280
    assert one.picture_width(16, 9) == pytest.approx((limit * 16 / 9) ** 0.5 * cell, abs=1)


def test_sharpness_is_that_to_which_the_processor_brings_a_page(
    checkpoint: MakeCheckpoint,
) -> None:
    from recto.engine.encoders.colpali.budget import wanted_sharpness
    from recto.engine.encoders.colpali.families import FAMILIES
    from tests.checkpoints.making import classes

    def sharpness(family: str, model_type: str, patches: int | None) -> Sharpness:
        processor = classes(family)[1].from_pretrained(checkpoint(family))
        return wanted_sharpness(processor, FAMILIES[model_type], patches)

    assert sharpness("colqwen2", "qwen2_vl", 64) == Sharpness(area=64 * 28**2)
    assert sharpness("colidefics3", "idefics3", 272) == Sharpness(longer=256)
    assert sharpness("colgemma3", "gemma3", None) == Sharpness(shorter=112)


def test_families_of_one_size_refuse_a_limit(checkpoint: MakeCheckpoint) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder

    with pytest.raises(EncoderError, match="ColPali has the same number of patches"):
        open_encoder(str(checkpoint("colpali")), settings={"visual_tokens": "64"})


def test_prefix_is_put_before_a_question(checkpoint: MakeCheckpoint, encoder: OpenEncoder) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder

    for family in ("colqwen2", "hf_colqwen2"):
        other = open_encoder(str(checkpoint(family)), settings=FLOAT32 | {"prefix": ""})
        usual = encoder(family).encode_question("costs")
        assert len(other.encode_question("costs").patches) < len(usual.patches)
        assert other.id.revision != encoder(family).id.revision
    with pytest.raises(EncoderError, match="always puts 'Query: '"):
        open_encoder(str(checkpoint("colgemma3")), settings={"prefix": ""})


def test_vectors_that_are_no_numbers_are_refused(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder
    from tests.checkpoints.making import change_weights

    folder = copytree(checkpoint("colqwen2"), tmp_path / "broken")
    change_weights(folder, {"custom_text_proj.bias": lambda bias: bias * float("nan")})
    with pytest.raises(EncoderError, match=r"broken gave (\d+) of \1 vectors.*NaN.*float32"):
        open_encoder(str(folder), settings=FLOAT32)


def test_vectors_that_become_no_numbers_later_are_refused(checkpoint: MakeCheckpoint) -> None:
    """As in half precision, in which some pages are too much and others not."""
    import torch

    from recto.engine.encoders.colpali.batch import Batch
    from recto.engine.encoders.colpali.encoder import open_encoder
    from recto.engine.encoders.colpali.network import Network

    def overflowing(batch: Batch) -> torch.Tensor:
        made = torch.ones((*batch["input_ids"].shape, 128))
        made[:, -1, 0] = float("inf")
        return made

    one = open_encoder(str(checkpoint("colqwen2")), settings=FLOAT32)
    one._network = Network(overflowing, tokens=99_999)
    given = noise(TALL, 1)
    assert given.image is not None
    for encode in (
        lambda: one.encode_pages([noise(WIDE, 2), given]),
        lambda: one.encode_question("costs"),
        lambda: one.encode_image_question(given.image, None),
    ):
        with pytest.raises(EncoderError, match=r"gave 1 of \d+ vectors that are no numbers"):
            encode()


def test_page_without_its_picture_is_refused(encoder: OpenEncoder) -> None:
    with pytest.raises(EncoderError, match="Page 7 came without its picture"):
        encoder("colpali").encode_pages([page(None, number=7)])


def test_threads_get_the_vectors_that_one_alone_gets(encoder: OpenEncoder) -> None:
    questions = [f"{word} of the year" for word in ("revenue", "costs", "table", "figure") * 4]
    pages = [noise(TALL, seed) for seed in range(8)]
    one = encoder("colqwen2_5")
    tasks: list[Callable[[], FloatArray]] = [
        *(lambda q=q: one.encode_question(q).patches for q in questions),
        *(lambda p=p: patches(one.encode_pages([p])[0]) for p in pages),
    ]
    wanted = [task() for task in tasks]
    with ThreadPoolExecutor(4) as pool:
        for got, expected in zip(pool.map(lambda task: task(), tasks), wanted, strict=True):
            np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.filterwarnings("ignore:.*has layers of linear attention")
@every_family
def test_model_spread_by_accelerate_gives_the_same_vectors(
    family: str, encoder: OpenEncoder, checkpoint: MakeCheckpoint
) -> None:
    """As on a machine whose GPU is full."""
    from recto.engine.encoders.colpali.encoder import open_encoder
    from recto.engine.encoders.colpali.placement import Card, Machine

    machine = Machine(cards=(Card(name="full", capability=(8, 0), free=1),))
    spread = open_encoder(str(checkpoint(family)), settings=FLOAT32, machine=machine)
    kind = spread.id.settings["model"]
    assert spread.placement.startswith(f"{kind} spread by accelerate in float32")
    (ours,), (wanted,) = (e.encode_pages([noise(TALL, 1)]) for e in (spread, encoder(family)))
    np.testing.assert_allclose(patches(ours), patches(wanted), atol=1e-6)


@every_family
def test_int8_is_close_and_the_same_in_any_batch(
    family: str, encoder: OpenEncoder, checkpoint: MakeCheckpoint
) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder

    rounded = open_encoder(str(checkpoint(family)), settings={"dtype": "int8"})
    pages = [noise(TALL, 1), noise(TALL, 2)]
    together = rounded.encode_pages(pages)
    for one, in_batch, exact in zip(
        pages, together, encoder(family).encode_pages(pages), strict=True
    ):
        np.testing.assert_allclose(
            patches(rounded.encode_pages([one])[0]), patches(in_batch), atol=1e-6
        )
        assert (patches(in_batch) * patches(exact)).sum(axis=1).min() > 0.98
        assert np.abs(patches(in_batch) - patches(exact)).max() > 1e-4


def test_pool_factor_shrinks_what_is_stored(checkpoint: MakeCheckpoint) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder

    folder = str(checkpoint("colqwen2"))
    whole = open_encoder(folder, settings=FLOAT32)
    pooled = open_encoder(folder, settings=FLOAT32 | {"pool_factor": "3"})
    (all_of_them,), (fewer,) = (e.encode_pages([noise(TALL, 1)]) for e in (whole, pooled))
    texts = 7
    assert len(patches(fewer)) - texts <= (len(patches(all_of_them)) - texts) // 3
    np.testing.assert_array_equal(patches(fewer)[-texts:], patches(all_of_them)[-texts:])
    assert whole.id.revision != pooled.id.revision
    assert (pooled.id.settings["pool_factor"], pooled.id.settings["pooler"]) == ("3", "ward")
    assert "pooler" not in whole.id.settings
