from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.maxsim import maxsim
from recto.engine.store.sketch import depth
from recto.engine.store.sketch.book import Book, Index
from recto.engine.store.sketch.finding import CERTAIN, LIKELY, Finder, Guesses
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
def test_no_guess_is_off_by_more_than_its_bound_nor_by_many_standard_errors(
    finder: Finder, pages: list[FloatArray], among: Index
) -> None:
    for seed in range(20):
        true = truth(pages, question(seed))[among]
        guesses = finder.guesses(question(seed), among, close=PAGES)
        assert guesses.pages.tolist() == among.tolist()
        off = np.abs(guesses.scores - true)
        assert (off <= guesses.bound).all()
        assert (off <= CERTAIN * guesses.error).all()
        assert CERTAIN * guesses.error.mean() < true.std() / 2  # else it would say nothing


@pytest.mark.parametrize("errors", [CERTAIN, LIKELY])
@pytest.mark.parametrize("among", [EVERYTHING, SOME])
def test_the_best_are_near(
    finder: Finder, pages: list[FloatArray], among: Index, errors: float
) -> None:
    for seed in range(20):
        true = truth(pages, question(seed))
        best = among[np.argsort(-true[among])[:5]]
        guesses = finder.guesses(question(seed), among, close=PAGES)
        chosen = among[guesses.near(5, errors)]
        assert set(best) <= set(chosen)
        assert len(chosen) < len(among) / 3


@given(
    scores=st.lists(st.floats(-9, 9, width=32), min_size=1, max_size=30),
    off=st.lists(st.floats(-1, 1), min_size=30, max_size=30),
    count=st.integers(1, 30),
)
def test_near_is_whatever_may_be_among_the_best(
    scores: list[float], off: list[float], count: int
) -> None:
    """None of the best is left out if no score is off by more than the error."""
    true = np.array(scores, np.float32)
    guessed = true + np.array(off[: len(scores)], np.float32)
    error = np.ones(len(scores), np.float32)
    guesses = Guesses(np.arange(len(scores)), guessed, error, error * 8)
    last = np.sort(true)[::-1][:count].min()
    assert guesses.near(count, 1.001)[true >= last].all()


def test_shallow_search_looks_at_what_the_means_rank_first(finder: Finder) -> None:
    asked = question(1)
    ranked = np.argsort(-finder.scores(asked, EVERYTHING, coarse=True))
    guesses = finder.guesses(asked, EVERYTHING, close=40)
    assert guesses.pages.tolist() == sorted(ranked[:40])


def test_everything_of_few_pages(finder: Finder) -> None:
    few = np.array([3, 9])
    guesses = finder.guesses(question(0), few, close=2)
    assert guesses.pages.tolist() == [3, 9]
    assert guesses.near(5, LIKELY).all()
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
