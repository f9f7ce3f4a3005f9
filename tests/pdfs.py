"""Writes small PDF files by hand, good and bad ones, so that tests know every byte of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. `content` are PDF drawing operators, e.g. from `text()`."""

    content: bytes = b""
    width: float = 612
    height: float = 792
    rotate: int = 0
    crop: tuple[float, float, float, float] | None = None
    """left, bottom, right, top"""
    picture: npt.NDArray[np.uint8] | None = None
    """(height, width) grey values, drawn over the whole page, under the content."""
    fonts: dict[str, bytes] = field(default_factory=dict)
    """More fonts than /F1 (Helvetica) and /F2 (Times): names and dictionaries."""
    fields: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    """Form fields that have been filled in: value, and left, bottom, right, top."""
    endless: bool = False
    """Drawn, and read, until somebody stops it: see `form_bomb`. Without a picture."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline; `page` counts from 1, `top` in points from the bottom."""

    title: str
    page: int
    top: float = 792
    children: tuple[Bookmark, ...] = ()


def text(x: float, y: float, words: str, *, size: float = 12, font: str = "F1") -> bytes:
    """One run of text from (x, y), in points from the lower left corner."""
    return b"BT /%s %g Tf %g %g Td (%s) Tj ET\n" % (font.encode(), size, x, y, _escaped(words))


def lines(words: str, *, x: float = 72, top: float = 720, size: float = 12) -> bytes:
    """The lines of a text one below the other."""
    return b"".join(
        text(x, top - 1.4 * size * number, line, size=size)
        for number, line in enumerate(words.splitlines())
    )


def pdf(
    pages: Sequence[Page | bytes],
    *,
    title: str | None = None,
    outline: Sequence[Bookmark] = (),
    encrypted: bool = False,
) -> bytes:
    """A whole file. A page given as bytes is its content."""
    file = _File()
    catalog, tree, info, form = (file.reserve() for _ in range(4))
    fonts = {
        "F1": file.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"),
        "F2": file.add(
            b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>"
        ),
    }
    kids = [
        _page(file, page if isinstance(page, Page) else Page(content=page), tree, fonts)
        for page in pages
    ]
    names = b" ".join(b"%d 0 R" % kid for kid in kids)
    file.set(tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), names))
    marks = _outline(file, outline, kids) if outline else b""
    marks += b"/AcroForm %d 0 R" % form
    file.set(
        form,
        b"<</Fields[%s]/DA(/F1 10 Tf)/DR<</Font<</F1 %d 0 R>>>>>>"
        % (b" ".join(b"%d 0 R" % number for number in file.fields), fonts["F1"]),
    )
    file.set(catalog, b"<</Type/Catalog/Pages %d 0 R%s>>" % (tree, marks))
    file.set(info, b"<</Title(%s)>>" % _escaped(title) if title is not None else b"<<>>")
    # No password fits these: whoever opens the file is refused.
    keys = b"/Encrypt<</Filter/Standard/V 1/R 2/P -44/O<%s>/U<%s>>>" % (b"41" * 32, b"42" * 32)
    keys += b"/ID[<%s><%s>]" % (b"43" * 16, b"43" * 16)
    return file.finish(catalog, b"/Info %d 0 R" % info + (keys if encrypted else b""))


