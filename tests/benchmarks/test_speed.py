"""The measuring of speed and size: its document, its memory gauge, and a run on a few pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import pytest

from recto.benchmarks import specimen
from recto.benchmarks.memory import PeakMemory
from recto.benchmarks.speed import measure


def test_specimen_has_its_pages_and_their_text(tmp_path: Path) -> None:
    path = tmp_path / "specimen.pdf"
    specimen.write(path, 12)
    with pypdfium2.PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    assert [text.split("\r\n")[0] for text in texts] == [f"Page {i}" for i in range(1, 13)]
    assert len(set(texts)) == 12
    assert all(len(text.split()) > 300 for text in texts)


def test_peak_memory_sees_what_is_held() -> None:
    pytest.importorskip("psutil")
    with PeakMemory() as small:
        pass
    with PeakMemory() as large:
        held = np.ones(200 << 17)
    assert small.bytes is not None
    assert large.bytes is not None
    assert large.bytes - small.bytes > held.nbytes / 2


def test_measure_on_a_few_pages(tmp_path: Path) -> None:
    speed = measure(tmp_path, 3)
    assert speed.pages == 3
    assert speed.import_is_light
    assert speed.bytes_per_page > speed.source_bytes_per_page > 100
    assert 0 < speed.search_ms_p50 <= speed.search_ms_p95
    busy = speed.add_stage_seconds
    assert all(busy[stage] > 0 for stage in ("read", "encode", "store"))
    assert 0 < speed.open_seconds <= speed.first_search_seconds
