"""Heat maps, held against a naive oracle."""

from __future__ import annotations

import numpy as np
import pytest

from recto.engine.heatmap import HeatMap, heat_map_of, paint
from recto.engine.vectors import FloatArray, Multivector, QuestionVectors

GRID = [(x / 4, y / 3, (x + 1) / 4, (y + 1) / 3) for y in range(3) for x in range(4)]


def page(vectors: FloatArray) -> Multivector:
    return Multivector(vectors, np.array(GRID[: len(vectors)], dtype=np.float32))


def question(vectors: FloatArray, *tokens: str) -> QuestionVectors:
    return QuestionVectors(patches=vectors, rows=vectors, tokens=tokens)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


def test_heat_is_what_stands_above_the_mean(random: np.random.Generator) -> None:
    asked = random.normal(size=(3, 8)).astype(np.float32)
    there = random.normal(size=(12, 8)).astype(np.float32)

    found = heat_map_of(question(asked, "a", "b", "c"), page(there))

    naive = np.zeros((3, 12))
    for t in range(3):
        products = [float(asked[t] @ there[n]) for n in range(12)]
        for n in range(12):
            naive[t, n] = max(products[n] - sum(products) / 12, 0)
    assert np.allclose(found.heat, naive / naive.max(), atol=1e-5)
    assert np.allclose(found.whole, naive.sum(0) / naive.sum(0).max(), atol=1e-5)
    assert np.allclose(found.of(1), naive[1] / naive[1].max(), atol=1e-5)


def test_the_place_that_a_token_means_is_the_hottest() -> None:
    there = np.eye(12, dtype=np.float32)

    found = heat_map_of(question(there[[5, 2]], "ferry", "harbour"), page(there))

    assert found.of(0).argmax() == 5
    assert found.of(1).argmax() == 2
    assert sorted(np.argsort(found.whole)[-2:]) == [2, 5]


def test_tokens_of_a_prompt_and_vectors_of_the_whole_page_are_left_out() -> None:
    there = Multivector(
        np.eye(3, dtype=np.float32),
        np.array([(0, 0, 1, 1), *GRID[:2]], dtype=np.float32),
    )

    found = heat_map_of(question(np.eye(3, dtype=np.float32), "", "ferry", ""), there)

    assert found.tokens == ("ferry",)
    assert found.boxes.tolist() == there.boxes[1:].tolist()
    assert found.of(0).tolist() == [1.0, 0.0]


def test_a_question_that_every_place_answers_alike_warms_none() -> None:
    same = np.ones((12, 4), dtype=np.float32)

    found = heat_map_of(question(same[:2], "a", "b"), page(same))

    assert not found.heat.any()
    assert not found.whole.any()


def test_without_tokens_or_places_there_is_an_empty_map() -> None:
    one = np.ones((1, 4), dtype=np.float32)
    whole = Multivector(one, np.array([(0, 0, 1, 1)], dtype=np.float32))

    assert heat_map_of(question(one, ""), page(one)).heat.shape == (0, 0)
    assert heat_map_of(question(one, "a"), None).heat.shape == (1, 0)
    assert heat_map_of(question(one, "a"), whole).heat.shape == (1, 0)


def test_only_hot_boxes_are_painted() -> None:
    image = np.full((30, 40, 3), 255, dtype=np.uint8)
    heat = np.zeros(12, dtype=np.float32)
    heat[6] = 1  # second row, third column

    painted = paint(image, np.array(GRID, dtype=np.float32), heat)

    changed = (painted != 255).any(axis=2)
    assert changed[10:20, 20:30].all()
    assert changed.sum() == 100
    assert (image == 255).all()


def test_a_hotter_place_is_painted_further_from_paper() -> None:
    image = np.full((30, 40, 3), 255, dtype=np.uint8)
    heat = np.linspace(0, 1, 12, dtype=np.float32)

    painted = paint(image, np.array(GRID, dtype=np.float32), heat)

    blue = [int(painted[round(30 * y0) + 2, round(40 * x0) + 2, 2]) for x0, y0, _, _ in GRID]
    assert blue[0] == 255
    assert blue[-1] < blue[3]


def test_a_map_of_no_tokens_has_no_heat() -> None:
    empty = np.zeros((0, 12), dtype=np.float32)
    boxes = np.array(GRID, dtype=np.float32)

    assert HeatMap(tokens=(), boxes=boxes, heat=empty).whole.tolist() == [0.0] * 12
