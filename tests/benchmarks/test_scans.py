"""Scans: as many pages, no text, the same bytes again."""

from __future__ import annotations

from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from recto.benchmarks.scans import Scanner
from tests import pdfs


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "born.pdf"
    lines = [pdfs.text(72, 700, f"Page {n} of the log") for n in range(3)]
    path.write_bytes(pdfs.pdf([pdfs.Page(content=line) for line in lines]))
    return path


def test_a_scan_has_pages_and_no_text(source: Path, tmp_path: Path) -> None:
    assert Scanner(dpi=40).scan(source, tmp_path / "scan.pdf") == 3
    with pypdfium2.PdfDocument(tmp_path / "scan.pdf") as scan:
        assert [scan[n].get_textpage().get_text_range() for n in range(len(scan))] == [""] * 3


def test_the_same_document_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    for target in (first, second):
        Scanner(dpi=40).scan(source, target, most=1)
    assert first.read_bytes() == second.read_bytes()


def test_a_picture_becomes_a_page(tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "white").save(tmp_path / "letter.png")
    assert Scanner().scan(tmp_path / "letter.png", tmp_path / "scan.pdf") == 1
