"""How a remote model cuts a picture up, worked out from how many vectors pictures give.

A server tells neither tokens nor grids. But a picture of whole cells is cut into just these: so
pictures are brought to such a size before they are sent. Calls nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from recto.engine.encoders.colpali.layout import Layout, grid_layout
from recto.engine.encoders.sharpness import Sharpness
from recto.engine.errors import EncoderError
from recto.engine.vectors import FloatArray

PROBES = ((672, 672), (896, 672))
"""Height and width of pictures that are whole cells of 28 and of 32 pixels, in the sizes that every
checkpoint reads without enlarging or reducing them."""
_CELLS = (28, 32)
"""Pixels of a cell in the models that keep a page's proportions."""
_SIDES = (64, 32, 16)
"""Of the square that other models squash every page into."""
_AROUND = 64
"""The most vectors of the texts beside a picture in a square."""
LEAST = 256
"""Patches of the smallest picture; a smaller one is enlarged, here and not by the server."""
_ALIKE = 0.99
"""Cosine of vectors that differ only by the arithmetic of another batch."""


class Size(NamedTuple):
    """Of a grid, in cells."""

    rows: int
    columns: int

    @property
    def patches(self) -> int:
        return self.rows * self.columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where the patches of a picture are among its T vectors."""

    cell: int | None
    """Pixels; None: every picture is squashed into the same square."""
    side: int
    """Cells of that square; 0 if there is none."""
    before: int
    """Vectors before the first patch, the same for every picture."""
    after: int
    """Vectors behind the last one."""
    most: int
    """Patches of the largest picture."""

    @property
    def sharpness(self) -> Sharpness:
        """What pictures are brought to before they are sent."""
        if self.cell is None:  # the server squashes them into a square of a size that it keeps
            return Sharpness()
        return Sharpness(area=self.most * self.cell**2)

    def size(self, height: int, width: int) -> Size:
        """The grid of a picture of so many pixels."""
        if self.cell is None:
            return Size(self.side, self.side)
        wanted = height * width / self.cell**2
        scale = (min(max(wanted, LEAST), self.most) / wanted) ** 0.5 / self.cell
        rows, columns = round(height * scale), round(width * scale)
        if rows * columns > self.most:
            rows, columns = int(height * scale), int(width * scale)
        return Size(max(rows, 1), max(columns, 1))

    def layout(self, size: Size, count: int) -> Layout:
        """Of the `count` vectors of a picture of this grid. Raises EncoderError."""
        expected = self.before + size.patches + self.after
        if count != expected:
            raise EncoderError(
                f"The server gave {count} vectors for a picture of {size.rows} x {size.columns}"
                f" cells; expected {expected}. It reduces pictures that large (choose fewer with"
                " the encoder setting visual_tokens), or it serves another model than before."
            )
        image = np.zeros(count, np.bool_)
        image[self.before : self.before + size.patches] = True
        return grid_layout(
            np.ones(count, np.bool_),
            image,
            rows=size.rows,
            columns=size.columns,
            causal=self.cell is not None,
        )


def find_grid(square: FloatArray, other: FloatArray, tall: FloatArray, *, most: int) -> Grid:
    """From the vectors of two different pictures of the first size of `PROBES`, and one of the
    second. Raises EncoderError when they fit no grid that is known.
    """
    counts = (len(square), len(tall))
    if len(other) != len(square):
        raise _unknown((len(square), len(other)))
    if counts[0] == counts[1]:
        return _square(counts)
    cell = next((c for c in _CELLS if _patches(1, c) - _patches(0, c) == counts[1] - counts[0]), 0)
    before = _same(square, other)
    after = counts[0] - before - (_patches(0, cell) if cell else 0)
    # The token that begins a picture is one of those before it.
    if not cell or before < 1 or after < 0:
        raise _unknown(counts)
    return Grid(cell=cell, side=0, before=before, after=after, most=most)


def _square(counts: tuple[int, int]) -> Grid:
    side = next((side for side in _SIDES if side**2 <= counts[0]), 0)
    after = counts[0] - side**2
    if not side or after > _AROUND:
        raise _unknown(counts)
    return Grid(cell=None, side=side, before=0, after=after, most=side**2)


def _patches(probe: int, cell: int) -> int:
    height, width = PROBES[probe]
    return (height // cell) * (width // cell)


def _same(one: FloatArray, other: FloatArray) -> int:
    """How many vectors are alike from the first on."""
    different = np.flatnonzero((one * other).sum(axis=1) < _ALIKE)
    return int(different[0]) if len(different) else len(one)


def _unknown(counts: tuple[int, int]) -> EncoderError:
    sizes = " and ".join(f"{height} x {width}" for height, width in PROBES)
    return EncoderError(
        f"Pictures of {sizes} pixels became {counts[0]} and {counts[1]} vectors, which fits no grid"
        " that recto knows: remote encoders are those with one grid a page (ColPali, ColQwen2 to"
        " ColQwen3.5), not those that cut it into tiles. Encode on this machine instead."
    )
