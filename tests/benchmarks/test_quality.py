"""Measuring how well pages are found: with a made-up searcher, and with a real library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from recto.benchmarks.quality import Judged, judge, run, summarise
from recto.benchmarks.questions import Place, Question
from recto.engine.errors import InputError, NotFound
from tests import pdfs

A1, A2, B1, B2 = Place("a", 1), Place("a", 2), Place("b", 1), Place("b", 2)


def question(text: str, *relevant: Place) -> Question:
    return Question(text=text, relevant=frozenset(relevant))


class Shelf:
    """Ranks pages in the order in which it holds them, and remembers what it was asked."""

    def __init__(self, *places: Place) -> None:
        self.places = places
        self.asked: list[tuple[str, Sequence[str] | None]] = []

    def __call__(
        self, question: str, *, limit: int, documents: Sequence[str] | None
    ) -> list[Place]:
        self.asked.append((question, documents))
        return [p for p in self.places if documents is None or p.document in documents][:limit]


def test_judge_asks_all_documents() -> None:
    shelf = Shelf(A1, A2, B1, B2)
    (judged,) = judge([question("one", B2)], shelf)
    assert judged.ranking == (A1, A2, B1, B2)
    assert shelf.asked == [("one", None)]


def test_judge_within_document_asks_the_relevant_ones() -> None:
    shelf = Shelf(A1, A2, B1, B2)
    (judged,) = judge([question("one", B2)], shelf, within_document=True)
    assert judged.ranking == (B1, B2)
    assert shelf.asked == [("one", ("b",))]


def test_summary_is_the_mean_over_questions() -> None:
    found = Judged(question=question("one", A1), ranking=(A1, B1), seconds=0.010)
    half = Judged(question=question("two", A2, B2), ranking=(A1, A2), seconds=0.030)
    lost = Judged(question=question("three", B2), ranking=(A1, A2), seconds=0.020)
    quality = summarise([found, half, lost], pages=4, pages_per_second=12.5)
    at_two = 0.63093 / (1 + 0.63093)
    assert quality.as_json() == pytest.approx(
        {
            "questions": 3,
            "pages": 4,
            "ndcg@5": (1 + at_two) / 3,
            "ndcg@10": (1 + at_two) / 3,
            "recall@1": 1 / 3,
            "recall@5": 0.5,
            "recall@10": 0.5,
            "mrr": 0.5,
            "pages_per_second": 12.5,
            "search_ms_p50": 20.0,
        },
        abs=1e-4,
    )


def test_summary_keeps_the_order_of_its_keys() -> None:
    one = Judged(question=question("one", A1), ranking=(A1,), seconds=0.0)
    keys = "questions pages ndcg@5 ndcg@10 recall@1 recall@5 recall@10 mrr"
    expected = f"{keys} pages_per_second search_ms_p50".split()
    assert list(summarise([one], pages=1, pages_per_second=0).as_json()) == expected


def asking(folder: Path, *relevant: dict[str, object]) -> Path:
    path = folder / "questions.jsonl"
    path.write_text(json.dumps({"question": "What do walruses eat?", "relevant": relevant}))
    return path


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, lines in {
        "sea.pdf": ["The tide tables of the harbour.", "Walruses eat clams and sea snails."],
        "land.pdf": ["Horses eat hay and oats.", "Wheat prices in March."],
    }.items():
        pages = [pdfs.Page(content=pdfs.text(72, 700, line)) for line in lines]
        (folder / name).write_bytes(pdfs.pdf(pages))
    return folder


def test_run_finds_the_page_and_reads_nothing_twice(tmp_path: Path, documents: Path) -> None:
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 2})
    (first,) = run(asked, documents, library_folder=tmp_path / "library")
    assert (first.questions, first.pages, first.recall_1, first.mrr) == (1, 4, 1.0, 1.0)
    assert first.pages_per_second > 0
    (again,) = run(asked, documents, library_folder=tmp_path / "library", within_document=True)
    assert again.pages_per_second == 0
    assert {place.document for place in again.judged[0].ranking} == {"sea.pdf"}


def test_run_refuses_a_page_out_of_range(tmp_path: Path, documents: Path) -> None:
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 3})
    with pytest.raises(InputError, match=r"page 3 of 'sea.pdf', which has pages 1 to 2"):
        run(asked, documents)


def test_run_refuses_an_unknown_document(tmp_path: Path, documents: Path) -> None:
    asked = asking(tmp_path, {"document": "sky.pdf", "page": 1})
    with pytest.raises(InputError, match=r"'sky.pdf'; expected one file .* found no file"):
        run(asked, documents)


def test_run_refuses_two_documents_of_one_name(tmp_path: Path, documents: Path) -> None:
    (documents / "old").mkdir()
    (documents / "old" / "sea.pdf").write_bytes((documents / "land.pdf").read_bytes())
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 1})
    with pytest.raises(InputError, match="found 2 files"):
        run(asked, documents)


def test_run_says_why_a_document_cannot_be_indexed(tmp_path: Path, documents: Path) -> None:
    (documents / "sea.pdf").write_bytes(b"%PDF-1.7\nnot really")
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 1})
    with pytest.raises(InputError, match=r"sea\.pdf, which the questions name, cannot be indexed"):
        run(asked, documents)


def test_run_without_a_folder(tmp_path: Path) -> None:
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 1})
    with pytest.raises(NotFound, match="no documents folder"):
        run(asked, tmp_path / "nowhere")
