"""The corpus of a data set, written as documents of one page, to be indexed like anything else.

A passage of text becomes a PDF, as tall as it needs; a picture stays what it is. All of Unicode is
kept in the text, and what of it is not is counted. Knows no libraries.
"""

from __future__ import annotations

import hashlib
import io
import textwrap
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image

from recto.benchmarks import specimen
from recto.engine.errors import InputError

_COLUMNS = 88
_LEFTWARDS = ("R", "AL", "AN")
"""Of Unicode's bidirectional classes."""
_SUFFIXES = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"RIFF": ".webp", b"II*\0": ".tiff"}


class Passages:
    """What is written into one folder."""

    def __init__(self, folder: Path) -> None:
        """`folder` is there, and empty."""
        self._folder = folder
        self.names: dict[str, str] = {}
        """The file of each passage, by its id: the same picture may have several."""
        self._blank = 0
        self._lost = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """A row with `id`, and `image` or `title` and `text`."""
        id, picture = str(row["id"]), row.get("image")
        if picture is None:
            title, text = str(row.get("title") or ""), str(row.get("text") or row.get("body") or "")
            self.names[id] = self._write_text(id, title, text)
        else:
            self.names[id] = self._write_picture(picture)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be kept as it is, in sentences."""
        every = f"of {len(self.names)} passages"
        told = {
            f"{self._blank} {every} have letters beyond Windows-1252: they are read as text, but"
            " blank in pictures of pages.": self._blank,
            f"{self._lost} {every} could not be written so that all is read again.": self._lost,
        }
        return tuple(sentence for sentence, count in told.items() if count)

    def _write_text(self, id: str, title: str, text: str) -> str:
        name = f"{file_name(id)}.pdf"
        path = self._folder / name
        lines = [*_wrapped(_sound(title)), *([""] if title else []), *_wrapped(_sound(text))]
        if specimen.is_drawn("".join(lines)):
            specimen.write_pages(path, [lines])
        else:
            self._blank += 1
            specimen.write_pages(path, [[part for line in lines for part in _as_seen(line, path)]])
            self._lost += _seen(_text(path)) != _seen(title + text)
        with path.open("ab") as file:  # equal bytes would be one document
            file.write(f"% {file_name(id)}\n".encode())
        return name

    def _write_picture(self, picture: object) -> str:
        if isinstance(picture, Image.Image):
            packed = io.BytesIO()
            picture.convert("RGB").save(packed, "PNG")
            return write_picture(packed.getvalue(), self._folder)
        data = picture.get("bytes") if isinstance(picture, Mapping) else picture
        if not isinstance(data, bytes):
            raise InputError(f"Expected the bytes of a picture, got {type(data).__name__}.")
        return write_picture(data, self._folder)


def write_picture(data: bytes, folder: Path) -> str:
    """The name of the file, which is that of its bytes."""
    suffix = next((s for start, s in _SUFFIXES.items() if data.startswith(start)), ".png")
    name = hashlib.sha256(data).hexdigest()[:32] + suffix
    path = folder / name
    if not path.exists():
        path.write_bytes(data)
    return name


def file_name(id: str) -> str:
    """An id as the name of a file: different ids, different names; never a path."""
    return quote(id, safe=" ").replace(".", "%2E")


def _sound(text: str) -> str:
    """Without halves of characters, which JSON may hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _wrapped(text: str) -> list[str]:
    """Lines of at most so many columns, of which some letters take two. Soft hyphens, which are
    seen only where a line is broken, are left out."""
    lines = textwrap.wrap(text.replace("\xad", ""), _COLUMNS)
    return [part for line in lines for part in _halved(line)]


def _halved(line: str) -> list[str]:
    if len(line) + sum(map(specimen.is_wide, line)) <= _COLUMNS:
        return [line]
    middle = len(line) // 2
    return [*_halved(line[:middle]), *_halved(line[middle:])]


def _as_seen(line: str, scratch: Path) -> list[str]:
    """A line that has words from right to left, as it stands on a page: readers of PDF turn it
    round to read it.

    How they turn what has both directions in it, or brackets, is not for us to know: one is asked.
    If it does not find the line again, its words stand in lines of their own.
    """
    if not any(unicodedata.bidirectional(letter) in _LEFTWARDS for letter in line):
        return [line]
    if (turned := _turned(line, scratch)) is not None:
        return [turned]
    return [_turned(word, scratch) or word for word in line.split()]


def _turned(line: str, scratch: Path) -> str | None:
    specimen.write_pages(scratch, [[line]])
    turned = _text(scratch).strip()
    specimen.write_pages(scratch, [[turned]])
    return turned if _seen(_text(scratch)) == _seen(line) else None


def _text(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return str(document[0].get_textpage().get_text_range())


def _seen(text: str) -> str:
    """Without white space and letters that are not seen; PDFium takes ligatures apart."""
    seen = (c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen))
