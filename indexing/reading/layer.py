"""The text layer of a PDF page: its words with boxes, in lines. Knows nothing of pictures.

Hidden text is read, too: the words that OCR laid under a scan are drawn invisibly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import byref, c_double
from typing import NamedTuple, TypeVar

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as c  # type: ignore[import-untyped]

from recto.engine.errors import LimitExceeded
from recto.engine.page import Box, Word
from recto.indexing.reading.characters import clean
from recto.indexing.reading.forms import filled_in
from recto.indexing.reading.lines import Piece, arrange

# PDFium marks a hyphen at the end of a line by one of these and leaves the line break out. What has
# a thousand characters is data, not a word; whoever reads words later counts on short ones.
_TOKEN = re.compile("[\r\n]+|([^\\s\x02\ufffe]{1,1000})([\x02\ufffe]?)")


T = TypeVar("T")


class Layer(NamedTuple):
    """What a page's text layer holds."""

    words: list[Word]
    sizes: list[float]
    """Size of the type of each line, in points."""
    text: str
    """As it is, not cleaned."""
    unmapped: float
    """Share of words whose font does not say which characters its shapes are."""


class Token(NamedTuple):
    """A word as the text layer holds it."""

    text: str
    box: Box
    start: int
    """Of its characters among those of the page, by PDFium's count."""
    length: int
    divided: bool
    """By a hyphen, at the end of its line."""


class Frame:
    """From a page's own coordinates to fractions of the page as it is shown."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        box = c.FS_RECTF()
        c.FPDF_GetPageBoundingBox(page.raw, byref(box))  # crop box within media box
        self._left, self._top = box.left, box.top
        self._across = (box.right - box.left) or 1.0
        self._down = (box.top - box.bottom) or 1.0
        self._turns = c.FPDFPage_GetRotation(page.raw)
        upright = self._turns % 2 == 0
        self.turned = self._turns * math.pi / 2
        self.width = self._across if upright else self._down
        self.height = self._down if upright else self._across

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Not confined to the page."""
        right, down = (x - self._left) / self._across, (self._top - y) / self._down
        if self._turns == 0:
            return right, down
        if self._turns == 1:  # clockwise: what was at the top is at the right
            return 1 - down, right
        if self._turns == 2:
            return 1 - right, 1 - down
        return down, 1 - right

    def box(self, left: float, top: float, right: float, bottom: float) -> Box | None:
        """None when it lies outside of the page."""
        ax, ay = self.point(left, top)
        bx, by = self.point(right, bottom)
        x0, x1, y0, y1 = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        if not (x1 >= 0 and y1 >= 0 and x0 <= 1 and y0 <= 1):  # nor when it is not a number
            return None
        return Box(max(x0, 0.0), max(y0, 0.0), min(x1, 1.0), min(y1, 1.0))


def read_layer(pdf: pdfium.PdfDocument, page: pdfium.PdfPage, *, most: int) -> Layer:
    """The words of `page` and of what its forms were filled in with.

    LimitExceeded above `most` characters.
    """
    with _reading(page, most) as reading:
        frame = reading.frame
        filled = list(filled_in(pdf, page, frame.box, frame.width, frame.height))
        return reading.read(filled)


def read_tokens(
    page: pdfium.PdfPage, *, most: int, of: Callable[[pdfium.PdfTextPage, Token], T]
) -> list[tuple[Token, T]]:
    """The words of the layer, each with what `of` tells of it. LimitExceeded likewise."""
    with _reading(page, most) as reading:
        found = (token for token in reading.tokens() if token is not None)
        return [(token, of(reading.textpage, token)) for token in found]


@contextmanager
def _reading(page: pdfium.PdfPage, most: int) -> Iterator[_Layer]:
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        if count > most:
            raise LimitExceeded(
                f"the page holds {count} characters, more than {most}; raise Limits.characters."
            )
        yield _Layer(textpage, Frame(page), count)
    finally:
        textpage.close()


