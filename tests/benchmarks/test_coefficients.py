from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recto.benchmarks.coefficients import _close, _sketch, _store
from recto.benchmarks.search.clusters import Clusters
from recto.benchmarks.search.pageset import PageSet, save, truth


@pytest.fixture
def pages(tmp_path: Path) -> PageSet:
    made = Clusters()
    return save(tmp_path / "set", "clusters", made.pages(20), made.questions(3, 20))


def test_store_keeps_two_bytes_a_number_and_finds_the_best(pages: PageSet, tmp_path: Path) -> None:
    _, size, found, memory = _store(tmp_path / "store", "float16", pages, truth(pages))
    assert 2 <= size < 3
    assert found == 1.0
    assert memory > 0


def test_sketch_keeps_a_byte_and_an_eighth_a_number(pages: PageSet, tmp_path: Path) -> None:
    fine, coarse, size = _sketch(tmp_path / "book", pages)
    assert 0 < coarse < fine
    assert size == pytest.approx(1.125, rel=0.05)


def test_more_recall_takes_a_closer_look_at_more_pages(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    noise = [random.standard_normal((16, 128), dtype=np.float32) for _ in range(100)]
    shares = _close(tmp_path, noise)
    assert 0.1 <= shares["0.95"] <= shares["0.99"] <= 1
