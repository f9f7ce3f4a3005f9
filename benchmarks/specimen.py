"""PDFs of text, made without any library: for measuring, not for looking at.

`write` makes a long one of real English, that of the Python language reference which every
interpreter carries; `write_pages` one of any text.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
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

    The letters of Windows-1252 are drawn. All others are in the text layer, but blank in a picture
    of the page, as no font for them is in the file.
    """
    parts = (part for page in pages for line in page for part in _parts(line))
    others = sorted({letter for other, part in parts if other for letter in part})
    codes = {letter: code for code, letter in enumerate(others, start=1)}
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(pages), _kids(len(pages), codes)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>",
        *(_font_of(codes) if codes else ()),
        *_pages(pages, codes),
    ]
    with path.open("wb") as out:
        out.write(b"%PDF-1.7\n")
        offsets = []
        for number, body in enumerate(bodies, start=1):
            offsets.append(out.tell())
            out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        start = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
        out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
        out.write(b"trailer<</Size %d/Root 1 0 R>>\n" % (len(offsets) + 1))
        out.write(b"startxref\n%d\n%%%%EOF\n" % start)


def is_drawn(text: str) -> bool:
    """Whether `write_pages` draws all of its letters."""
    return not any(map(_is_other, text))


def is_wide(letter: str) -> bool:
    """Whether it takes the place of two, as Chinese characters do."""
    return unicodedata.east_asian_width(letter) in "WF"


def lines() -> list[str]:
    """The text, wrapped to the width of a page."""
    from pydoc_data.topics import topics

    paragraphs = (block for text in topics.values() for block in text.split("\n\n"))
    return [line for block in paragraphs for line in textwrap.wrap(" ".join(block.split()), 88)]


_FONTS = 4
"""Objects of the font for other letters, the first of which is the fourth of the file."""


def _kids(pages: int, codes: Mapping[str, int]) -> bytes:
    first = _first_page(codes)
    return " ".join(f"{first + 2 * i} 0 R" for i in range(pages)).encode()


def _first_page(codes: Mapping[str, int]) -> int:
    return 4 + (_FONTS if codes else 0)


def _pages(pages: Sequence[Sequence[str]], codes: Mapping[str, int]) -> Iterator[bytes]:
    """Alternately a page and its content."""
    fonts = b"/F1 3 0 R/F2 4 0 R" if codes else b"/F1 3 0 R"
    for i, page in enumerate(pages):
        height = max(_HEIGHT, _LEADING * len(page) + 120)
        shown = "\n".join(f"{_shown(line, codes)} T*" for line in page)
        content = f"BT /F1 11 Tf {_LEADING} TL 56 {height - 60} Td\n{shown}\nET".encode("cp1252")
        packed = zlib.compress(content)
        yield (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 %d]/Resources<</Font<<%b>>>>"
            b"/Contents %d 0 R>>" % (height, fonts, _first_page(codes) + 2 * i + 1)
        )
        yield b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed)


def _shown(line: str, codes: Mapping[str, int]) -> str:
    """A line in one font and the other."""
    shown = []
    for other, part in _parts(line):
        if other:
            numbers = "".join(f"{codes[letter]:04X}" for letter in part)
            shown.append(f"/F2 11 Tf <{numbers}> Tj /F1 11 Tf")
        else:
            shown.append(f"({_escaped(part)}) Tj")
    return " ".join(shown)


def _parts(line: str) -> list[tuple[bool, str]]:
    """A line in words of the one font and of the other; whether it is the other.

    PDFium reads no text without extent, which one letter without a shape is: a space follows it.
    """
    words = re.findall(r"\S+\s*|\s+", line)
    found = [
        (other, "".join(some)) for other, some in groupby(words, lambda word: not is_drawn(word))
    ]
    if found and found[-1][0] and not found[-1][1].endswith(" "):
        found[-1] = (True, f"{found[-1][1]} ")
    return found or [(False, "")]


def _font_of(codes: Mapping[str, int]) -> Iterator[bytes]:
    """A font without shapes, which says what each of its codes means."""
    wide = " ".join(f"{code}[1000]" for letter, code in codes.items() if is_wide(letter))
    meaning = zlib.compress(_meanings(list(codes.items())).encode())
    yield (
        b"<</Type/Font/Subtype/Type0/BaseFont/Times-Roman/Encoding/Identity-H"
        b"/DescendantFonts[5 0 R]/ToUnicode 6 0 R>>"
    )
    yield (
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Times-Roman/CIDSystemInfo<</Registry(Adobe)"
        f"/Ordering(Identity)/Supplement 0>>/FontDescriptor 7 0 R/DW 500/W[{wide}]>>"
    ).encode()
    yield b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(meaning), meaning)
    yield (
        b"<</Type/FontDescriptor/FontName/Times-Roman/Flags 4/FontBBox[0 -200 1000 900]"
        b"/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>"
    )


def _meanings(codes: Sequence[tuple[str, int]]) -> str:
    """A CMap; at most a hundred entries may stand in a block."""
    blocks = (codes[i : i + 100] for i in range(0, len(codes), 100))
    return (
        "/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CMapName/Other def\n"
        "/CMapType 2 def 1 begincodespacerange<0000><FFFF>endcodespacerange\n"
        + "".join(f"{len(block)} beginbfchar\n{_entries(block)}endbfchar\n" for block in blocks)
        + "endcmap CMapName currentdict/CMap defineresource pop end end"
    )


def _entries(codes: Iterable[tuple[str, int]]) -> str:
    return "".join(f"<{code:04X}><{letter.encode('utf-16-be').hex()}>\n" for letter, code in codes)


def _is_other(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return True
    return False


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
