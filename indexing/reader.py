"""Reads documents in child processes: what a caller of this package uses.

A document cannot harm more than its own pages: whatever kills or hangs a child is an error on the
page it was at, and the next page gets a fresh child. Knows no encoder and no store.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from recto.engine.errors import (
    DamagedFile,
    DocumentError,
    EmptyFile,
    LimitExceeded,
    UnreadableFile,
    WorkerDied,
)
from recto.engine.page import PageContent, PageText, Word
from recto.engine.process import Child
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
from recto.indexing.reading.raw import Bookmark, Image, RawPage

_SAMPLE = 8
"""Pages that tell the size of a document's body text."""
_OCR_WIDTH = 1600
"""Pixels across an upright page: 190 a inch on paper, 25 for the height of 10 point type."""
_PAPER = 612
"""Points across, for a page whose size nobody can tell."""
_BACK = 200
"""Pages that are looked back for headings when reading does not begin at page 1."""


class Reader:
    """Opens documents, one process for all of them and another for OCR, started when needed.

    >>> with Reader() as reader, reader.open("report.pdf", "pdf") as document:  # doctest: +SKIP
    ...     print(document.read(1).text.text)
    """

    def __init__(self, limits: Limits | None = None, *, ocr: bool = True) -> None:
        """Without `ocr`, pages without a text layer have no words."""
        self.limits = limits or Limits()
        self._worker: Child | None = None
        self._ocr = Ocr(self.limits) if ocr else None
        self._converter = Converter(self.limits)
        self._lock = threading.RLock()

    def open(
        self, path: str | os.PathLike[str], kind: str, *, name: str | None = None
    ) -> OpenDocument:
        """Open the file at `path`, of a kind that `files.kind_of` told.

        `name` is what messages call it, if not its path.

        Raises a DocumentError: UnreadableFile, EmptyFile, DamagedFile, EncryptedFile,
        LimitExceeded, or UnsupportedFile when the program that converts the kind is missing.
        """
        file = Path(path)
        _check_size(file, self.limits)
        readable = self._converter.to_pdf(file, kind) if kind in OFFICE else file
        return OpenDocument(self, readable, "pdf" if kind in OFFICE else kind, name or str(path))

    def close(self) -> None:
        """End the child processes. Documents still open cannot be read any more."""
        with self._lock:
            if self._worker is not None:
                self._worker.close(grace=1.0)
                self._worker = None
            if self._ocr is not None:
                self._ocr.close()
            self._converter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _child(self) -> Child:
        """The process that reads, a fresh one if the last has died."""
        with self._lock:
            if self._worker is None or not self._worker.alive:
                if self._worker is not None:
                    self._worker.close()
                self._worker = Child(
                    "recto.indexing.reading.worker",
                    json.dumps(asdict(self.limits)),
                    name="the process that reads documents",
                )
            return self._worker


