from __future__ import annotations

from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from recto.benchmarks.search.clusters import Clusters
from recto.benchmarks.search.measuring import Result, measure
from recto.benchmarks.search.pageset import PageSet, load, recall, save, truth
from recto.benchmarks.search.prose import Prose
from recto.engine.maxsim import maxsim


@pytest.fixture
def pages(tmp_path: Path) -> PageSet:
    random = np.random.default_rng(0)
    sizes = random.integers(1, 20, 30).tolist()
    made = [random.standard_normal((size, 8), dtype=np.float32) for size in sizes]
    questions = [random.standard_normal((size, 8), dtype=np.float32) for size in (3, 1)]
    return save(tmp_path / "set", "noise", made, questions)


def test_truth_is_maxsim(pages: PageSet) -> None:
    naive = [[maxsim(q, page) for page in pages.pages()] for q in pages.questions]
    np.testing.assert_allclose(truth(pages), naive, rtol=1e-5)


def test_set_is_read_back_as_it_was_saved(pages: PageSet, tmp_path: Path) -> None:
    again = load(tmp_path / "set")
    assert (again.name, len(again), again.dim) == ("noise", 30, 8)
    for number in range(30):
        np.testing.assert_array_equal(again.page(number), pages.page(number))


def test_recall_counts_the_best_and_their_equals() -> None:
    scores = np.array([5, 4, 3, 3, 1, 0], np.float32)
    assert recall([0, 1, 3], scores, 3) == 1.0
    assert recall([0, 4, 3], scores, 3) == pytest.approx(2 / 3)
    assert recall([0], scores, 3) == pytest.approx(1 / 3)
    assert recall([0, 1, 2, 3, 4, 5], scores, 10) == 1.0  # of all that there are


def test_clusters_are_the_same_every_time_and_their_questions_find_their_page() -> None:
    some = list(Clusters().pages(12))
    assert [page.shape for page in some] == [(1024, 128)] * 12
    np.testing.assert_array_equal(some[11], list(Clusters().pages(20))[11])
    [question] = Clusters().questions(1, 12)
    assert question.shape == (20, 128)
    target = int(np.random.default_rng(1).choice(12, 1, replace=False)[0])
    assert int(np.argmax([maxsim(question, page) for page in some])) == target


def test_prose_has_pages_and_questions_of_words() -> None:
    prose = Prose()
    some = list(islice(prose.pages(3), 5))
    assert len(some) == 3
    assert all(len(page) > 300 for page in some)
    assert {question.shape[1] for question in prose.questions(2)} == {128}


def test_engines_that_are_there_find_the_best(pages: PageSet, tmp_path: Path) -> None:
    results = measure(["recto", "numpy_map"], pages, tmp_path / "set", truth(pages))
    assert [(r.engine, r.way) for r in results] == [
        *(("recto", "exact"), ("recto", "recall 0.95"), ("recto", "recall 0.99")),
        ("numpy_map", "exact"),
    ]
    for result in results:
        assert result.recalls == [1.0, 1.0]
        assert len(result.seconds) == 2
        assert result.disk_bytes > 0


def test_engine_that_is_missing_is_told(pages: PageSet, tmp_path: Path) -> None:
    try:
        import maxsim_cpu  # noqa: F401
    except ImportError:
        [result] = measure(["maxsim_cpu"], pages, tmp_path / "set", truth(pages))
        assert result.reason == "maxsim_cpu is not installed"
    else:
        pytest.skip("it is installed")


@pytest.mark.parametrize("name", ["colpali_engine", "sentence_transformers"])
def test_engines_of_tensors_find_the_best_again_after_a_restart(
    pages: PageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if find_spec(name) is None:
        pytest.skip("it is not installed")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # whatever is installed here
    [result] = measure([name], pages, tmp_path / "set", truth(pages))
    assert (result.reason, result.way, result.recalls) == ("", "exact", [1.0, 1.0])
    assert result.reopen_seconds is not None


def test_ratio_compares_question_by_question() -> None:
    ours = Result(engine="recto", seconds=[0.01, 0.1, 0.2])
    other = Result(engine="other", seconds=[0.04, 0.2, 0.3])
    assert other.ratio(ours) == pytest.approx(2)
    assert ours.ratio(ours) == 1
