"""Reads documents in child processes: what a caller of this package uses.

A document cannot harm more than its own pages: whatever kills or hangs a child is an error on the
page it was at, and the next page gets a fresh child. Knows no encoder and no store.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from recto.engine.closing import Closing
from recto.engine.errors import (
    DamagedFile,
    DocumentError,
    EmptyFile,
    LimitExceeded,
    UnreadableFile,
)
from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.wire import Value
from recto.indexing.files import OFFICE
from recto.indexing.limits import Limits
from recto.indexing.reading import poppler
from recto.indexing.reading.headings import (
    Line,
    Trail,
    above_by_bookmarks,
    body_size,
    is_title,
    lines_of,
    title_from,
)
from recto.indexing.reading.ocr import Ocr
from recto.indexing.reading.office import Converter
from recto.indexing.reading.raw import Bookmark, Image, Looked, RawPage
from recto.indexing.reading.seeing import seen
from recto.indexing.reading.session import Session, Workers

_SAMPLE = 8
"""Pages that tell the size of a document's body text."""
_OCR_WIDTH = 1600
"""Pixels across an upright page: 190 an inch on paper, 25 for the height of 10 point type."""
_PAPER = 612
"""Points across, for a page whose size nobody can tell."""
_BACK = 200
"""Pages that are looked back for headings when reading does not go in order."""
_DRAWING = 8
"""About 80 pages a second, which no GPU of today looks at."""
_AHEAD = _BACK + _SAMPLE
"""Pages kept that were read before their turn."""


class Reader(Closing):
    """Opens documents, one process for all of them and another for OCR, started when needed.

    >>> with Reader() as reader, reader.open("report.pdf", "pdf") as document:  # doctest: +SKIP
    ...     print(document.read(1).text.text)
    """

    def __init__(
        self, limits: Limits | None = None, *, ocr: bool = True, drawing: int | None = None
    ) -> None:
        """Without `ocr`, pages without a text layer have no words. `drawing` is how many pages are
        drawn at once where many are wanted; None is what this machine has processors for."""
        self.limits = limits or Limits()
        self._workers = Workers(self.limits)
        drawing = _drawing() if drawing is None else drawing
        # One more than that reads, and draws what is wanted alone.
        self._drawers = [Workers(self.limits) for _ in range(drawing if drawing > 1 else 0)]
        self._ocr = Ocr(self.limits) if ocr else None
        self._converter = Converter(self.limits)

    def open(
        self,
        path: str | os.PathLike[str],
        kind: str,
        *,
        name: str | None = None,
        all_drawn: bool = False,
    ) -> OpenDocument:
        """Open the file at `path`, of a kind that `files.kind_of` told.

        `name` is what messages call it, if not its path. `all_drawn`: pictures of all its pages are
        wanted, and several processes may draw them.

        Raises a DocumentError: UnreadableFile, EmptyFile, DamagedFile, EncryptedFile,
        LimitExceeded, or UnsupportedFile when the program that converts the kind is missing.
        """
        file = Path(path)
        _check_size(file, self.limits)
        readable = self._converter.to_pdf(file, kind) if kind in OFFICE else file
        kind = "pdf" if kind in OFFICE else kind
        session, *drawers = (
            Session(workers, str(readable), kind, name or str(path))
            for workers in [self._workers, *(self._drawers if all_drawn else ())]
        )
        return OpenDocument(session, kind, self._ocr, drawers)

    def close(self) -> None:
        """End the child processes. Documents still open cannot be read any more."""
        for workers in (self._workers, *self._drawers):
            workers.close()
        if self._ocr is not None:
            self._ocr.close()
        self._converter.close()