class OpenDocument:
    """An open document. Pages may be read in any order; in order is cheapest."""

    def __init__(self, reader: Reader, path: Path, kind: str, name: str) -> None:
        """Made by `Reader.open`; `name` is what messages call it."""
        self._reader = reader
        self._path = str(path)
        self._kind = kind
        self._name = name
        self._lock = threading.RLock()
        self._child: Child | None = None
        self._handle = 0
        self._crashes = 0
        self._seconds = 0.0
        self._ahead: dict[int, RawPage | DocumentError] = {}
        self._trail: Trail | None = None
        self._trail_at = 0  # the page before which the trail stands; 0: not begun
        self._body: float | None = None
        self._title: str | None = None
        described = self._open()
        self.pages: int = described["pages"]
        """How many there are."""
        self._declared: str = described["title"]
        self._bookmarks = [Bookmark(*entry) for entry in described["outline"]]

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
            raw = self._read_or_drawn(number)
            lines = lines_of(raw)
            title = self.title
            text = self._text(number, raw)
            above = (text for text in self._above(number, lines, raw.height) if text not in title)
            headings = tuple(dict.fromkeys(filter(None, (title, *above))))
            return PageContent(
                number=number, width=raw.width, height=raw.height, text=text, headings=headings
            )

    def image(self, number: int, width: int) -> Image:
        """A picture of the page, (height, width, 3) RGB. Less wide than asked for where the page
        would exceed `Limits.rendered_pixels`, or a picture file has fewer pixels."""
        with self._lock:
            seconds = self._reader.limits.page_seconds
            try:
                return _image(self._call(number, "image", number, width, seconds=seconds))
            except (DamagedFile, LimitExceeded) as error:
                return self._drawn_otherwise(number, width, error)

    def _drawn_otherwise(self, number: int, width: int, error: DocumentError) -> Image:
        """PDFium failed or was killed: perhaps poppler, if installed, does better."""
        if self._kind != "pdf" or self._child is not None:
            raise error  # the child lives: it has tried what there is
        seconds = self._reader.limits.page_seconds
        try:
            return _image(self._call(number, "draw_otherwise", number, width, seconds=seconds))
        except DocumentError:
            raise error from None

    def close(self) -> None:
        """May be called twice."""
        with self._lock:
            child, self._child = self._child, None
            # A child that has died meanwhile holds nothing open.
            with contextlib.suppress(WorkerDied, LimitExceeded):
                if child is not None and child.alive:
                    child.call("close", self._handle, timeout=self._reader.limits.page_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> Value:
        child = self._reader._child()
        seconds = self._reader.limits.open_seconds
        described = self._told("", child, "open", self._path, self._kind, seconds=seconds)
        self._child, self._handle = child, described["handle"]
        return described

    def _call(self, number: int, method: str, *arguments: Value, seconds: float) -> Value:
        """Call a method of the worker for a page, in a fresh worker if the last has died."""
        limits = self._reader.limits
        if self._seconds > limits.document_seconds:
            raise LimitExceeded(
                f"{self._name} took longer than {limits.document_seconds:g} s; the rest of it is "
                "left out. Raise Limits.document_seconds."
            )
        if self._crashes >= limits.crashes:
            raise LimitExceeded(
                f"{limits.crashes} pages of {self._name} killed or hung the process that reads; "
                "the rest of it is left out. Raise Limits.crashes."
            )
        if self._child is None or not self._child.alive:
            self._open()
        assert self._child is not None
        page = f"page {number} of "
        return self._told(page, self._child, method, self._handle, *arguments, seconds=seconds)

    def _told(
        self, page: str, child: Child, method: str, *arguments: Value, seconds: float
    ) -> Value:
        """The result of a call, its errors told with the name of the document."""
        begun = time.monotonic()
        try:
            return child.call(method, *arguments, timeout=seconds)
        except DocumentError as error:
            raise type(error)(f"{page}{self._name} cannot be read: {error}") from error
        except (WorkerDied, MemoryError) as error:
            memory = self._reader.limits.memory
            raise DamagedFile(
                f"{page}{self._name} cannot be read: {error or 'out of memory.'} It is damaged, or "
                f"needs more than {memory} MB (Limits.memory)."
            ) from error
        finally:
            self._seconds += time.monotonic() - begun
            if not child.alive:
                self._crashes += 1
                self._child = None

    def _raw(self, number: int, *, keep: bool) -> RawPage:
        """The page as the worker reads it; those read ahead of their turn are kept until then."""
        known = self._ahead.get(number) if keep else self._ahead.pop(number, None)
        if known is None:
            try:
                known = RawPage.from_wire(
                    self._call(number, "read", number, seconds=self._reader.limits.page_seconds)
                )
            except DocumentError as error:
                known = error
            if keep:
                self._ahead[number] = known
        if isinstance(known, DocumentError):
            raise known
        return known

    def _read_or_drawn(self, number: int) -> RawPage:
        """Of a page that PDFium cannot read, the picture that poppler makes may be recognised."""
        try:
            return self._raw(number, keep=False)
        except DamagedFile as error:
            if self._kind != "pdf" or self._reader._ocr is None or not poppler.installed():
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
        if raw.wants_ocr and self._reader._ocr is not None:
            words = self._recognised(number, raw)
            if len(words) > 2 * len(raw.words):  # else the layer, which makes no mistakes
                return PageText(words, "ocr")
        return PageText(tuple(raw.words), "layer" if raw.words else "none")

    def _recognised(self, number: int, raw: RawPage) -> tuple[Word, ...]:
        assert self._reader._ocr is not None
        begun = time.monotonic()
        image = self.image(number, round(_OCR_WIDTH * max(1.0, (raw.width / raw.height)) ** 0.5))
        try:
            return self._reader._ocr.words(image)
        except DocumentError as error:
            raise type(error)(f"page {number} of {self._name}: {error}") from error
        finally:
            self._seconds += time.monotonic() - begun

    def _body_size(self) -> float:
        """From pages spread over the document, so that it does not depend on what was read."""
        if self._body is None:
            step = max(1, -(-self.pages // _SAMPLE))
            sample = range(1, self.pages + 1, step)
            self._body = body_size([self._lines(number) for number in sample])
        return self._body

    def _shown_title(self) -> str:
        return title_from(self._lines(1), self._body_size())

    def _above(self, number: int, lines: Sequence[Line], height: float) -> tuple[str, ...]:
        if self._bookmarks:
            return above_by_bookmarks(self._bookmarks, number, lines, height)
        if self._trail is None or self._trail_at != number:
            self._trail = Trail(self._body_size())
            for earlier in range(max(1, number - _BACK), number):
                self._trail.pass_by(self._lines(earlier))
        above = self._trail.above(lines)
        self._trail.pass_by(lines)
        self._trail_at = number + 1
        return above


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
