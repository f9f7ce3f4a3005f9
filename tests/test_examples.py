"""The documents in `examples/` and the questions about them fit each other."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest

from recto.benchmarks.questions import check, load

EXAMPLES = Path(__file__).parent.parent / "examples"
DOCUMENTS = EXAMPLES / "documents"


def page_counts() -> dict[str, int]:
    counts = {}
    for path in DOCUMENTS.glob("*.pdf"):
        with pypdfium2.PdfDocument(path) as document:
            counts[path.name] = len(document)
    return counts


def test_questions_point_at_existing_pages() -> None:
    questions = load(EXAMPLES / "questions.jsonl")
    pages = page_counts()
    check(questions, pages, str(DOCUMENTS))
    assert len(questions) >= 80
    assert {name for question in questions for name in question.documents} == set(pages)


def test_questions_are_all_different() -> None:
    texts = [question.text.casefold() for question in load(EXAMPLES / "questions.jsonl")]
    assert len(set(texts)) == len(texts)


def test_unanswerable_questions_have_no_pages() -> None:
    lines = (EXAMPLES / "unanswerable.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 10
    assert all(list(json.loads(line)) == ["question"] for line in lines)


def test_documents_stay_small_enough_to_commit() -> None:
    assert sum(path.stat().st_size for path in DOCUMENTS.iterdir()) < 4_000_000


@pytest.mark.parametrize("number", [1, 2])
def test_scanned_letter_has_no_text_layer(number: int) -> None:
    with pypdfium2.PdfDocument(DOCUMENTS / "scan-0147-village-hall-survey.pdf") as document:
        assert document[number - 1].get_textpage().count_chars() == 0
