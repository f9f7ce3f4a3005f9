from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recto.engine.maxsim import maxsim
from recto.engine.store.sketch import depth
from recto.engine.store.sketch.book import Book
from recto.engine.store.sketch.finding import SPARE, Finder
from recto.engine.store.sketch.kernel import Kernel
from recto.engine.vectors import FloatArray

PAGES = 300
DIM = 16


@pytest.fixture(scope="module")
def pages() -> list[FloatArray]:
    random = np.random.default_rng(3)
    return [
        random.standard_normal((int(random.integers(1, 60)), DIM), dtype=np.float32)
        for _ in range(PAGES)
    ]


@pytest.fixture(scope="module")
def book(pages: list[FloatArray], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    made = Book(tmp_path_factory.mktemp("sketches"), DIM)
    for n, page in enumerate(pages):
        made.add(str(uuid.UUID(int=n)), page)
    yield made
    made.close()


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    made = Kernel(threads=2)
    yield made
    made.close()


@pytest.fixture
def finder(book: Book, kernel: Kernel) -> Finder:
    return Finder(kernel, book.table)


def question(seed: int) -> FloatArray:
    return np.random.default_rng(seed).standard_normal((7, DIM), dtype=np.float32)


def truth(pages: list[FloatArray], asked: FloatArray) -> FloatArray:
    return np.array([maxsim(asked, page) for page in pages])


EVERYTHING = np.arange(PAGES)
SOME = np.arange(5, PAGES, 3)


@pytest.mark.parametrize("among", [EVERYTHING, SOME])
def test_true_scores_lie_within_the_bounds(
    finder: Finder, pages: list[FloatArray], among: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> None:
    for seed in range(20):
        true = truth(pages, question(seed))[among]
        bounds = finder.bounds(question(seed), among)
        assert (bounds.least <= true).all()
        assert (true <= bounds.most).all()
        assert (bounds.most - bounds.least).mean() < true.std()  # else they would say nothing


def test_certain_pages_hold_the_best(finder: Finder, pages: list[FloatArray]) -> None:
    for seed in range(20):
        best = np.argsort(-truth(pages, question(seed)))[:5]
        chosen = finder.certain(question(seed), 5, EVERYTHING)
        assert set(best) <= set(chosen)
        assert len(chosen) < PAGES / 2


def test_likely_pages_hold_the_best_when_all_are_looked_at(
    finder: Finder, pages: list[FloatArray]
) -> None:
    for seed in range(20):
        true = truth(pages, question(seed))
        best = SOME[np.argsort(-true[SOME])[:5]]
        chosen = finder.likely(question(seed), 5, SOME, close=PAGES)
        assert len(chosen) == 5 + SPARE
        assert set(best) <= set(chosen) <= set(SOME)


def test_likely_pages_of_a_shallow_search_are_those_that_the_means_rank_first(
    finder: Finder,
) -> None:
    asked = question(1)
    ranked = np.argsort(-finder.scores(asked, EVERYTHING, coarse=True))
    chosen = finder.likely(asked, 5, EVERYTHING, close=40)
    assert set(chosen) <= set(ranked[:40])


def test_everything_of_few_pages(finder: Finder) -> None:
    few = np.array([3, 9])
    assert finder.certain(question(0), 5, few).tolist() == [3, 9]
    assert finder.likely(question(0), 5, few, close=1).tolist() == [3, 9]
    assert finder.scores(question(0), few[:0], coarse=False).shape == (0,)


def test_depth_is_where_the_share_of_the_best_is_reached() -> None:
    measured = depth.Depth(library=100, pages=100, places=(0, 0, 1, 2, 9))
    assert [measured.close(recall, 100) for recall in (0.2, 0.4, 0.6, 0.8, 0.81, 1.0)] == [
        *(1, 1, 2, 3, 10, 10)
    ]
    assert measured.close(1.0, 250) == 25
    assert measured.close(1.0, 50) == 10


def test_depth_finds_that_share_of_the_best(finder: Finder, book: Book) -> None:
    measured = depth.measure(finder, book.table)
    assert (measured.library, measured.pages) == (PAGES, PAGES)
    assert measured.close(0.5, PAGES) <= measured.close(0.9, PAGES) <= PAGES
    assert list(measured.places) == sorted(measured.places)


def test_depth_is_kept(tmp_path: Path) -> None:
    assert depth.read(tmp_path) is None
    measured = depth.Depth(library=3, pages=2, places=(0, 1))
    depth.write(tmp_path, measured)
    assert depth.read(tmp_path) == measured
    (tmp_path / "depth.json").write_text("[1]")
    assert depth.read(tmp_path) is None
