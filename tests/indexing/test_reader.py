"""Documents are read page by page, and what is wrong with one stays with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from recto.engine.errors import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    LimitExceeded,
    NotFound,
    UnreadableFile,
)
from recto.engine.page import PageContent
from recto.indexing.limits import Limits
from recto.indexing.reader import OpenDocument, Reader
from tests.pdfs import (
    Bookmark,
    Page,
    crossing,
    flate_bomb,
    form_bomb,
    lines,
    looping_tree,
    nested,
    pdf,
    text,
)

Write = Callable[[bytes], Path]
QUICK = Limits(page_seconds=1.5, memory=512)
PROSE = "\n".join(["Body text of the page, set in many words of ordinary size."] * 6)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(ocr=False) as reader:
        yield reader


@pytest.fixture(autouse=True)
def no_poppler(monkeypatch: pytest.MonkeyPatch) -> None:
    """If installed, it might draw what PDFium cannot."""
    monkeypatch.setenv("PATH", "")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(data: bytes) -> Path:
        path = tmp_path / "report.pdf"
        path.write_bytes(data)
        return path

    return write


def _read(reader: Reader, path: Path, number: int = 1) -> PageContent:
    with reader.open(path, "pdf") as document:
        return document.read(number)


def _process(document: OpenDocument) -> psutil.Process:
    """The one that reads the document."""
    assert document._session.child is not None
    return psutil.Process(document._session.child.pid)


def test_pages_and_words(reader: Reader, write: Write) -> None:
    path = write(pdf([text(72, 700, f"This is page {n}") for n in (1, 2, 3)]))
    with reader.open(path, "pdf") as document:
        assert document.pages == 3
        contents = [document.read(number) for number in (1, 2, 3)]
    assert [content.text.text for content in contents] == [f"This is page {n}" for n in (1, 2, 3)]
    assert {(content.width, content.height) for content in contents} == {(612, 792)}
    assert {content.text.source for content in contents} == {"layer"}


def test_page_that_is_not_there(reader: Reader, write: Write) -> None:
    with reader.open(write(pdf([b""])), "pdf") as document:
        for number in (0, 2):
            with pytest.raises(NotFound, match="pages are 1 to 1"):
                document.read(number)


def test_two_documents_at_once(reader: Reader, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(pdf([text(72, 700, f"I am {name}")]))
    with reader.open(tmp_path / "a", "pdf") as a, reader.open(tmp_path / "b", "pdf") as b:
        assert (a.read(1).text.text, b.read(1).text.text) == ("I am a", "I am b")


def test_title_of_the_metadata(reader: Reader, write: Write) -> None:
    path = write(pdf([lines(PROSE)], title="Annual Report"))
    with reader.open(path, "pdf") as document:
        assert document.title == "Annual Report"
        assert document.read(1).headings == ("Annual Report",)


def test_title_of_the_page(reader: Reader, write: Write) -> None:
    content = text(72, 750, "The Yearly Report of Pumps", size=24) + lines(PROSE, top=700)
    with reader.open(write(pdf([content], title="Microsoft Word - x.doc")), "pdf") as document:
        assert document.title == "The Yearly Report of Pumps"


def test_bookmarks_become_headings(reader: Reader, write: Write) -> None:
    marks = [Bookmark("Part A", 1, 792, (Bookmark("Pumps", 2),)), Bookmark("Part B", 3, 300)]
    path = write(pdf([lines(PROSE)] * 4, title="Report on it", outline=marks))
    with reader.open(path, "pdf") as document:
        above = [document.read(number).headings[1:] for number in range(1, 5)]
    assert above == [("Part A",), ("Part A", "Pumps"), ("Part A", "Pumps"), ("Part B",)]


def _chapters() -> bytes:
    pages = [lines(PROSE)] * 30
    for number, name in ((3, "Wells"), (12, "Pumps"), (25, "Valves")):
        pages[number] = text(72, 760, f"About {name}", size=20) + lines(PROSE, top=730)
    return pdf(pages, title="A Handbook")


def test_headings_are_carried_forward(reader: Reader, write: Write) -> None:
    with reader.open(write(_chapters()), "pdf") as document:
        above = [document.read(number).headings[1:] for number in range(1, 31)]
    wells, pumps, valves = ("About Wells",), ("About Pumps",), ("About Valves",)
    assert above == [()] * 3 + [wells] * 9 + [pumps] * 13 + [valves] * 5


def test_reading_on_gives_the_same_as_reading_from_the_start(reader: Reader, write: Write) -> None:
    path = write(_chapters())
    with reader.open(path, "pdf") as document:
        expected = [document.read(number) for number in range(1, 31)]
    assert _read(reader, path, 20) == expected[19]
    with reader.open(path, "pdf") as document:
        backwards = [document.read(number) for number in range(30, 0, -1)]
    assert backwards[::-1] == expected


def test_image_has_the_width_asked_for(reader: Reader, write: Write) -> None:
    path = write(pdf([Page(width=500, height=1000), Page(width=500, height=1000, rotate=90)]))
    with reader.open(path, "pdf") as document:
        assert document.image(1, 301).shape == (602, 301, 3)
        assert document.image(2, 600).shape == (300, 600, 3)


def test_image_shows_the_page(reader: Reader, write: Write) -> None:
    red = b"1 0 0 rg 0 396 306 396 re f"  # the left upper quarter
    with reader.open(write(pdf([red])), "pdf") as document:
        image = document.image(1, 100)
    assert image[10, 10].tolist() == [255, 0, 0]
    assert image[-10, -10].tolist() == [255, 255, 255]


def test_empty_file(reader: Reader, write: Write) -> None:
    with pytest.raises(EmptyFile, match=r"report\.pdf"):
        reader.open(write(b""), "pdf")


def test_no_pages(reader: Reader, write: Write) -> None:
    with pytest.raises(EmptyFile, match=r"report\.pdf.*no pages"):
        reader.open(write(pdf([])), "pdf")


def test_missing_file(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="gone"):
        reader.open(tmp_path / "gone", "pdf")


def test_encrypted_file(reader: Reader, write: Write) -> None:
    with pytest.raises(EncryptedFile, match=r"report\.pdf.*password"):
        reader.open(write(pdf([b""], encrypted=True)), "pdf")


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
def test_truncated_file(reader: Reader, write: Write, kept: float) -> None:
    data = pdf([text(72, 700, "words")] * 20)
    with pytest.raises(DamagedFile, match=r"report\.pdf.*truncated or broken"):
        reader.open(write(data[: int(len(data) * kept)]), "pdf")


def test_text_file_called_pdf(reader: Reader, write: Write) -> None:
    with pytest.raises(DamagedFile, match=r"report\.pdf"):
        reader.open(write(b"These are just words."), "pdf")


def test_name_in_messages(reader: Reader, write: Write) -> None:
    with pytest.raises(DamagedFile, match=r"^My letter cannot be read"):
        reader.open(write(b"nonsense"), "pdf", name="My letter")


def test_file_larger_than_allowed(write: Write) -> None:
    with (
        Reader(Limits(bytes=100), ocr=False) as reader,
        pytest.raises(LimitExceeded, match=r"bytes, more than 100; raise Limits\.bytes"),
    ):
        reader.open(write(pdf([b""])), "pdf")


def test_more_pages_than_allowed(write: Write) -> None:
    with (
        Reader(Limits(pages=5), ocr=False) as reader,
        pytest.raises(LimitExceeded, match=r"6 pages, more than 5; raise Limits\.pages"),
    ):
        reader.open(write(pdf([b""] * 6)), "pdf")


def test_more_characters_than_allowed(write: Write) -> None:
    path = write(pdf([text(72, 700, "words " * 30), text(72, 700, "few words")]))
    with Reader(Limits(characters=100), ocr=False) as reader, reader.open(path, "pdf") as document:
        with pytest.raises(LimitExceeded, match=r"page 1 of .*Limits\.characters"):
            document.read(1)
        assert document.read(2).text.text == "few words"


def test_ten_thousand_pages_in_bounded_memory(write: Write) -> None:
    path = write(pdf([text(72, 700, f"Page {n} of many") for n in range(1, 10_001)]))
    with Reader(ocr=False) as reader, reader.open(path, "pdf") as document:
        assert document.pages == 10_000
        process = _process(document)
        document.read(1)
        before = process.memory_info().rss
        for number in range(2, 502):
            document.read(number)
        assert document.read(10_000).text.text == "Page 10000 of many"
        assert process.memory_info().rss < before + (16 << 20)


def test_huge_page(reader: Reader, write: Write) -> None:
    page = Page(content=text(2e4, 1e5, "Far away", size=9000), width=200_000, height=200_000)
    with reader.open(write(pdf([page])), "pdf") as document:
        assert document.image(1, 200).shape == (200, 200, 3)
        box = document.read(1).text.words[0].box
    assert 0.09 < box.x0 < 0.12
    assert 0.4 < box.y0 < box.y1 < 0.55


def test_page_of_extreme_shape_is_drawn_less_wide(write: Write) -> None:
    limits = Limits(rendered_pixels=1_000_000)
    path = write(pdf([Page(width=10, height=10_000)]))
    with Reader(limits, ocr=False) as reader, reader.open(path, "pdf") as document:
        height, width, _ = document.image(1, 1000).shape
    assert height * width <= 1_100_000
    assert width < 50


def test_flate_bomb(reader: Reader, write: Write) -> None:
    data = flate_bomb(200 << 20)
    assert len(data) < 210_000
    assert _read(reader, write(data)).text.words == ()


@pytest.mark.parametrize("bomb", [form_bomb(), pdf([crossing(1_500_000)]), flate_bomb(2 << 30)])
def test_bomb_is_an_error_on_its_page(write: Write, bomb: bytes) -> None:
    with (
        Reader(QUICK, ocr=False) as reader,
        reader.open(write(bomb), "pdf") as document,
        pytest.raises((LimitExceeded, DamagedFile), match=r"page 1 of .*report\.pdf"),
    ):
        document.image(1, 1000)


def test_bomb_among_other_pages(write: Write) -> None:
    good = lines(PROSE)
    file = write(pdf([good, good, Page(endless=True), good, good]))
    limits = Limits(page_seconds=1.5, crashes=2)
    words = []
    with Reader(limits, ocr=False) as reader, reader.open(file, "pdf") as document:
        for number in (1, 2, 3, 4, 5):
            try:
                words.append(document.read(number).text.text)
            except LimitExceeded as error:
                words.append(str(error)[:6])
    assert words == [PROSE, PROSE, "page 3", PROSE, PROSE]


@pytest.mark.parametrize("data", [nested(100_000), looping_tree()])
def test_nesting_does_no_harm(reader: Reader, write: Write, data: bytes) -> None:
    path = write(data)
    try:
        _read(reader, path)
    except DamagedFile as error:
        assert "report.pdf" in str(error)  # noqa: PT017
    path.write_bytes(pdf([text(72, 700, "Still here")]))
    assert _read(reader, path).text.text == "Still here"


def test_worker_that_hangs_is_replaced(write: Write) -> None:
    path = write(pdf([text(72, 700, f"This is page {n}") for n in (1, 2, 3)]))
    with Reader(QUICK, ocr=False) as reader, reader.open(path, "pdf") as document:
        assert document.read(1).text.text == "This is page 1"
        _process(document).suspend()
        with pytest.raises(LimitExceeded, match=r"page 2 of .*longer than 1\.5 s"):
            document.image(2, 10)
        assert document.read(3).text.text == "This is page 3"


def test_other_documents_survive_a_worker(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(pdf([text(72, 700, f"I am {name}")]))
    with Reader(ocr=False) as reader:
        a, b = (reader.open(tmp_path / name, "pdf") for name in "ab")
        process = _process(a)
        process.kill()
        process.wait()
        assert a.read(1).text.text == "I am a"
        assert b.read(1).text.text == "I am b"
        a.close()
        b.close()


def test_document_is_given_up_after_so_many_crashes(write: Write) -> None:
    path = write(pdf([b""] * 5))
    limits = Limits(page_seconds=1, crashes=2)
    with Reader(limits, ocr=False) as reader, reader.open(path, "pdf") as document:
        for number in (1, 2):
            document.image(number + 2, 10)
            _process(document).suspend()
            with pytest.raises(LimitExceeded, match="longer than 1 s"):
                document.image(number, 10)
        with pytest.raises(LimitExceeded, match=r"2 parts of .*Limits\.crashes"):
            document.image(3, 10)


def test_document_that_takes_too_long(write: Write) -> None:
    limits = Limits(document_seconds=1e-6)
    with Reader(limits, ocr=False) as reader:
        document = reader.open(write(pdf([b""])), "pdf")
        with pytest.raises(LimitExceeded, match=r"Limits\.document_seconds"):
            document.read(1)


def test_closing_ends_the_processes(write: Write) -> None:
    with Reader(ocr=False) as reader:
        document = reader.open(write(pdf([b""])), "pdf")
        process = _process(document)
    assert not process.is_running()
    document.close()
    document.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(reader: Reader, write: Write) -> None:
    path = write(pdf([b""]))
    path.chmod(0)
    with pytest.raises(UnreadableFile, match=r"report\.pdf"):
        reader.open(path, "pdf")
