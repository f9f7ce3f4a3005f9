"""Where on a page something is drawn that is no word: charts, drawings, photographs, and tables
with their lines. Told from the picture alone, so that it is never more than about there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from recto.engine.answering.vision.drawing import Pixels
from recto.engine.page import Box, Word
from recto.engine.text import terms

_ACROSS = 96
"""Cells in a row of the grid in which is looked."""
_DRAWN = 40
"""Of 255, from the paper, in any colour."""
_INKED = 0.02
"""Share of a cell's pixels."""
_WIDE, _HIGH, _CELLS = 0.08, 0.05, 12
"""Of the page, and cells: what is smaller, such as a rule or a logo, has no values to be read."""
_AROUND = 0.06
"""Of the page's height: how far above or below a figure what it is called stands."""

_Grid = npt.NDArray[np.bool_]


def figures(picture: Pixels, words: Sequence[Word]) -> tuple[Box, ...]:
    """The places, from the top; none of a page of mere text. `words` are those that are seen."""
    height, width, _ = picture.shape
    side = max(width // _ACROSS, 1)
    rows, columns = height // side, width // side
    if not rows or not columns:
        return ()
    drawn = np.abs(picture.astype(np.int16) - _paper(picture)).max(axis=2) >= _DRAWN
    for word in words:
        margin = 0.3 * (word.box.y1 - word.box.y0) * height + 2
        left, right = word.box.x0 * width - margin, word.box.x1 * width + margin
        top, bottom = word.box.y0 * height - margin, word.box.y1 * height + margin
        drawn[max(int(top), 0) : int(bottom) + 1, max(int(left), 0) : int(right) + 1] = False
    cells = drawn[: rows * side, : columns * side].reshape(rows, side, columns, side)
    inked = cells.mean(axis=(1, 3)) >= _INKED
    boxes = [box for box, count in _connected(inked) if count >= _CELLS and _is_large(box)]
    outer = [box for box in boxes if not any(_holds(other, box) for other in boxes)]
    return tuple(sorted(outer, key=lambda box: (box.y0, box.x0)))


def meant(places: Sequence[Box], words: Sequence[Word], told: str) -> tuple[Box, ...]:
    """That of the places which `told` speaks of, by the words in it and close to it; none where
    nothing tells them apart."""
    if len(places) < 2:
        return tuple(places)
    said = set(terms(told))
    common = [len(said & set(_near(place, words))) for place in places]
    best = [place for place, count in zip(places, common, strict=True) if count == max(common)]
    return tuple(best) if len(best) == 1 else ()


def _holds(outer: Box, inner: Box) -> bool:
    inside = outer.x0 <= inner.x0 and outer.y0 <= inner.y0
    return outer != inner and inside and inner.x1 <= outer.x1 and inner.y1 <= outer.y1


def _near(place: Box, words: Sequence[Word]) -> Iterator[str]:
    for word in words:
        across, down = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
        if place.x0 <= across <= place.x1 and place.y0 - _AROUND <= down <= place.y1 + _AROUND:
            yield from terms(word.text)


def _paper(picture: Pixels) -> npt.NDArray[np.int16]:
    """The colour of most of the page."""
    rough = (picture[::4, ::4] >> 4).astype(np.int32)
    codes = (rough[:, :, 0] << 8) | (rough[:, :, 1] << 4) | rough[:, :, 2]
    most = np.bincount(codes.ravel()).argmax()
    paper = np.median(picture[::4, ::4][codes == most], axis=0)
    return np.asarray(paper, dtype=np.int16)


def _is_large(box: Box) -> bool:
    return box.x1 - box.x0 >= _WIDE and box.y1 - box.y0 >= _HIGH


def _connected(inked: _Grid) -> Iterator[tuple[Box, int]]:
    """Cells that touch, or have one cell between them: the box around them, and how many."""
    rows, columns = inked.shape
    left = {(int(row), int(column)) for row, column in np.argwhere(inked)}
    while left:
        waiting = [left.pop()]
        found = list(waiting)
        while waiting:
            row, column = waiting.pop()
            near = {
                (row + down, column + across) for down in range(-2, 3) for across in range(-2, 3)
            } & left
            left -= near
            waiting += near
            found += near
        downs, acrosses = zip(*found, strict=True)
        box = Box(
            min(acrosses) / columns,
            min(downs) / rows,
            (max(acrosses) + 1) / columns,
            (max(downs) + 1) / rows,
        )
        yield box, len(found)
