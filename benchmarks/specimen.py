"""A long PDF of real English, made without any library: for measuring, not for looking at.

The text is that of the Python language reference which every interpreter carries.
"""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Iterator
from pathlib import Path

_LINES = 46
"""A page; with 88 characters a line it holds about 500 words."""
_STRIDE = 31
"""Lines by which a page moves on: the text comes round several times, each time cut otherwise."""


def write(path: Path, pages: int) -> None:
    """Write a PDF of `pages` pages with a text layer."""
    catalog = b"<</Type/Catalog/Pages 2 0 R>>"
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(pages))
    tree = f"<</Type/Pages/Count {pages}/MediaBox[0 0 595 842]/Kids[{kids}]>>".encode()
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


def _pages(count: int) -> Iterator[bytes]:
    """Alternately a page and its content."""
    text = lines()
    for i in range(count):
        chosen = [text[(i * _STRIDE + j) % len(text)] for j in range(_LINES)]
        shown = "\n".join(f"({_escaped(line)}) Tj T*" for line in [f"Page {i + 1}", "", *chosen])
        content = f"BT /F1 11 Tf 15 TL 56 782 Td\n{shown}\nET".encode("cp1252", "replace")
        packed = zlib.compress(content)
        yield (
            b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % (5 + 2 * i)
        )
        yield b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
