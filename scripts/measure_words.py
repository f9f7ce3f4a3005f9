"""How well each kind of vector of the `words` encoder finds pages, alone and added to BM25.

    python scripts/measure_words.py QUESTIONS.jsonl DOCUMENTS_FOLDER

Every question against every page, without a store: nDCG@5, nDCG@10, recall@10 and MRR@10 over
all documents, and nDCG@5 within the documents that answer the question. Sums are of scores brought
to mean 0 and deviation 1 a question.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recto.benchmarks.metrics import measure
from recto.benchmarks.questions import Place, Question, load
from recto.engine.encoders.protocol import PageInput
from recto.engine.encoders.words.encoder import WordsEncoder
from recto.engine.page import PageContent
from recto.engine.vectors import FloatArray, Multivector
from recto.indexing.reader import Reader

Scores = npt.NDArray[np.float64]
"""(questions, pages)"""


def read(folder: Path) -> dict[Place, PageContent]:
    """Every page of the PDF files in a folder."""
    pages = {}
    with Reader() as reader:
        for path in sorted(folder.glob("*.pdf")):
            with reader.open(path, "pdf") as document:
                for number in range(1, document.pages + 1):
                    pages[Place(path.name, number)] = document.read(number)
    return pages


def bm25(questions: Sequence[str], pages: Sequence[str]) -> Scores:
    """As in the literature, k1 1.2, b 0.75; words in lower case, nothing stemmed."""
    texts = [Counter(re.findall(r"\w+", page.lower())) for page in pages]
    lengths = np.array([text.total() for text in texts]) / statistics.fmean(
        text.total() for text in texts
    )
    scores = np.zeros((len(questions), len(pages)))
    for i, question in enumerate(questions):
        for term in set(re.findall(r"\w+", question.lower())):
            counts = np.array([text[term] for text in texts])
            having = np.count_nonzero(counts)
            idf = np.log(1 + (len(pages) - having + 0.5) / (having + 0.5))
            scores[i] += idf * counts * 2.2 / (counts + 1.2 * (0.25 + 0.75 * lengths))
    return scores


def maxsim(questions: Sequence[FloatArray], pages: Sequence[Multivector | None]) -> Scores:
    """A page without vectors scores as if all its products were 0."""
    scores = np.zeros((len(questions), len(pages)))
    for j, page in enumerate(pages):
        if page is not None:
            for i, question in enumerate(questions):
                scores[i, j] = (question @ page.vectors.T).max(axis=1).sum()
    return scores


def standard(scores: Scores) -> Scores:
    """Mean 0 and deviation 1 in each row."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    scaled: Scores = centred / np.maximum(scores.std(axis=1, keepdims=True), 1e-9)
    return scaled


def report(name: str, scores: Scores, questions: Sequence[Question], places: list[Place]) -> None:
    """One line of the table."""
    rankings = [[places[i] for i in np.argsort(-row, kind="stable")] for row in scores]
    inside = [
        [place for place in ranking if place.document in question.documents]
        for question, ranking in zip(questions, rankings, strict=True)
    ]
    grades = [question.gains for question in questions]
    shown = ("ndcg@5", "ndcg@10", "recall@10", "mrr")
    rows = [
        [*(among_all[name] for name in shown), within["ndcg@5"]]
        for among_all, within in zip(
            measure(rankings, grades), measure(inside, grades), strict=True
        )
    ]
    print(f"{name:28}", *(f"{value:9.3f}" for value in np.mean(rows, axis=0)))


def arms(questions: Sequence[str], pages: Sequence[PageContent]) -> Mapping[str, Scores]:
    """Scores of each arm, and how fast pages were encoded."""
    encoder = WordsEncoder()
    inputs = [PageInput(content=content, image=None) for content in pages]
    clock, processor = time.perf_counter(), time.process_time()
    vectors = encoder.encode_pages(inputs)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    words = statistics.fmean(len(page.text.words) for page in pages)
    print(
        f"{encoder.id.name} {encoder.id.revision}: {len(pages)} pages of {words:.0f} words,"
        f" {len(pages) / clock:.1f} pages/s, {1000 * processor / len(pages):.0f} ms CPU a page"
    )
    asked = [encoder.encode_question(question) for question in questions]
    return {
        "BM25": bm25(questions, [page.text.text for page in pages]),
        "patches": maxsim([question.patches for question in asked], [v.patches for v in vectors]),
        "rows": maxsim([question.rows for question in asked], [v.rows for v in vectors]),
    }


def main() -> None:
    """Print the table."""
    questions, pages = load(Path(sys.argv[1])), read(Path(sys.argv[2]))
    alone = arms([question.text for question in questions], list(pages.values()))
    same = {name: standard(scores) for name, scores in alone.items()}
    sums = {
        "patches + BM25/2": same["patches"] + same["BM25"] / 2,
        "patches + rows/2": same["patches"] + same["rows"] / 2,
        "patches + BM25/2 + rows/2": same["patches"] + same["BM25"] / 2 + same["rows"] / 2,
    }
    print(f"{'':28}", *(f"{name:>9}" for name in ("nDCG@5", "nDCG@10", "R@10", "MRR", "@5 within")))
    for name, scores in {**alone, **sums}.items():
        report(name, scores, questions, list(pages))


if __name__ == "__main__":
    main()
