"""What has been filled in on the forms of a PDF page, which is no part of its text layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ctypes import byref, c_ushort

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as c  # type: ignore[import-untyped]

from recto.engine.page import Box
from recto.indexing.reading.characters import clean
from recto.indexing.reading.lines import Piece

_MOST = 2_000
"""Fields of a page, and characters of a field."""
_TALLEST = 18.0
"""Points a line: a field for many lines may hold a single one."""
_WRITTEN = (c.FPDF_FORMFIELD_TEXTFIELD, c.FPDF_FORMFIELD_COMBOBOX, c.FPDF_FORMFIELD_LISTBOX)

ToBox = Callable[[float, float, float, float], Box | None]
"""From left, top, right, bottom in the page's coordinates to fractions of the page as shown."""


def filled_in(
    pdf: pdfium.PdfDocument, page: pdfium.PdfPage, to_box: ToBox, width: float, height: float
) -> Iterator[Piece]:
    """One piece for each line of each field's value; `width` and `height` are the page's."""
    if not pdf.formenv:
        return
    for index in range(min(c.FPDFPage_GetAnnotCount(page.raw), _MOST)):
        mark = c.FPDFPage_GetAnnot(page.raw, index)
        if not mark:
            continue
        try:
            if c.FPDFAnnot_GetFormFieldType(pdf.formenv.raw, mark) in _WRITTEN:
                yield from _lines(_value(pdf, mark), _box(mark, to_box), width, height)
        finally:
            c.FPDFPage_CloseAnnot(mark)


def _value(pdf: pdfium.PdfDocument, mark: object) -> str:
    size = c.FPDFAnnot_GetFormFieldValue(pdf.formenv.raw, mark, None, 0)
    buffer = (c_ushort * (size // 2))()
    c.FPDFAnnot_GetFormFieldValue(pdf.formenv.raw, mark, buffer, size)
    return bytes(buffer).decode("utf-16-le", "ignore").rstrip("\0")[:_MOST]


def _box(mark: object, to_box: ToBox) -> Box | None:
    place = c.FS_RECTF()
    if not c.FPDFAnnot_GetRect(mark, byref(place)):
        return None
    return to_box(place.left, place.top, place.right, place.bottom)


def _lines(value: str, box: Box | None, width: float, height: float) -> Iterator[Piece]:
    """The words share out the field's width by their length: where they are drawn is not told."""
    rows = [row for line in value.splitlines() if (row := list(filter(None, _words(line))))]
    if box is None or not rows:
        return
    down = min((box.y1 - box.y0) / len(rows), _TALLEST / height)
    longest = max(sum(map(len, row)) + len(row) for row in rows)
    across = min((box.x1 - box.x0) / longest, 0.6 * down * height / width)
    for number, row in enumerate(rows):
        top, left = box.y0 + number * down, box.x0
        piece = Piece(baseline=(top + 0.75 * down) * height, size=0.7 * down * height)
        piece.left = left * width
        for word in row:
            right = left + len(word) * across
            piece.words.append((word, Box(left, top, min(right, box.x1), top + down)))
            left = min(right + across, box.x1)
        piece.right = piece.words[-1][1].x1 * width
        yield piece


def _words(line: str) -> Iterator[str]:
    return map(clean, line.split())