class OpenDocument(Closing):
    """An open document. Pages may be read in any order; in order is cheapest."""

    def __init__(
        self, session: Session, kind: str, ocr: Ocr | None, drawers: Sequence[Session] = ()
    ) -> None:
        """Made by `Reader.open`. Each of the `drawers` opens the document when it is to draw."""
        self._session = session
        self._drawers = drawers
        self._kind = kind
        self._ocr = ocr
        self._lock = threading.RLock()
        self._ahead: dict[int, RawPage] = {}
        self._failed: dict[int, DocumentError] = {}
        self._trail: Trail | None = None
        self._trail_at = 0  # the page before which the trail stands; one that fails adds nothing
        self._body: float | None = None
        self._title: str | None = None
        self.drawn_at_once = max(len(drawers), 1)
        """How many pages can be drawn at the same time, by threads that ask for them."""
        described = session.open()
        self.pages: int = described["pages"]
        """How many there are."""
        self._declared: str = described["title"]
        self._bookmarks = [Bookmark(*entry) for entry in described["outline"]]

    @property
    def is_pdf(self) -> bool:
        """Or was converted to one: its pages are drawn as large as they are asked for."""
        return self._kind == "pdf"

    @property
    def title(self) -> str:
        """From the file's own description if that makes sense, else the largest text of page 1;
        may be empty. The first use may read page 1."""
        with self._lock:
            if self._title is None:
                self._title = self._declared if is_title(self._declared) else self._shown_title()
            return self._title

    def read(self, number: int) -> PageContent:
        """The words and headings of one page, counted from 1; by OCR if there is no text layer.

        Raises a DocumentError that concerns this page only, or each page that is left when the
        document has cost more than `Limits.document_seconds` or `Limits.crashes`.
        """
        with self._lock:
            title, above = self.title, self._trail_before(number)
            self._trail_at = number + 1
            raw = self._read_or_drawn(number)
            lines = lines_of(raw)
            if above is None:
                headings = above_by_bookmarks(self._bookmarks, number, lines, raw.height)
            else:
                headings = above.above(lines)
                above.pass_by(lines)
            text = self._text(number, raw)
            headings = tuple(heading for heading in headings if heading not in title)
            headings = tuple(dict.fromkeys((title, *headings) if title else headings))
            return PageContent(
                number=number, width=raw.width, height=raw.height, text=text, headings=headings
            )

    def image(self, number: int, width: int) -> Image:
        """A picture of the page, (height, width, 3) RGB. Less wide than asked for where the page
        would exceed `Limits.rendered_pixels`, or a picture file has fewer pixels."""
        if self._drawers:
            return self._drawn(self._drawers[number % len(self._drawers)], number, width)
        with self._lock:
            return self._drawn(self._session, number, width)

    def seen(self, content: PageContent) -> tuple[Word, ...]:
        """Those words of a page, as `read` gave it, that a person sees on it. Costs as much as
        drawing it some times, and OCR where only that can tell. Raises what `image` raises."""
        if content.text.source != "layer":
            return content.text.words
        with self._lock:
            looked = Looked.from_wire(self._session.call(content.number, "seen"))
            read_lines = partial(self._lines_read, content) if self._ocr else None
            return seen(content.text.words, looked, read_lines)

    def _drawn(self, session: Session, number: int, width: int) -> Image:
        try:
            return _image(session.call(number, "image", width))
        except (DamagedFile, LimitExceeded) as error:
            return self._drawn_otherwise(session, number, width, error)

    def _drawn_otherwise(
        self, session: Session, number: int, width: int, error: DocumentError
    ) -> Image:
        """PDFium failed or was killed: perhaps poppler, if installed, does better."""
        # A child that lives has tried what there is.
        if self._kind != "pdf" or session.child is not None or not poppler.installed():
            raise error
        try:
            return _image(session.call(number, "draw_otherwise", width))
        except DocumentError:
            raise error from None

    def close(self) -> None:
        """May be called twice."""
        for session in (self._session, *self._drawers):
            session.close()

    def _raw(self, number: int, *, keep: bool) -> RawPage:
        """The page as the worker reads it; those read before their turn are kept until then."""
        if error := self._failed.get(number):  # asked again, it might kill the next worker
            raise error
        known = self._ahead.get(number) if keep else self._ahead.pop(number, None)
        if known is None:
            try:
                known = RawPage.from_wire(self._session.call(number, "read"))
            except DocumentError as error:
                self._failed[number] = error
                raise
            if keep:
                self._ahead[number] = known
                if len(self._ahead) > _AHEAD:
                    del self._ahead[next(iter(self._ahead))]
        return known

    def _read_or_drawn(self, number: int) -> RawPage:
        """Of a page that PDFium cannot read, the picture that poppler makes may be recognised."""
        try:
            return self._raw(number, keep=False)
        except DamagedFile as error:
            if self._kind != "pdf" or self._ocr is None or not poppler.installed():
                raise
            try:
                height, width, _ = self.image(number, _PAPER).shape
            except DocumentError:
                raise error from None
            return RawPage(width=width, height=height, words=(), sizes=(), wants_ocr=True)

    def _lines(self, number: int) -> Sequence[Line]:
        """The lines of a page that is not the one asked for; none if it cannot be read."""
        try:
            return lines_of(self._raw(number, keep=True))
        except DocumentError:  # told when that page itself is asked for
            return ()

    def _text(self, number: int, raw: RawPage) -> PageText:
        if raw.wants_ocr and self._ocr is not None:
            words = self._recognised(number, raw)
            if len(words) > 2 * len(raw.words):  # else the layer, which makes no mistakes
                return PageText(words, "ocr")
        return PageText(tuple(raw.words), "layer" if raw.words else "none")

    def _recognised(self, number: int, raw: RawPage) -> tuple[Word, ...]:
        assert self._ocr is not None
        image = self._image_for_ocr(number, raw.width, raw.height)
        with self._session.spending(number):
            return self._ocr.words(image)

    def _lines_read(self, content: PageContent, places: Sequence[Box]) -> list[str]:
        assert self._ocr is not None
        image = self._image_for_ocr(content.number, content.width, content.height)
        with self._session.spending(content.number):
            return self._ocr.lines(image, places)

    def _image_for_ocr(self, number: int, width: float, height: float) -> Image:
        shape = max(1.0, width / height)  # a wide page gets as many pixels in all
        return self.image(number, round(_OCR_WIDTH * shape**0.5))

    def _body_size(self) -> float:
        """From pages spread over the document, so that it does not depend on what was read."""
        if self._body is None:
            step = max(1, -(-self.pages // _SAMPLE))
            sample = range(1, self.pages + 1, step)
            self._body = body_size([self._lines(number) for number in sample])
        return self._body

    def _shown_title(self) -> str:
        return title_from(self._lines(1), self._body_size())

    def _trail_before(self, number: int) -> Trail | None:
        """The headings above a page, from the pages before it; None if there are bookmarks."""
        if self._bookmarks:
            return None
        if self._trail is None or self._trail_at != number:
            self._trail, self._trail_at = Trail(self._body_size()), number
            for earlier in range(max(1, number - _BACK), number):
                self._trail.pass_by(self._lines(earlier))
        return self._trail


def _drawing() -> int:
    """Each takes one processor, and 100 MB: half of the processors, so that as much is left for
    what else is to be done to a page."""
    return min((os.cpu_count() or 1) // 2, _DRAWING)


def _check_size(file: Path, limits: Limits) -> None:
    try:
        size = file.stat().st_size
        file.open("rb").close()
    except OSError as error:
        raise UnreadableFile(f"{file} cannot be read: {error.strerror or error}.") from error
    if size == 0:
        raise EmptyFile(f"{file} has no bytes; a document was expected.")
    if size > limits.bytes:
        raise LimitExceeded(
            f"{file} has {size} bytes, more than {limits.bytes}; raise Limits.bytes."
        )


def _image(value: Value) -> Image:
    image: Image = value
    return image
