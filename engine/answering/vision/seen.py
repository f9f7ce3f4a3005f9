"""Which words of a page's text layer can be seen in its picture. The others address machines.

Left out are words too small to read, words that lie outside of the page, and words that leave no
mark in the picture, such as white ones on white paper. Words that OCR laid under a scan are seen:
the scan shows them. Words that a picture covers are not noticed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from recto.engine.page import PageContent, Word

Pixels = npt.NDArray[np.uint8]
"""(height, width, 3) RGB."""

SMALLEST = 1.6
"""Points: letters of less height come from type of 3 points, which nobody reads."""
CONTRAST = 24
"""Of 255, between the darkest and the brightest spot of a word; JPEG alone makes a few."""


def seen_words(content: PageContent, picture: Pixels | None) -> tuple[Word, ...]:
    """The words that a person would see, in order. Without a picture only size and place count."""
    if content.text.source != "layer":
        return content.text.words
    readable = [word for word in content.text.words if not _is_tiny(word, content)]
    if picture is None:
        return tuple(readable)
    shades_hw = picture.mean(axis=2, dtype=np.float32)
    return tuple(word for word in readable if _leaves_marks(word, shades_hw))


def text_of(words: Sequence[Word]) -> str:
    """A space between words, a line feed between lines."""
    pieces, line = [], words[0].line if words else 0
    for word in words:
        pieces.append("\n" if word.line != line else " ")
        pieces.append(word.text)
        line = word.line
    return "".join(pieces[1:])


def _is_tiny(word: Word, content: PageContent) -> bool:
    wide = (word.box.x1 - word.box.x0) * content.width
    high = (word.box.y1 - word.box.y0) * content.height
    letters = sum(map(str.isalnum, word.text))
    if letters == 0:
        return max(wide, high) <= 0  # a dash is flat, a stop is small
    return min(wide, high) < SMALLEST if letters > 1 else max(wide, high) < SMALLEST


def _leaves_marks(word: Word, shades_hw: npt.NDArray[np.float32]) -> bool:
    height, width = shades_hw.shape
    left, top = int(word.box.x0 * width), int(word.box.y0 * height)
    right = max(int(np.ceil(word.box.x1 * width)), left + 1)
    bottom = max(int(np.ceil(word.box.y1 * height)), top + 1)
    area = shades_hw[top:bottom, left:right]
    return bool(area.size) and float(area.max() - area.min()) >= CONTRAST