class _Layer:
    """Reads one text page. A class only to hold the buffers that PDFium fills."""

    def __init__(self, textpage: pdfium.PdfTextPage, frame: Frame, count: int) -> None:
        self.textpage = textpage
        self.frame = frame
        self._raw = textpage.raw
        self._text = _characters(textpage, count)
        self._numbers = [c_double() for _ in range(4)]
        self._places = [byref(number) for number in self._numbers]
        self._unmapped = 0

    def read(self, filled: list[Piece]) -> Layer:
        pieces = list(self._pieces())
        count = sum(len(piece.words) for piece in pieces)
        words, sizes = arrange(pieces + filled)
        return Layer(words, sizes, self._text, self._unmapped / max(count, 1))

    def tokens(self) -> Iterator[Token | None]:
        """The words that lie on the page, as PDFium finds them; None for each line break."""
        for match in _TOKEN.finditer(self._text):
            start, end = match.span(1)
            if start < 0:
                yield None
                continue
            text = clean(match[1] + ("-" if match[2] else ""))
            box = self._box(start, end - start) if text else None
            if box is not None:
                yield Token(text, box, start, end - start, bool(match[2]))

    def _pieces(self) -> Iterator[Piece]:
        piece: Piece | None = None
        for token in self.tokens():
            if token is None:
                if piece:
                    yield piece
                piece = None
                continue
            if c.FPDFText_HasUnicodeMapError(self._raw, token.start) == 1:
                self._unmapped += 1
            baseline = self._baseline(token.start)
            if piece and piece.level and abs(baseline - piece.baseline) > 0.6 * piece.size:
                yield piece  # PDFium saw a space where a line ends
                piece = None
            if piece is None:
                level = c.FPDFText_GetCharAngle(self._raw, token.start)
                piece = self._begin(token.start, baseline, level)
            _add(piece, token.text, token.box, self.frame.width)
            if token.divided:
                yield piece
                piece = None
        if piece:
            yield piece

    def _begin(self, start: int, baseline: float, angle: float) -> Piece:
        turned = (angle + self.frame.turned) % math.pi
        level = min(turned, math.pi - turned) < 0.1
        return Piece(baseline=baseline, size=size_of(self.textpage, start), level=level)

    def _box(self, start: int, count: int) -> Box | None:
        """Around all rectangles of a word: some producers draw each letter by itself."""
        left, top, right, bottom = self._numbers
        edges = (math.inf, -math.inf, -math.inf, math.inf)
        for number in range(c.FPDFText_CountRects(self._raw, start, count)):
            c.FPDFText_GetRect(self._raw, number, *self._places)
            edges = (
                min(edges[0], left.value),
                max(edges[1], top.value),
                max(edges[2], right.value),
                min(edges[3], bottom.value),
            )
        return self.frame.box(*edges) if edges[0] <= edges[2] else None

    def _baseline(self, index: int) -> float:
        x, y = self._numbers[:2]
        c.FPDFText_GetCharOrigin(self._raw, index, *self._places[:2])
        return self.frame.point(x.value, y.value)[1] * self.frame.height


def size_of(textpage: pdfium.PdfTextPage, index: int) -> float:
    """Points of a character's type. Some producers set size 1 and scale by the matrix: only the
    product tells, and of fonts that are drawn glyph by glyph (Type 3) not even that."""
    matrix = c.FS_MATRIX()
    c.FPDFText_GetMatrix(textpage.raw, index, byref(matrix))
    size = float(c.FPDFText_GetFontSize(textpage.raw, index)) * math.hypot(matrix.c, matrix.d)
    return size if 0 < size < 1e6 else 1.0


def _add(piece: Piece, text: str, box: Box, width: float) -> None:
    if not piece.words:
        piece.left = box.x0 * width
    piece.right = box.x1 * width
    piece.words.append((text, box))


def _characters(textpage: pdfium.PdfTextPage, count: int) -> str:
    """One character for each of PDFium's, so that a place in the text is its index."""
    text = textpage.get_text_range() if count else ""
    if len(text) == count:
        return text
    # Outside the basic plane, or left out of the text: ask for each, which takes 20 times as long.
    codes = (c.FPDFText_GetUnicode(textpage.raw, index) for index in range(count))
    return "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes)