def flate_bomb(size: int) -> bytes:
    """A page whose content is `size` bytes of white space, and a thousandth of that in the file."""
    packer = zlib.compressobj(9)
    block = b" " * (1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()
    file = _File()
    content = file.add(_stream(packed, b"/Filter/FlateDecode"))
    return _single(file, b"/Contents %d 0 R" % content)


def form_bomb() -> bytes:
    """A page that draws a form that draws a form ... more often than anybody can wait for."""
    return pdf([Page(endless=True)])


def crossing(segments: int) -> bytes:
    """One path of many crossing lines; a million of them keep a renderer busy for seconds."""
    corners = np.random.default_rng(5).integers(0, 600, (segments, 2))
    return b"0 0 m\n" + b"".join(b"%d %d l\n" % (x, y) for x, y in corners.tolist()) + b"f*\n"


def nested(depth: int) -> bytes:
    """A file whose catalog holds arrays in arrays in arrays."""
    file = _File()
    return _single(file, b"/Deep " + b"[" * depth + b"]" * depth)


def looping_tree() -> bytes:
    """A file whose page tree is its own branch."""
    file = _File()
    tree = file.reserve()
    file.set(tree, b"<</Type/Pages/Count 1000/Kids[%d 0 R %d 0 R]>>" % (tree, tree))
    return file.finish(file.add(b"<</Type/Catalog/Pages %d 0 R>>" % tree), b"")


class _File:
    """Objects by number, with the table that says where they are."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []
        self.fields: list[int] = []

    def reserve(self) -> int:
        return self.add(b"null")

    def add(self, body: bytes) -> int:
        self._objects.append(body)
        return len(self._objects)

    def set(self, number: int, body: bytes) -> None:
        self._objects[number - 1] = body

    def finish(self, catalog: int, more: bytes) -> bytes:
        parts, places, at = [b"%PDF-1.7\n"], [], 9
        for number, body in enumerate(self._objects, 1):
            places.append(at)
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
            at += len(parts[-1])
        table = b"".join(b"%010d 00000 n \n" % place for place in places)
        count = len(places) + 1
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table))
        parts.append(b"trailer\n<</Size %d/Root %d 0 R%s>>\n" % (count, catalog, more))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % at)
        return b"".join(parts)


def _single(file: _File, keys: bytes) -> bytes:
    tree = file.reserve()
    page = file.add(b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]%s>>" % (tree, keys))
    file.set(tree, b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % page)
    return file.finish(file.add(b"<</Type/Catalog/Pages %d 0 R>>" % tree), b"")


def _page(file: _File, page: Page, tree: int, fonts: dict[str, int]) -> int:
    own = fonts | {name: file.add(body) for name, body in page.fonts.items()}
    names = b"".join(b"/%s %d 0 R" % (name.encode(), number) for name, number in own.items())
    content, pictures = page.content, b""
    if page.endless:
        content, pictures = b"/X Do", b"/XObject<</X %d 0 R>>" % _nested_forms(file)
    if page.picture is not None:
        height, width = page.picture.shape
        keys = b"/Type/XObject/Subtype/Image/BitsPerComponent 8/ColorSpace/DeviceGray"
        keys += b"/Width %d/Height %d/Filter/FlateDecode" % (width, height)
        number = file.add(_stream(zlib.compress(page.picture.tobytes()), keys))
        pictures = b"/XObject<</P %d 0 R>>" % number
        content = b"q %g 0 0 %g 0 0 cm /P Do Q\n" % (page.width, page.height) + content
    places = [
        file.add(
            b"<</Type/Annot/Subtype/Widget/FT/Tx/F 4/T(f%d)/V(%s)/DA(/F1 10 Tf)/Rect[%g %g %g %g]>>"
            % (len(file.fields) + index, _escaped(value), *place)
        )
        for index, (value, place) in enumerate(page.fields.items())
    ]
    file.fields += places
    annotations = b"/Annots[%s]" % b" ".join(b"%d 0 R" % place for place in places)
    crop = b"" if page.crop is None else b"/CropBox[%g %g %g %g]" % page.crop
    return file.add(
        b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %g %g]/Rotate %d%s%s"
        b"/Contents %d 0 R/Resources<</Font<<%s>>%s>>>>"
        % (
            tree,
            page.width,
            page.height,
            page.rotate,
            crop,
            annotations,
            file.add(_stream(content)),
            names,
            pictures,
        )
    )


def _outline(file: _File, marks: Sequence[Bookmark], kids: Sequence[int]) -> bytes:
    root = file.reserve()
    first, last = _level(file, marks, root, kids)
    file.set(root, b"<</Type/Outlines/First %d 0 R/Last %d 0 R>>" % (first, last))
    return b"/Outlines %d 0 R" % root


def _level(
    file: _File, marks: Iterable[Bookmark], parent: int, kids: Sequence[int]
) -> tuple[int, int]:
    """The numbers of the first and the last of siblings."""
    numbered = [(file.reserve(), mark) for mark in marks]
    for index, (number, mark) in enumerate(numbered):
        keys = b"/Next %d 0 R" % numbered[index + 1][0] if index + 1 < len(numbered) else b""
        if mark.children:
            keys += b"/First %d 0 R/Last %d 0 R" % _level(file, mark.children, number, kids)
        place = b"[%d 0 R/XYZ 0 %g 0]" % (kids[mark.page - 1], mark.top)
        file.set(
            number,
            b"<</Title(%s)/Parent %d 0 R/Dest%s%s>>" % (_escaped(mark.title), parent, place, keys),
        )
    return numbered[0][0], numbered[-1][0]


def _stream(data: bytes, keys: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), keys, data)


def _form(content: bytes, resources: bytes) -> bytes:
    return _stream(
        content, b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<<%s>>" % resources
    )


def _nested_forms(file: _File, *, depth: int = 12, fan: int = 12) -> int:
    """The form that draws `fan ** depth` squares."""
    form = file.add(_form(b"0 0 1 1 re f\n", b""))
    for _ in range(depth):
        form = file.add(_form(b"/X Do " * fan, b"/XObject<</X %d 0 R>>" % form))
    return form


def _escaped(words: str) -> bytes:
    data = words.encode("cp1252")
    for special in (b"\\", b"(", b")"):
        data = data.replace(special, b"\\" + special)
    return data
