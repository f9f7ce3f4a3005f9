"""Which words of a PDF page's text layer a person sees on the page. Knows no answers.

Each word's letters are drawn once more, alone and black, and looked for in the picture of the page.
White on white, covered, clipped or never drawn, they leave no such shapes there, whatever else is
at that place. Where something else is, it may be the same words in another form, as in a scan on
which OCR laid its words: those are `unclear` here, and only reading the picture can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium  # type: ignore[import-untyped]

from recto.engine.page import Box, union
from recto.indexing.reading.forms import filled_in
from recto.indexing.reading.layer import Frame, read_tokens
from recto.indexing.reading.lettering import Ink, Lettered, Letters, held, letter
from recto.indexing.reading.lines import Piece
from recto.indexing.reading.raw import FAINT, Image, Looked, Sight

_SMALLEST = 1.6
"""Points: letters of less height come from type of 3 points, which nobody reads."""
_SMALL_TYPE = 3.0
"""Points. Its tallest words, from the tops of its capitals to the feet of its g, are as high."""
_LIKE = 0.5
"""Correlation of the letters of a word with the picture. On a plain ground it is above 0.9; that of
other words at the same place is below 0.3 as a rule."""
_FILLED = 0.6
"""Share of the inside of the letters that differs from their ground."""
_OTHER_INK = 80
"""Of 255, between the ink of a word and what is seen inside of its letters."""
_BY_CHANCE = 0.2
"""Of the letters of what is drawn in one go: if no more is found, that was chance."""
_MARGIN = 2
"""Pixels around a word's box."""


_Area = npt.NDArray[np.float32]
"""(height, width, 3)"""


class Draw(Protocol):
    """Draws the page as it is at that moment, always in the same size."""

    def __call__(self, *, marks: bool) -> Image:
        """`marks`: what lies upon the page, such as notes and what forms were filled in with."""
        ...


def look(
    pdf: pdfium.PdfDocument, page: pdfium.PdfPage, draw: Draw, *, most: int, scan: bool
) -> Looked:
    """Raises LimitExceeded above `most` characters. The page shows only letters afterwards."""
    frame = Frame(page)
    tokens = read_tokens(page, most=most, of=held)
    filled = list(filled_in(pdf, page, frame.box, frame.width, frame.height))
    picture = draw(marks=True)
    bare = draw(marks=False) if filled else picture
    written = [
        (*word, _sight_of_line(line, picture, bare)) for line in filled for word in line.words
    ]
    lettered = letter(page, tokens, lambda: draw(marks=False))
    size = (frame.width, frame.height)
    return Looked(
        [token.text for token, _ in tokens] + [text for text, _, _ in written],
        [token.box for token, _ in tokens] + [box for _, box, _ in written],
        _sights(lettered, picture, size) + [sight for _, _, sight in written],
        scan,
    )


def _is_tiny(one: Lettered, page: tuple[float, float]) -> bool:
    """Whether a word is too small to be read; `page` is its size, in points."""
    box, text = one.token.box, one.token.text
    wide, high = (box.x1 - box.x0) * page[0], (box.y1 - box.y0) * page[1]
    letters = sum(map(str.isalnum, text))
    if letters == 0:
        return max(wide, high) <= 0  # a dash is flat, a stop is small
    extent = min(wide, high) if letters > 1 else max(wide, high)
    return extent < _SMALLEST or (one.size < _SMALL_TYPE and extent < _SMALL_TYPE)


def _sights(lettered: Sequence[Lettered], picture: Image, size: tuple[float, float]) -> list[Sight]:
    sights = [_sight(one, picture, size) for one in lettered]
    letters: dict[int, int] = {}
    found: dict[int, int] = {}
    for one, sight in zip(lettered, sights, strict=True):
        letters[one.run] = letters.get(one.run, 0) + len(one.token.text)
        found[one.run] = found.get(one.run, 0) + (sight is Sight.SEEN) * len(one.token.text)
    chance = {run for run, count in letters.items() if found[run] < _BY_CHANCE * count}
    return [
        Sight.UNCLEAR if sight is Sight.SEEN and one.run in chance else sight
        for one, sight in zip(lettered, sights, strict=True)
    ]


