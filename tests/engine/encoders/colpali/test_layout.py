"""Which box each token has: by hand on small sequences, for any grid by its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.encoders.colpali.layout import (
    NOWHERE,
    BoolArray,
    Tile,
    grid_layout,
    tile_layout,
    without_margin,
)
from recto.engine.errors import EncoderError

sides = st.integers(1, 12)


def marks(text: str) -> BoolArray:
    """True where there is an i."""
    return np.array([character == "i" for character in text])


def attended(text: str) -> BoolArray:
    return np.array([character != "." for character in text])


def test_grid_goes_row_by_row() -> None:
    tokens = "..ttiiiiiit"
    layout = grid_layout(attended(tokens), marks(tokens), rows=2, columns=3, causal=True)
    assert layout.positions.tolist() == [4, 5, 6, 7, 8, 9, 10]
    assert layout.rows.tolist() == [0, 0, 0, 1, 1, 1, NOWHERE]
    assert layout.columns.tolist() == [0, 1, 2, 0, 1, 2, NOWHERE]
    np.testing.assert_allclose(layout.boxes[1], [1 / 3, 0, 2 / 3, 1 / 2])
    np.testing.assert_allclose(layout.boxes[-1], [0, 0, 1, 1])
    assert not layout.tiled


def test_text_before_the_picture_is_stored_where_it_can_see_it() -> None:
    tokens = "tiiii.."
    layout = grid_layout(attended(tokens), marks(tokens), rows=2, columns=2, causal=False)
    assert layout.positions.tolist() == [0, 1, 2, 3, 4]


@given(rows=sides, columns=sides)
def test_cells_of_a_grid_tile_the_page(rows: int, columns: int) -> None:
    image = np.ones(rows * columns, bool)
    layout = grid_layout(image, image, rows=rows, columns=columns, causal=True)
    centres = (layout.boxes[:, :2] + layout.boxes[:, 2:]) / 2 * [columns, rows]
    places = np.floor(centres).astype(int)
    assert places.tolist() == [[c, r] for r in range(rows) for c in range(columns)]
    assert np.prod(layout.boxes[:, 2:] - layout.boxes[:, :2], axis=1).sum() == pytest.approx(1)


def test_tiles_lie_side_by_side_and_the_thumbnail_over_all() -> None:
    tokens = "tTiiiiTiiiinTiiiit"
    announced = {1: Tile(0, 0), 6: Tile(0, 1)}
    layout = tile_layout(attended(tokens), marks(tokens), tiles=announced, causal=True)
    assert layout.tiles.tolist() == [0, 0, 0, 0, -1, 1, 1, 1, 1, -1, -1, 2, 2, 2, 2, -1]
    assert layout.rows[:4].tolist() == layout.rows[5:9].tolist() == [0, 0, 1, 1]
    assert layout.columns[:4].tolist() == [0, 1, 0, 1]
    assert layout.columns[5:9].tolist() == [2, 3, 2, 3]
    np.testing.assert_allclose(layout.boxes[7], [0.5, 0.5, 0.75, 1])
    np.testing.assert_allclose(layout.boxes[11:], [[0, 0, 1, 1]] * 5)
    assert layout.tiled


def test_page_that_was_not_cut_has_places() -> None:
    tokens = "tiiiit"
    layout = tile_layout(attended(tokens), marks(tokens), tiles={}, causal=True)
    assert layout.rows.tolist() == [0, 0, 1, 1, NOWHERE]
    np.testing.assert_allclose(layout.boxes[3], [0.5, 0.5, 1, 1])


@pytest.mark.parametrize(("tokens", "rows"), [("iiiii", 2), ("iii", 2), ("ttt", 0)])
def test_other_numbers_of_patches_than_the_grid_has(tokens: str, rows: int) -> None:
    with pytest.raises(EncoderError, match=f"made {tokens.count('i')} patches"):
        grid_layout(attended(tokens), marks(tokens), rows=rows, columns=2, causal=True)


@pytest.mark.parametrize("tokens", ["TiiiiTiii", "Tiiii", "TiiiiTiiiiTiiii"])
def test_tiles_that_are_not_square_or_not_as_many(tokens: str) -> None:
    with pytest.raises(EncoderError, match="does not fit the model"):
        tile_layout(attended(tokens), marks(tokens), tiles={0: Tile(0, 0)}, causal=True)


def test_margin_is_left_out_and_boxes_become_fractions_of_the_page() -> None:
    image = np.ones(8, bool)
    layout = grid_layout(image, image, rows=2, columns=4, causal=True)
    page = without_margin(layout, 0.375, 1)
    assert page.columns.tolist() == [0, 1, 0, 1]
    np.testing.assert_allclose(page.boxes[0], [0, 0, 2 / 3, 0.5])
    np.testing.assert_allclose(page.boxes[1], [2 / 3, 0, 1, 0.5])
    assert page.positions.tolist() == [0, 1, 4, 5]
