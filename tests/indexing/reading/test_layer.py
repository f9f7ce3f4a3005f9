"""Words of a PDF's text layer, and where they stand on the page as it is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recto.engine.page import Box, Word
from recto.indexing.limits import Limits
from recto.indexing.reading.pdf import PdfSource
from recto.indexing.reading.raw import RawPage
from tests.pdfs import Page, lines, pdf, text


def _read(folder: Path, page: Page | bytes, number: int = 1) -> RawPage:
    path = folder / "report.pdf"
    path.write_bytes(pdf([page]))
    source = PdfSource(str(path), Limits())
    try:
        return source.read(number)
    finally:
        source.close()


def _rows(page: RawPage) -> list[str]:
    return [
        " ".join(word.text for word in page.words if word.line == line)
        for line in range(len(page.sizes))
    ]


def _only(page: RawPage) -> Word:
    (word,) = page.words
    return word


def _close(box: Box, expected: tuple[float, float, float, float]) -> bool:
    return bool(np.allclose(box, expected, atol=0.006))


# "HHHH" in Helvetica of 100 points is 288.8 wide and 71.8 high, on a page of 1000 by 2000 at
# (100, 1500): from 0.1 to 0.389 across, and from 0.214 to 0.25 from the top.
WORD = text(100, 1500, "HHHH", size=100)
TURNED = {
    0: (0.107, 0.214, 0.381, 0.25),
    90: (0.75, 0.107, 0.786, 0.381),
    180: (0.619, 0.75, 0.893, 0.786),
    270: (0.214, 0.619, 0.25, 0.893),
}


@pytest.mark.parametrize(("rotate", "box"), TURNED.items())
def test_box_on_a_turned_page(
    tmp_path: Path, rotate: int, box: tuple[float, float, float, float]
) -> None:
    page = _read(tmp_path, Page(content=WORD, width=1000, height=2000, rotate=rotate))
    assert _close(_only(page).box, box)
    assert (page.width, page.height) == ((1000, 2000) if rotate % 180 == 0 else (2000, 1000))


def test_box_on_a_cropped_page(tmp_path: Path) -> None:
    crop = (100, 1000, 600, 2000)
    page = _read(tmp_path, Page(content=WORD, width=1000, height=2000, crop=crop))
    assert (page.width, page.height) == (500, 1000)
    assert _close(_only(page).box, (0.014, 0.428, 0.562, 0.5))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_box_is_where_the_word_is_drawn(tmp_path: Path, rotate: int) -> None:
    path = tmp_path / "report.pdf"
    page = Page(content=WORD, width=1000, height=2000, rotate=rotate, crop=(50, 900, 800, 1900))
    path.write_bytes(pdf([page]))
    source = PdfSource(str(path), Limits())
    dark = np.argwhere(source.image(1, 1000).mean(axis=2) < 128)
    height, width, _ = source.image(1, 1000).shape
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    drawn = (left / width, top / height, right / width, bottom / height)
    assert _close(_only(source.read(1)).box, drawn)


def test_words_outside_of_the_page_are_left_out(tmp_path: Path) -> None:
    content = text(-500, 700, "Left") + text(72, 2000, "Above") + text(72, 700, "Seen")
    assert _rows(_read(tmp_path, content)) == ["Seen"]


def test_lines_of_a_text(tmp_path: Path) -> None:
    words = "One line of it\nand another\nand a third"
    assert _rows(_read(tmp_path, lines(words))) == words.splitlines()


def test_size_of_the_type(tmp_path: Path) -> None:
    scaled = b"BT /F1 1 Tf 20 0 0 20 72 600 Tm (Scaled by the matrix) Tj ET\n"
    page = _read(tmp_path, text(72, 700, "Plain", size=14) + scaled)
    assert page.sizes == pytest.approx([14, 20])


def test_table_rows_stay_together(tmp_path: Path) -> None:
    table = [("Item", "2022", "2023"), ("Revenue", "1,200", "1,340"), ("Costs", "(800)", "(910)")]
    by_column = b"".join(
        text(x, 700 - 20 * row, table[row][column])
        for column, x in enumerate((72, 250, 400))
        for row in range(3)
    )
    assert _rows(_read(tmp_path, by_column)) == [" ".join(row) for row in table]


def test_columns_of_prose_stay_apart(tmp_path: Path) -> None:
    left = "This column is the left one\nand it goes on for some\nlines of prose until it ends"
    right = "while this one is the right\nand it has as many lines as\nthe other one on its left"
    content = lines(left, x=72) + lines(right, x=330)
    assert _rows(_read(tmp_path, content)) == left.splitlines() + right.splitlines()


def test_hyphen_at_the_end_of_a_line_is_left(tmp_path: Path) -> None:
    assert _rows(_read(tmp_path, lines("a fine exam-\nple of it"))) == ["a fine exam-", "ple of it"]


def test_letters_drawn_one_by_one_are_one_word(tmp_path: Path) -> None:
    letters = b"".join(text(72 + 7 * i, 700, letter) for i, letter in enumerate("nonono"))
    word = _only(_read(tmp_path, letters))
    assert word.text == "nonono"
    assert word.box.x1 - word.box.x0 > 36 / 612


def test_word_without_end_is_cut(tmp_path: Path) -> None:
    page = _read(tmp_path, text(10, 700, "one " + 2500 * "a" + " two", size=0.1))
    assert [len(word.text) for word in page.words] == [3, 1000, 1000, 500, 3]


def test_ligatures_are_letters(tmp_path: Path) -> None:
    font = (
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding"
        b"<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[1/fi/fl]>>>>"
    )
    page = Page(content=b"BT /L 12 Tf 72 700 Td (ef\001cient \002ow) Tj ET", fonts={"L": font})
    assert _rows(_read(tmp_path, page)) == ["efficient flow"]


def test_hidden_words_are_read(tmp_path: Path) -> None:
    assert _rows(_read(tmp_path, b"3 Tr " + text(72, 700, "Recognised before"))) == [
        "Recognised before"
    ]


def test_fields_that_were_filled_in(tmp_path: Path) -> None:
    page = Page(
        content=text(72, 700, "Name:") + text(72, 650, "City:"),
        fields={"Ada Lovelace": (120, 695, 400, 715), "London": (120, 645, 400, 665)},
    )
    read = _read(tmp_path, page)
    assert _rows(read) == ["Name: Ada Lovelace", "City: London"]
    ada = next(word for word in read.words if word.text == "Ada")
    assert 120 / 612 - 0.01 <= ada.box.x0 < ada.box.x1 < 200 / 612
    assert 1 - 715 / 792 <= ada.box.y0 < ada.box.y1 <= 1 - 695 / 792


def test_blank_page(tmp_path: Path) -> None:
    page = _read(tmp_path, b"")
    assert (page.words, page.wants_ocr) == ([], False)


def test_text_wants_no_ocr(tmp_path: Path) -> None:
    assert not _read(tmp_path, text(72, 700, "Just three words")).wants_ocr


def test_shapes_without_text_want_ocr(tmp_path: Path) -> None:
    assert _read(tmp_path, b"72 600 200 20 re f").wants_ocr


SCAN = np.full((200, 150), 240, dtype=np.uint8)
SCAN[50:60, 20:120] = 20


def test_scan_wants_ocr(tmp_path: Path) -> None:
    assert _read(tmp_path, Page(picture=SCAN)).wants_ocr


def test_scan_with_a_stamp_wants_ocr(tmp_path: Path) -> None:
    page = _read(tmp_path, Page(picture=SCAN, content=text(400, 20, "CONFIDENTIAL 000123")))
    assert page.wants_ocr
    assert _rows(page) == ["CONFIDENTIAL 000123"]


def test_scan_that_was_recognised_wants_no_ocr(tmp_path: Path) -> None:
    words = "\n".join(["ten words are on each line of this long page"] * 6)
    assert not _read(tmp_path, Page(picture=SCAN, content=b"3 Tr " + lines(words))).wants_ocr


def test_characters_without_meaning_want_ocr(tmp_path: Path) -> None:
    # Codes that map to private use: what a subset font without names leaves.
    table = b"1 beginbfrange <00> <ff> <e000> endbfrange"
    cmap = b"/CIDInit /ProcSet findresource begin begincmap " + table + b" endcmap end"
    font = (
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 99 0 R>>"
    )
    page = Page(content=text(72, 700, "These words mean nothing", font="G"), fonts={"G": font})
    data = pdf([page])
    stream = b"99 0 obj\n<</Length %d>>stream\n%s\nendstream\nendobj\n" % (len(cmap), cmap)
    at = data.index(b"xref\n")
    # Without its table, PDFium looks for the objects themselves.
    broken = data[:at] + stream + data[data.index(b"trailer") : data.index(b"startxref")]
    path = tmp_path / "report.pdf"
    path.write_bytes(broken)
    read = PdfSource(str(path), Limits()).read(1)
    assert read.wants_ocr
    assert list(read.words) == []
