"""Where PDFium fails, poppler draws; here scripts stand in for its programs."""

from __future__ import annotations

from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from recto.engine.errors import DamagedFile, LimitExceeded
from recto.indexing.limits import Limits
from recto.indexing.reader import Reader
from tests.pdfs import looping_tree, pdf

# A green picture of the width that is asked for.
_DRAW = """#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = -scale-to-x ] && width=$2; shift; done
printf 'P6\\n%d 2\\n255\\n' "$width"
i=0; while [ $i -lt $((2 * width)) ]; do printf '\\0\\377\\0'; i=$((i + 1)); done
"""
_INFO = "#!/bin/sh\necho 'Pages: 1000'\n"


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch, draw: str = _DRAW) -> None:
    for name, script in (("pdftoppm", draw), ("pdfinfo", _INFO)):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_page_that_pdfium_cannot_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pdf2image")
    _install(tmp_path, monkeypatch)
    (tmp_path / "a.pdf").write_bytes(looping_tree())
    with Reader(ocr=False) as reader, reader.open(tmp_path / "a.pdf", "pdf") as document:
        image = document.image(1, 30)
    assert image.shape == (2, 30, 3)
    assert image[0, 0].tolist() == [0, 255, 0]


def test_page_on_which_pdfium_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pdf2image")
    _install(tmp_path, monkeypatch)
    (tmp_path / "a.pdf").write_bytes(pdf([b""]))
    limits = Limits(page_seconds=2)
    with Reader(limits, ocr=False) as reader, reader.open(tmp_path / "a.pdf", "pdf") as document:
        assert document._session.child is not None
        psutil.Process(document._session.child.pid).suspend()
        assert document.image(1, 30).shape == (2, 30, 3)


def test_neither_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pdf2image")
    _install(tmp_path, monkeypatch, "#!/bin/sh\nexit 1\n")
    (tmp_path / "a.pdf").write_bytes(looping_tree())
    with (
        Reader(ocr=False) as reader,
        reader.open(tmp_path / "a.pdf", "pdf") as document,
        pytest.raises(DamagedFile, match="neither PDFium nor poppler"),
    ):
        document.image(1, 30)


def test_without_poppler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.pdf").write_bytes(pdf([b""]))
    limits = Limits(page_seconds=1)
    with Reader(limits, ocr=False) as reader, reader.open(tmp_path / "a.pdf", "pdf") as document:
        assert document._session.child is not None
        psutil.Process(document._session.child.pid).suspend()
        with pytest.raises(LimitExceeded, match="longer than 1 s"):
            document.image(1, 30)
