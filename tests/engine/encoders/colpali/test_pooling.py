"""Pooled vectors against means taken one by one, on grids that are not square."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.engine.encoders.colpali import pooling
from recto.engine.encoders.colpali.layout import NOWHERE, Layout, Tile, grid_layout, tile_layout
from recto.engine.vectors import FloatArray, Multivector
from tests.checkpoints.fixtures import needs_colpali


def random_units(count: int, dim: int, seed: int) -> FloatArray:
    vectors = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return pooling.unit(vectors)


def grid(rows: int, columns: int) -> Layout:
    image = np.ones(rows * columns, bool)
    return grid_layout(image, image, rows=rows, columns=columns, causal=True)


def tutorial_rows(vectors: FloatArray, x_patches: int, y_patches: int) -> FloatArray:
    """The reshape of a published tutorial: (x, y), of vectors that go row by row."""
    means: FloatArray = vectors.reshape(x_patches, y_patches, -1).mean(axis=1)
    return pooling.unit(means)


def test_rows_of_a_grid_of_32_by_24_are_not_mixed() -> None:
    """Each row of the page has a direction of its own, which its mean must have too."""
    rows, columns = 32, 24
    layout = grid(rows, columns)
    directions = np.eye(rows, dtype=np.float32)
    vectors = directions[np.repeat(np.arange(rows), columns)]
    pooled = pooling.first_stage(Multivector(vectors, layout.boxes), layout)
    np.testing.assert_allclose(pooled.vectors, directions)
    np.testing.assert_allclose(pooled.boxes[:, 1], np.arange(rows) / rows, atol=1e-6)
    np.testing.assert_allclose(pooled.boxes[:, [0, 2]], [[0, 1]] * rows)
    mixed = tutorial_rows(vectors, columns, rows)
    assert mixed.shape != pooled.vectors.shape
    assert not any(np.allclose(row, direction) for row in mixed for direction in directions)


@given(rows=st.integers(1, 6), columns=st.integers(1, 6), seed=st.integers(0, 9))
def test_rows_and_columns_are_means_of_length_one(rows: int, columns: int, seed: int) -> None:
    layout = grid(rows, columns)
    vectors = random_units(rows * columns, 5, seed)
    patches = Multivector(vectors, layout.boxes)
    by_row = pooling.first_stage(patches, layout)
    by_column = pooling.means(patches, layout.columns)
    table = vectors.reshape(rows, columns, 5)
    for row in range(rows):
        mean = sum(table[row, column] for column in range(columns))
        np.testing.assert_allclose(by_row.vectors[row], mean / np.linalg.norm(mean), atol=1e-4)
    for column in range(columns):
        mean = sum(table[row, column] for row in range(rows))
        np.testing.assert_allclose(
            by_column.vectors[column], mean / np.linalg.norm(mean), atol=1e-4
        )
        box = by_column.boxes[column]
        around = np.array([column / columns, 0, (column + 1) / columns, 1])
        np.testing.assert_allclose(box, around, atol=1e-6)


def test_page_in_tiles_is_pooled_by_tile() -> None:
    tokens = "TiiiiTiiiinTiiiit"
    image = np.array([character == "i" for character in tokens])
    layout = tile_layout(
        np.ones(len(tokens), bool), image, tiles={0: Tile(0, 0), 5: Tile(1, 0)}, causal=True
    )
    vectors = random_units(len(layout.positions), 4, 1)
    pooled = pooling.first_stage(Multivector(vectors, layout.boxes), layout)
    for number in range(3):
        mean = vectors[layout.tiles == number].sum(axis=0)
        np.testing.assert_allclose(pooled.vectors[number], mean / np.linalg.norm(mean), atol=1e-6)
    assert pooled.boxes.tolist() == [[0, 0, 1, 0.5], [0, 0.5, 1, 1], [0, 0, 1, 1]]


def test_mean_of_vectors_that_cancel_out_is_one_of_them() -> None:
    vectors = np.array([[1, 0], [-1, 0]], np.float32)
    layout = grid(1, 2)
    pooled = pooling.first_stage(Multivector(vectors, layout.boxes), layout)
    np.testing.assert_allclose(pooled.vectors, [[1, 0]])


@needs_colpali
def test_clusters_find_the_groups_that_there_are() -> None:
    directions = random_units(5, 32, 1)
    index = np.tile(np.arange(5), 6)
    noise = np.random.default_rng(2).normal(0, 0.01, (30, 32))
    vectors = pooling.unit((directions[index] + noise).astype(np.float32))
    layout = grid(6, 5)
    pooled = pooling.clusters(Multivector(vectors, layout.boxes), np.ones(30, bool), 6)
    assert pooled.vectors.shape == (5, 32)
    similar = pooled.vectors @ directions.T
    assert sorted(similar.argmax(axis=1).tolist()) == list(range(5))
    assert similar.max(axis=1).min() > 0.999


@needs_colpali
@settings(max_examples=25, deadline=None)
@given(count=st.integers(2, 40), factor=st.integers(1, 8), seed=st.integers(0, 5))
def test_clusters_shrink_by_their_factor_and_keep_real_boxes(
    count: int, factor: int, seed: int
) -> None:
    layout = grid(1, count)
    patches = Multivector(random_units(count, 8, seed), layout.boxes)
    pooled = pooling.clusters(patches, np.ones(count, bool), factor)
    assert 1 <= len(pooled.vectors) <= max(count // factor, 1)
    np.testing.assert_allclose(np.linalg.norm(pooled.vectors, axis=1), 1, atol=1e-5)
    given_boxes = {tuple(box) for box in patches.boxes.tolist()}
    assert {tuple(box) for box in pooled.boxes.tolist()} <= given_boxes


@needs_colpali
def test_box_of_a_cluster_is_that_of_the_nearest_member() -> None:
    vectors = pooling.unit(np.array([[1, 0.3], [1, 0], [1, -0.2], [0, 1]], np.float32))
    layout = grid(1, 4)
    pooled = pooling.clusters(Multivector(vectors, layout.boxes), np.ones(4, bool), 2)
    merged = int((pooled.vectors @ [1, 0]).argmax())
    np.testing.assert_allclose(pooled.boxes[merged], layout.boxes[1])


@needs_colpali
def test_clusters_leave_texts_alone() -> None:
    layout = grid(1, 6)
    patches = Multivector(random_units(6, 4, 3), layout.boxes)
    mergeable = np.array([True, True, True, True, False, False])
    pooled = pooling.clusters(patches, mergeable, 4)
    assert len(pooled.vectors) == 3
    np.testing.assert_array_equal(pooled.vectors[1:], patches.vectors[4:])


@needs_colpali
@pytest.mark.parametrize("count", [1, 2])
def test_hardly_any_vectors(count: int) -> None:
    layout = grid(1, count)
    patches = Multivector(random_units(count, 4, 1), layout.boxes)
    assert len(pooling.clusters(patches, np.ones(count, bool), 3).vectors) == 1


def test_vectors_without_a_place_are_in_no_row() -> None:
    vectors = random_units(3, 4, 1)
    boxes = np.array([[0, 0, 1, 1]] * 3, np.float32)
    pooled = pooling.means(Multivector(vectors, boxes), np.array([NOWHERE, 0, NOWHERE]))
    np.testing.assert_allclose(pooled.vectors, vectors[1:2], atol=1e-6)
