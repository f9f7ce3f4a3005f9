"""PDF documents through PDFium, in the process that reads. Knows nothing of OCR or headings.

Errors that concern a whole document are raised when it is opened, others by the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as c  # type: ignore[import-untyped]

from recto.engine.errors import DamagedFile, EmptyFile, EncryptedFile, LimitExceeded
from recto.indexing.limits import Limits
from recto.indexing.reading import poppler
from recto.indexing.reading.characters import is_garbage
from recto.indexing.reading.layer import Frame, Layer, read_layer
from recto.indexing.reading.raw import Bookmark, Image, Looked, RawPage, picture_size
from recto.indexing.reading.sight import look

_BOOKMARKS = 5_000
_STRAY = 20
"""A scan that carries fewer words than this has been stamped, not recognised."""

_SHARP, _NARROW, _WIDE = 2.0, 1_000, 3_000
"""Pixels a point, and pixels across, of pictures in which letters are looked for."""

_BROKEN = (pdfium.PdfiumError, AssertionError, UnicodeError)
"""What pypdfium2 raises when a document is not what it expects."""


class PdfSource:
    """An open PDF."""

    def __init__(self, path: str, limits: Limits) -> None:
        """Raises EncryptedFile, DamagedFile, EmptyFile or LimitExceeded."""
        self._path = path
        self._limits = limits
        self._pdf = _open(path)
        try:
            self.pages = len(self._pdf)
            self._check()
            self.title = _printable(self._pdf.get_metadata_value("Title"))
            self._pdf.init_forms()  # else the values of form fields are not drawn
        except BaseException:
            self._pdf.close()
            raise

    def _check(self) -> None:
        if self.pages == 0:
            raise EmptyFile("it has no pages.")
        if self.pages > self._limits.pages:
            raise LimitExceeded(
                f"it has {self.pages} pages, more than {self._limits.pages}; raise Limits.pages."
            )

    def outline(self) -> list[Bookmark]:
        """At most the first 5,000 entries."""
        return [
            Bookmark(entry.level, title, page + 1, self._top(page, dest))
            for entry in islice(self._pdf.get_toc(max_depth=6), _BOOKMARKS)
            if (dest := entry.get_dest())
            and (page := dest.get_index()) is not None
            and 0 <= page < self.pages
            and (title := _printable(entry.get_title()))
        ]

    def _top(self, index: int, dest: pdfium.PdfDest) -> float:
        """The height a bookmark points to. For upright pages: the page itself is not loaded."""
        mode, view = dest.get_view()
        where = {c.PDFDEST_VIEW_XYZ: 1, c.PDFDEST_VIEW_FITH: 0, c.PDFDEST_VIEW_FITBH: 0}.get(mode)
        if where is None or len(view) <= where or not view[where]:
            return 0.0
        height = float(self._pdf.get_page_size(index)[1]) or 1.0
        return min(max(1 - float(view[where]) / height, 0.0), 1.0)

    def read(self, number: int) -> RawPage:
        with self._page(number) as page:
            layer = read_layer(self._pdf, page, most=self._limits.characters)
            frame = Frame(page)
            garbage = is_garbage(layer.text) or layer.unmapped > 0.3
            return RawPage(
                width=frame.width,
                height=frame.height,
                words=[] if garbage else layer.words,
                sizes=[] if garbage else layer.sizes,
                wants_ocr=self._wants_ocr(page, layer, garbage),
            )

    def _wants_ocr(self, page: pdfium.PdfPage, layer: Layer, garbage: bool) -> bool:
        if layer.words and not garbage and not (len(layer.words) < _STRAY and _is_scan(page)):
            return False
        return _has_ink(self._draw(page, 300))

    def image(self, number: int, width: int) -> Image:
        try:
            with self._page(number) as page:
                return self._draw(page, width)
        except DamagedFile:
            if not poppler.installed():
                raise
            return poppler.draw(self._path, number, width, self._limits)

    def seen(self, number: int) -> Looked:
        with self._page(number) as page:
            across, _ = page.get_size()
            width = round(min(max(across * _SHARP, _NARROW), _WIDE))

            def draw(*, marks: bool) -> Image:
                return self._draw(page, width, marks=marks)

            most = self._limits.characters
            return look(self._pdf, page, draw, most=most, scan=_is_scan(page))

    def _draw(self, page: pdfium.PdfPage, width: int, *, marks: bool = True) -> Image:
        """`marks`: with what lies upon the page, such as notes and what forms hold."""
        across, down = page.get_size()
        size = picture_size(across, down, width, self._limits.rendered_pixels)
        bitmap = pdfium.PdfBitmap.new_native(*size, c.FPDFBitmap_BGR)
        try:
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
            # The order of bytes is that of RGB; forms are drawn by another call.
            flags = c.FPDF_REVERSE_BYTE_ORDER | (c.FPDF_ANNOT if marks else 0)
            place = (bitmap.raw, page.raw, 0, 0, *size, 0, flags)
            c.FPDF_RenderPageBitmap(*place)
            if marks and self._pdf.formenv:
                c.FPDF_FFLDraw(self._pdf.formenv.raw, *place)
            return np.array(bitmap.to_numpy(), dtype=np.uint8)
        finally:
            bitmap.close()

    @contextmanager
    def _page(self, number: int) -> Iterator[pdfium.PdfPage]:
        try:
            page = self._pdf[number - 1]
        except _BROKEN as error:
            raise DamagedFile(f"PDFium cannot read the page: {error}") from error
        try:
            yield page
        except _BROKEN as error:
            raise DamagedFile(f"PDFium cannot read the page: {error}") from error
        finally:
            page.close()

    def close(self) -> None:
        self._pdf.close()


def _open(path: str) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code in (c.FPDF_ERR_PASSWORD, c.FPDF_ERR_SECURITY):
            raise EncryptedFile("it is protected by a password; save it without one.") from error
        if error.err_code == c.FPDF_ERR_SUCCESS:  # the file is in order but for this
            raise EmptyFile("it has no pages.") from error
        raise DamagedFile(f"it is truncated or broken: {error}") from error


def _is_scan(page: pdfium.PdfPage) -> bool:
    """Whether one picture covers most of the page."""
    width, height = page.get_size()
    if c.FPDFPage_GetRotation(page.raw) % 2:
        width, height = height, width
    for picture in page.get_objects(filter=[c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) > 0.6 * width * height:
            return True
    return False


def _has_ink(image: Image) -> bool:
    """Whether a page shows more than paper: a few pixels that differ from most of it."""
    grey = image.mean(axis=2)
    return bool((np.abs(grey - np.median(grey)) > 48).mean() > 2e-4)


def _printable(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff]", " ", text).split())[:300]
