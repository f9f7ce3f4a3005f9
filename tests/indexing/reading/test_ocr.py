"""Pages without a text layer are recognised: words, spaces, boxes, order."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont

from recto.engine.errors import LimitExceeded
from recto.engine.page import PageContent
from recto.indexing.limits import Limits
from recto.indexing.reader import Reader
from recto.indexing.reading.ocr import Ocr
from tests.pdfs import Page, pdf, text

LETTER = """Dear Ms Marlowe, thank you for your letter of 12 March 2024
regarding the delivery of forty-two pumps to Rotterdam. The
order number is PX-20931 and the total is EUR 18,450.75"""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


def _picture(words: str, *, size: int = 28, at: tuple[int, int] = (60, 120)) -> Image.Image:
    """A page of 1000 by 500 pixels."""
    image = Image.new("L", (1000, 500), 250)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(image).multiline_text(at, words, font=font, fill=20, spacing=size // 2)
    return image


def _scan(image: Image.Image, degrees: float = 0.0) -> Image.Image:
    """Slightly turned and noisy."""
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=250)
    noise = np.random.default_rng(3).normal(0, 8, (turned.height, turned.width))
    return Image.fromarray((np.asarray(turned) + noise).clip(0, 255).astype(np.uint8))


def _read(reader: Reader, folder: Path, image: Image.Image) -> PageContent:
    path = folder / "scan.png"
    image.save(path)
    with reader.open(path, "png") as document:
        return document.read(1)


@pytest.mark.parametrize("degrees", [2.0, -3.0])
def test_scan_is_read_word_by_word(reader: Reader, tmp_path: Path, degrees: float) -> None:
    content = _read(reader, tmp_path, _scan(_picture(LETTER), degrees))
    assert content.text.text == LETTER
    assert content.text.source == "ocr"


@pytest.mark.parametrize("degrees", [90, 180])
def test_scan_that_lies_on_a_side(reader: Reader, tmp_path: Path, degrees: int) -> None:
    content = _read(reader, tmp_path, _scan(_picture(LETTER)).rotate(degrees, expand=True))
    assert content.text.text == LETTER


def test_boxes_are_where_the_words_are(reader: Reader, tmp_path: Path) -> None:
    image = _picture("alpha", at=(100, 100))
    ImageDraw.Draw(image).text((700, 300), "omega beta", font=ImageFont.load_default(30), fill=20)
    words = {word.text: word.box for word in _read(reader, tmp_path, image).text.words}
    dark = np.argwhere(np.asarray(image)[:250] < 128)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    drawn = (left / 1000, top / 500, right / 1000, bottom / 500)
    assert np.allclose(words["alpha"], drawn, atol=0.01)
    assert 0.69 < words["omega"].x0 < words["omega"].x1 < words["beta"].x0 < words["beta"].x1 < 0.88


def test_columns_and_tables(reader: Reader, tmp_path: Path) -> None:
    left = "the left column tells a story\nof the sea and of the ships\nthat crossed it under sail"
    right = (
        "while the right one deals with\nthe price of grain in the big\ninland towns of that time"
    )
    image = _picture(left, size=24, at=(40, 60))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    pen.multiline_text((540, 60), right, font=font, fill=20, spacing=12)
    rows = [("Item", "2022", "2023"), ("Revenue", "1,200", "1,340"), ("Costs", "800", "910")]
    for number, row in enumerate(rows):
        for x, cell in zip((40, 400, 700), row, strict=True):
            pen.text((x, 300 + 50 * number), cell, font=font, fill=20)
    content = _read(reader, tmp_path, _scan(image, 1.0))
    assert content.text.text.splitlines() == [
        *left.splitlines(),
        *right.splitlines(),
        *(" ".join(row) for row in rows),
    ]


def test_stamped_scan_is_recognised(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    picture = np.asarray(_scan(_picture(LETTER)), dtype=np.uint8)
    stamp = text(20, 15, "BATES0001", size=8)
    path.write_bytes(pdf([Page(picture=picture, content=stamp, width=612, height=306)]))
    with reader.open(path, "pdf") as document:
        content = document.read(1)
    assert content.text.source == "ocr"
    assert content.text.text.startswith(LETTER)


def test_pages_with_text_start_no_ocr(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf([text(72, 700, "Words of its own"), b""]))
    with Reader() as reader, reader.open(path, "pdf") as document:
        assert document.read(1).text.source == "layer"
        assert document.read(2).text.source == "none"
        assert reader._ocr is not None
        assert reader._ocr._child is None


def test_without_ocr(tmp_path: Path) -> None:
    with Reader(ocr=False) as reader:
        content = _read(reader, tmp_path, _picture(LETTER))
    assert content.text.words == ()
    assert content.text.source == "none"


def test_ocr_that_takes_too_long_is_replaced() -> None:
    white: npt.NDArray[np.uint8] = np.full((80, 200, 3), 255, dtype=np.uint8)
    ocr = Ocr(Limits(ocr_seconds=0.05))
    with pytest.raises(LimitExceeded, match=r"Limits\.ocr_seconds"):
        ocr.words(white)  # its models alone take longer to load
    ocr._limits = Limits()
    assert ocr.words(white) == ()
    ocr.close()


def test_ocr_needs_no_network(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
        ocr = Ocr(Limits())
        image = np.asarray(_picture("hello").convert("RGB"), dtype=np.uint8)
        assert [word.text for word in ocr.words(image)] == ["hello"]
        ocr.close()
        with pytest.raises(BlockingIOError):  # nobody has called
            server.accept()
