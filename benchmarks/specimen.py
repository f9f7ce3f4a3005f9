"""A long PDF of real English, made without any library: for measuring, not for looking at.

The text is that of the Python language reference which every interpreter carries.
"""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

_LINES = 46
"""A page; with 88 characters a line it holds about 500 words."""
_HEIGHT, _LEADING = 842, 15
"""Points: of an A4 page, and from line to line."""
_STRIDE = 31
"""Lines by which a page moves on: the text comes round several times, each time cut otherwise."""


def write(path: Path, pages: int) -> None:
    """Write a PDF of `pages` pages with a text layer."""
    text = lines()
    write_pages(
        path,
        [
            [f"Page {i + 1}", "", *(text[(i * _STRIDE + j) % len(text)] for j in range(_LINES))]
            for i in range(pages)
        ],
    )


def write_pages(path: Path, pages: Sequence[Sequence[str]]) -> None:
    """Write a PDF of these lines; a page of more than fit is as tall as they need.

    Letters that Windows-1252 lacks become question marks.
    """
    catalog = b"<</Type/Catalog/Pages 2 0 R>>"
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    tree = f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode()
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>"
    with path.open("wb") as out:
        out.write(b"%PDF-1.7\n")
        offsets = []
        for number, body in enumerate([catalog, tree, font, *_pages(pages)], start=1):
            offsets.append(out.tell())
            out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        start = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
        out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
        out.write(b"trailer<</Size %d/Root 1 0 R>>\n" % (len(offsets) + 1))
        out.write(b"startxref\n%d\n%%%%EOF\n" % start)


def lines() -> list[str]:
    """The text, wrapped to the width of a page."""
    from pydoc_data.topics import topics

    paragraphs = (block for text in topics.values() for block in text.split("\n\n"))
    return [line for block in paragraphs for line in textwrap.wrap(" ".join(block.split()), 88)]


def _pages(pages: Sequence[Sequence[str]]) -> Iterator[bytes]:
    """Alternately a page and its content."""
    for i, page in enumerate(pages):
        height = max(_HEIGHT, _LEADING * len(page) + 120)
        shown = "\n".join(f"({_escaped(line)}) Tj T*" for line in page)
        content = f"BT /F1 11 Tf {_LEADING} TL 56 {height - 60} Td\n{shown}\nET".encode(
            "cp1252", "replace"
        )
        packed = zlib.compress(content)
        yield (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 %d]/Resources<</Font<</F1 3 0 R>>>>"
            b"/Contents %d 0 R>>" % (height, 5 + 2 * i)
        )
        yield b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