def _sight(one: Lettered, picture: Image, size: tuple[float, float]) -> Sight:
    if _is_tiny(one, size) or one.letters is None:
        return Sight.HIDDEN
    place = _place(one.token.box, picture)
    area, letters = picture[place].astype(np.float32), one.letters[place]
    other = Sight.UNCLEAR if _is_marked(area) else Sight.HIDDEN
    if not one.drawn or letters.sum() < 1:
        return other
    like, contrast = _compare(letters, area, one.token.text)
    if like < _LIKE:
        return other
    if contrast < FAINT:
        return Sight.HIDDEN
    return Sight.SEEN if _is_filled(letters, area, contrast, one.ink) else other


def _sight_of_line(line: Piece, picture: Image, bare: Image) -> Sight:
    """Of what a form was filled in with, whose letters cannot be drawn alone and whose words have
    no exact places: whether anything is drawn there."""
    place = _place(union(box for _, box in line.words), picture)
    change = np.abs(picture[place].astype(np.int16) - bare[place].astype(np.int16))
    return Sight.SEEN if change.size and change.max() >= FAINT else Sight.HIDDEN


def _place(box: Box, picture: Image) -> tuple[slice, slice]:
    height, width, _ = picture.shape
    left, top = int(box.x0 * width) - _MARGIN, int(box.y0 * height) - _MARGIN
    right, bottom = int(np.ceil(box.x1 * width)), int(np.ceil(box.y1 * height))
    rows = slice(max(top, 0), max(bottom + _MARGIN, 1))
    return rows, slice(max(left, 0), max(right + _MARGIN, 1))


def _is_marked(area: _Area) -> bool:
    return bool(area.size) and float(np.ptp(area, axis=(0, 1)).max()) >= FAINT


def _compare(letters: Letters, area: _Area, text: str) -> tuple[float, float]:
    """How like the letters an area of the picture is, from 0 to 1, and by how much ink and ground
    differ, from 0 to 255, in the colour in which they do most."""
    letters, area = letters.copy(), area.copy()
    if any(map(str.isalnum, text)):
        # All words are dark at the height of small letters: only what lies along the line counts.
        along = 0 if len(text) > 1 and area.shape[0] > 1.5 * area.shape[1] else 1
        letters -= letters.mean(axis=along, keepdims=True)
        area -= area.mean(axis=along, keepdims=True)
    else:
        letters -= letters.mean()
        area -= area.mean(axis=(0, 1))
    common = np.abs((letters[:, :, None] * area).sum(axis=(0, 1)))
    colour = int(common.argmax())
    own, theirs = float((letters**2).sum()), float((area[:, :, colour] ** 2).sum())
    if own <= 0 or theirs <= 0:
        return 0.0, 0.0
    return float(common[colour]) / (own * theirs) ** 0.5, float(common[colour]) / own


def _is_filled(letters: Letters, area: _Area, contrast: float, ink: Ink | None) -> bool:
    """Whether the inside of the letters has another colour than what is around them, and that in
    which the page draws them."""
    ground, inside = letters < 0.05 * letters.max(), letters > 0.6 * letters.max()
    if not ground.any():
        return True
    around = np.median(area[ground], axis=0)
    change = area[inside] - around
    if (np.abs(change).max(axis=1) >= 0.4 * contrast).mean() < _FILLED:
        return False
    if ink is None:
        return True
    expected = letters[inside][:, None] * (np.asarray(ink, np.float32) - around)
    return float(np.abs(change.mean(axis=0) - expected.mean(axis=0)).max()) < _OTHER_INK
