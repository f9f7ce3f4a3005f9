"""Where on the page each vector of a model's output belongs, and which of them are stored.

Looks at the tokens that went in: how many patches a page has, and in which order, differs with the
page's shape, and is never guessed from a size. Knows no model.

T tokens, of which n are stored. Stored are the patches and the texts after the first of them, which
have read the page; not the padding, nor what is before the picture where the model is causal, for
that is the same on every page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recto.engine.errors import EncoderError
from recto.engine.vectors import FloatArray

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NOWHERE = -1
"""Instead of a row, column or tile: stands for the whole page."""
_WHOLE = (0.0, 0.0, 1.0, 1.0)


class Tile(NamedTuple):
    """Which square of the page, counted from 0."""

    row: int
    column: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Layout:
    """Of the n stored vectors of one page."""

    positions: IntArray
    """(n,) indices of the tokens, ascending."""
    boxes: FloatArray
    """(n, 4)"""
    rows: IntArray
    """(n,) of the page's grid of patches, from the top; or `NOWHERE`."""
    columns: IntArray
    """(n,) from the left; or `NOWHERE`."""
    tiles: IntArray
    """(n,) which tile a patch is in, the thumbnail being the last; or `NOWHERE`."""

    @property
    def tiled(self) -> bool:
        return bool((self.tiles != NOWHERE).any())


def grid_layout(
    attended: BoolArray, image: BoolArray, *, rows: int, columns: int, causal: bool
) -> Layout:
    """One grid, row by row. `attended` (T,): not padding; `image` (T,): patches."""
    (patches,) = np.nonzero(image)
    _check_count(len(patches), rows * columns, f"a grid of {rows} x {columns}")
    row, column = np.divmod(np.arange(rows * columns), columns)
    places = np.full((len(image), 3), NOWHERE)
    places[patches, :2] = np.stack([row, column], axis=1)
    boxes = np.tile(np.array(_WHOLE), (len(image), 1))
    boxes[patches] = _cells(row, column, rows, columns)
    return _stored(attended, image, boxes, places, causal=causal)


def tile_layout(
    attended: BoolArray, image: BoolArray, *, tiles: Mapping[int, Tile], causal: bool
) -> Layout:
    """Tile after tile, then a thumbnail of the whole page, each row by row.

    `tiles` has the tile that a token announces, by its position. A run of patches that no tile was
    announced for is the thumbnail, or the page itself if it was not cut up.
    """
    runs = _runs(image)
    grid_rows = max((tile.row for tile in tiles.values()), default=0) + 1
    grid_columns = max((tile.column for tile in tiles.values()), default=0) + 1
    places = np.full((len(image), 3), NOWHERE)
    boxes = np.tile(np.array(_WHOLE), (len(image), 1))
    for number, run in enumerate(runs):
        side = isqrt(len(run))
        _check_count(len(run), side * side, "a square tile")
        row, column = np.divmod(np.arange(len(run)), side)
        tile = tiles.get(int(run[0]) - 1)
        places[run, 2] = number
        if tile is None and tiles:
            continue
        down, right = tile or Tile(0, 0)
        row, column = row + down * side, column + right * side
        places[run, :2] = np.stack([row, column], axis=1)
        boxes[run] = _cells(row, column, grid_rows * side, grid_columns * side)
    _check_count(len(runs), len(tiles) + 1, f"{len(tiles)} tiles and a thumbnail")
    return _stored(attended, image, boxes, places, causal=causal)


def without_margin(layout: Layout, width: float, height: float) -> Layout:
    """The layout of a page that fills only this part of its picture, from the top left.

    Vectors of the margin are left out; boxes become fractions of the page.
    """
    if width == height == 1:
        return layout
    scale = np.array([width, height, width, height], np.float32)
    boxes = layout.boxes / scale
    on_page = (boxes[:, 0] < 1) & (boxes[:, 1] < 1)
    return Layout(
        positions=layout.positions[on_page],
        boxes=np.minimum(boxes[on_page], np.float32(1)),
        rows=layout.rows[on_page],
        columns=layout.columns[on_page],
        tiles=layout.tiles[on_page],
    )


def _stored(
    attended: BoolArray,
    image: BoolArray,
    boxes: npt.NDArray[np.float64],
    places: IntArray,
    *,
    causal: bool,
) -> Layout:
    first = int(np.argmax(image)) if causal else 0
    kept = attended & (np.arange(len(image)) >= first)
    rows, columns, tiles = places[kept].T
    return Layout(
        positions=np.flatnonzero(kept),
        boxes=boxes[kept].astype(np.float32),
        rows=rows,
        columns=columns,
        tiles=tiles,
    )


def _cells(row: IntArray, column: IntArray, rows: int, columns: int) -> npt.NDArray[np.float64]:
    """(n, 4) boxes of cells of a grid."""
    return np.stack(
        [column / columns, row / rows, (column + 1) / columns, (row + 1) / rows], axis=1
    )


def _runs(image: BoolArray) -> list[IntArray]:
    """Positions of the patches, split where another token is between them."""
    (patches,) = np.nonzero(image)
    return [run for run in np.split(patches, np.flatnonzero(np.diff(patches) > 1) + 1) if len(run)]


def _check_count(found: int, wanted: int, what: str) -> None:
    if found != wanted or not found:
        raise EncoderError(
            f"The processor made {found} patches or tiles of a page, but {what} needs {wanted};"
            " the checkpoint's processor does not fit the model."
        )
