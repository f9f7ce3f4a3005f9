"""recto as a model of MTEB: by what MTEB asks of it, and in MTEB itself where that is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from recto.benchmarks import fetched, footprint
from recto.benchmarks.mteb_model import RectoSearch
from recto.benchmarks.passages import Passages
from recto.benchmarks.questions import Place
from recto.engine.errors import InputError

CORPUS = [
    {"id": "sea", "title": "The sea", "text": "Walruses eat clams and sea snails."},
    {"id": "land", "title": "", "text": "Horses eat hay and oats in the stable."},
    {"id": "air", "title": "", "text": "Swifts catch insects in flight."},
]
QUESTIONS = [{"id": "q1", "text": "What do walruses eat?"}, {"id": "q2", "text": "hay for horses"}]


@pytest.fixture(scope="module")
def model() -> Iterator[RectoSearch]:
    made = RectoSearch()
    made.index(CORPUS, task_metadata=None, hf_split="test", hf_subset="default")
    yield made
    made.close()


def test_search_ranks_by_id(model: RectoSearch) -> None:
    found = model.search(QUESTIONS, top_k=2, hf_split="test")
    best = {question: max(scores, key=scores.__getitem__) for question, scores in found.items()}
    assert best == {"q1": "sea", "q2": "land"}
    assert all(len(scores) <= 2 for scores in found.values())


def test_search_chooses_among_those_given(model: RectoSearch) -> None:
    found = model.search(QUESTIONS[:1], top_k=5, top_ranked={"q1": ["air", "land"]})
    assert set(found["q1"]) <= {"air", "land"}


def test_search_needs_an_index() -> None:
    with pytest.raises(InputError, match="call index before search"):
        RectoSearch().search(QUESTIONS, top_k=1)


def test_mteb_takes_it_as_a_model_that_searches(model: RectoSearch) -> None:
    protocols = pytest.importorskip("mteb.models.models_protocols")
    assert isinstance(model, protocols.SearchProtocol)
    meta = model.mteb_model_meta
    assert meta.name == "recto/words-default"
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*, encoder [0-9a-f]+", meta.revision or "")


def test_what_changes_its_results_is_in_its_name() -> None:
    pytest.importorskip("mteb")
    smaller = RectoSearch(patches_datatype="turbo4", way="patches")
    assert smaller.mteb_model_meta.name == "recto/words-patches-turbo4"
    pooled = RectoSearch(encoder="models/colqwen", encoder_settings={"pool_factor": "3"})
    assert pooled.mteb_model_meta.name == "recto/colqwen-default-pool_factor=3"


def test_vectors_are_kept_as_it_was_told() -> None:
    smaller = RectoSearch(patches_datatype="turbo8")
    smaller.index(CORPUS)
    assert smaller._library is not None
    assert footprint.datatype(smaller._library) == "turbo8"
    assert smaller.search(QUESTIONS[:1], top_k=1)["q1"].keys() == {"sea"}
    smaller.close()


GRADES = {"q1": {"sea": 1}, "q2": {"land": 1}}


def test_mteb_measures_it() -> None:
    pytest.importorskip("mteb")
    from tests.benchmarks.mteb_task import evaluated, task

    model = RectoSearch()
    try:
        assert evaluated(model, task(CORPUS, QUESTIONS, GRADES)) == 1
    finally:
        model.close()


def test_a_task_of_mteb_is_a_data_set(tmp_path: Path) -> None:
    pytest.importorskip("mteb")
    from tests.benchmarks.mteb_task import task

    passages = Passages(tmp_path)
    animals = task(CORPUS, QUESTIONS, GRADES)
    first, second = fetched.of_task(animals, passages)
    assert (first.text, second.text) == ("What do walruses eat?", "hay for horses")
    assert first.relevant == {Place(passages.names["sea"], 1)}
    with pytest.raises(InputError, match="has the subsets default; got 'french'"):
        fetched.of_task(animals, passages, language="french")
