"""How well pages are found: `recto bench quality QUESTIONS.jsonl DOCUMENTS_FOLDER`."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from recto.benchmarks.metrics import ndcg, recall, reciprocal_rank
from recto.benchmarks.questions import Place, Question, check, load
from recto.engine.errors import InputError, NotFound

if TYPE_CHECKING:
    from recto.indexing.progress import Progress
    from recto.library import Library

DEPTH = 10
"""Pages asked for; a relevant page further down counts as not found, for MRR too."""


class Searcher(Protocol):
    """What is measured."""

    def __call__(
        self, question: str, *, limit: int, documents: Sequence[str] | None
    ) -> Sequence[Place]:
        """Distinct pages, best first, of these documents (by name) or of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One question and what was found for it."""

    question: Question
    ranking: tuple[Place, ...]
    """Best first, at most `DEPTH`."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Means over all questions. Relevance is binary; `recall_5` is the share of a question's
    relevant pages that are among the first five."""

    questions: int
    pages: int
    """In the library, that is: searched, unless each question was kept within its documents."""
    ndcg_5: float
    ndcg_10: float
    recall_1: float
    recall_5: float
    recall_10: float
    mrr: float
    pages_per_second: float
    """Of `add`; 0 when the library had all pages already."""
    search_ms_p50: float
    judged: tuple[Judged, ...] = field(default=(), repr=False)
    """Every question in the order of the file, for who wants to see which fail."""

    def as_json(self) -> dict[str, float]:
        """The shape that `recto bench quality --json` prints."""
        return {
            "questions": self.questions,
            "pages": self.pages,
            "ndcg@5": self.ndcg_5,
            "ndcg@10": self.ndcg_10,
            "recall@1": self.recall_1,
            "recall@5": self.recall_5,
            "recall@10": self.recall_10,
            "mrr": self.mrr,
            "pages_per_second": self.pages_per_second,
            "search_ms_p50": self.search_ms_p50,
        }


def run(
    questions_file: str | os.PathLike[str],
    documents_folder: str | os.PathLike[str],
    *,
    within_document: bool = False,
    library_folder: str | os.PathLike[str] | None = None,
    encoder: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Quality:
    """Index a folder and ask every question of a file.

    The library is made in a temporary folder, or kept in `library_folder`, where documents that
    are there already are not read again. `within_document` confines each question to the documents
    of its relevant pages. `encoder` as in `recto.open`; `on_progress` as in `Library.add`.

    Raises NotFound, and InputError for a bad line, an unknown document or a page out of range.
    """
    import recto

    questions = load(Path(questions_file))
    folder = Path(documents_folder)
    _check_files(questions, folder)
    with ExitStack() as stack:
        if library_folder is None:
            library_folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="recto-bench-"))
        library = stack.enter_context(recto.open(library_folder, encoder=encoder))
        report = library.add(folder, on_progress=on_progress)
        for outcome in report.failed:
            if outcome.path.name in {name for q in questions for name in q.documents}:
                raise InputError(
                    f"{outcome.path}, which the questions name, cannot be indexed: {outcome.error}"
                )
        pages = {document.name: document.pages for document in library.documents()}
        check(questions, pages, str(folder))
        judged = judge(questions, searcher(library), within_document=within_document)
        rate = report.pages / report.seconds if report.pages else 0.0
        return summarise(judged, pages=sum(pages.values()), pages_per_second=rate)


def searcher(library: Library) -> Searcher:
    """A library's search in the shape that is measured."""

    def search(question: str, *, limit: int, documents: Sequence[str] | None) -> Sequence[Place]:
        hits = library.search(question, limit=limit, documents=documents)
        return [Place(hit.document.name, hit.page.number) for hit in hits]

    return search


def judge(
    questions: Iterable[Question], search: Searcher, *, within_document: bool = False
) -> tuple[Judged, ...]:
    """Ask every question, one after the other."""
    result = []
    for question in questions:
        documents = question.documents if within_document else None
        begun = time.perf_counter()
        ranking = tuple(search(question.text, limit=DEPTH, documents=documents))
        seconds = time.perf_counter() - begun
        result.append(Judged(question=question, ranking=ranking, seconds=seconds))
    return tuple(result)


def summarise(judged: Sequence[Judged], *, pages: int, pages_per_second: float) -> Quality:
    """The means over at least one question."""
    pairs = [(one.ranking, one.question.relevant) for one in judged]
    return Quality(
        questions=len(judged),
        pages=pages,
        ndcg_5=statistics.fmean(ndcg(*pair, 5) for pair in pairs),
        ndcg_10=statistics.fmean(ndcg(*pair, 10) for pair in pairs),
        recall_1=statistics.fmean(recall(*pair, 1) for pair in pairs),
        recall_5=statistics.fmean(recall(*pair, 5) for pair in pairs),
        recall_10=statistics.fmean(recall(*pair, 10) for pair in pairs),
        mrr=statistics.fmean(reciprocal_rank(*pair) for pair in pairs),
        pages_per_second=pages_per_second,
        search_ms_p50=statistics.median(one.seconds for one in judged) * 1000,
        judged=tuple(judged),
    )


def _check_files(questions: Iterable[Question], folder: Path) -> None:
    """Fail before an hour of indexing rather than after it."""
    if not folder.exists():
        raise NotFound(f"There is no documents folder {folder}.")
    paths = [folder] if folder.is_file() else [p for p in folder.rglob("*") if p.is_file()]
    counts: dict[str, int] = {}
    for path in paths:
        counts[path.name] = counts.get(path.name, 0) + 1
    for question in questions:
        for name in question.documents:
            if counts.get(name) != 1:
                found = f"{counts[name]} files" if name in counts else "no file"
                raise InputError(
                    f"Line {question.line} of the questions names the document {name!r}; expected"
                    f" one file of that name in {folder}, found {found}."
                )
