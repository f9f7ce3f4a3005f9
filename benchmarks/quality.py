"""How well pages are found: `recto bench quality QUESTIONS.jsonl DOCUMENTS_FOLDER`."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from recto.benchmarks.busy import Busy
from recto.benchmarks.datasets import Dataset, open_dataset
from recto.benchmarks.metrics import measure
from recto.benchmarks.questions import Place, Question
from recto.benchmarks.shelf import Indexed, indexed
from recto.benchmarks.stages import ADDING, SEARCHING, watch_adding, watch_searching
from recto.benchmarks.ways import Searcher, check, searcher
from recto.engine.strategies.registry import DEFAULT

if TYPE_CHECKING:
    from recto.engine.store.manifest import Datatype
    from recto.indexing.progress import Progress

DEPTH = 10
"""Pages asked for; a relevant page further down counts as not found, for MRR too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One question and what was found for it."""

    question: Question
    ranking: tuple[Place, ...]
    """Best first, at most `DEPTH`."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What was measured, apart from the way of finding."""

    dataset: str = ""
    encoder: str = ""
    datatype: str = ""
    """How the library keeps the vectors of its pages."""
    bytes_per_page: float = 0.0
    """Of the store alone, sources and pictures not counted."""
    adding: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each stage was busy; some work at the same time. Empty where nothing was
    added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Means over all questions. `recall_5` is the share of a question's relevant pages that are
    among the first five, whatever their grade."""

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
    values: tuple[Mapping[str, float], ...] = field(default=(), repr=False)
    """Every measure of each of them."""
    way: str = DEFAULT
    searching: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds of a search, on average, by stage."""
    setting: Setting = field(default_factory=Setting)

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
    source: str | os.PathLike[str],
    documents: str | os.PathLike[str] | None = None,
    *,
    ways: Sequence[str] = (DEFAULT,),
    within_document: bool = False,
    library_folder: str | os.PathLike[str] | None = None,
    encoder: str | None = None,
    patches_datatype: Datatype | None = None,
    language: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> tuple[Quality, ...]:
    """Index a folder and ask every question, in each of these ways.

    `source` is a file of questions about `documents`, or the folder of a data set that brings its
    own (BEIR, ViDoRe). The library is made in a temporary folder, or kept in `library_folder`,
    where documents that are there already are not read again. `within_document` confines each
    question to the documents of its relevant pages; `language` keeps the questions of one, in a
    data set that says it. `encoder` and `patches_datatype` as in `recto.open`; `on_progress` as in
    `Library.add`.

    Raises NotFound, MissingExtra, and InputError for a bad line, an unknown document or a page out
    of range.
    """
    check(ways)
    with ExitStack() as stack:
        made = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recto-bench-")))
        given = None if documents is None else Path(documents)
        dataset = open_dataset(Path(source), given, made / "documents", language=language)
        busy = stack.enter_context(Busy())
        shelf = stack.enter_context(
            indexed(
                dataset.questions,
                dataset.documents,
                library_folder=library_folder or made / "library",
                encoder=encoder,
                patches_datatype=patches_datatype,
                on_open=lambda library: watch_adding(busy, library),
                on_progress=on_progress,
            )
        )
        setting = _setting(dataset, shelf, patches_datatype, busy)
        return tuple(
            _measured(dataset, shelf, way, within_document=within_document, setting=setting)
            for way in ways
        )


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


def summarise(
    judged: Sequence[Judged],
    *,
    pages: int,
    pages_per_second: float,
    way: str = DEFAULT,
    searching: Mapping[str, float] | None = None,
    setting: Setting | None = None,
) -> Quality:
    """The means over at least one question."""
    values = measure([one.ranking for one in judged], [one.question.gains for one in judged])
    means = {name: statistics.fmean(value[name] for value in values) for name in values[0]}
    return Quality(
        questions=len(judged),
        pages=pages,
        ndcg_5=means["ndcg@5"],
        ndcg_10=means["ndcg@10"],
        recall_1=means["recall@1"],
        recall_5=means["recall@5"],
        recall_10=means["recall@10"],
        mrr=means["mrr"],
        pages_per_second=pages_per_second,
        search_ms_p50=statistics.median(one.seconds for one in judged) * 1000,
        judged=tuple(judged),
        values=tuple(values),
        way=way,
        searching=searching or {},
        setting=setting or Setting(),
    )


def _setting(dataset: Dataset, shelf: Indexed, datatype: Datatype | None, busy: Busy) -> Setting:
    library = shelf.library
    return Setting(
        dataset=dataset.name,
        encoder=f"{library.encoder.name} {library.encoder.revision}",
        datatype=datatype or "float16",
        bytes_per_page=library.info().bytes_on_disk / max(shelf.pages, 1),
        adding={stage: busy.seconds[stage] for stage in ADDING} if shelf.report.pages else {},
    )


def _measured(
    dataset: Dataset, shelf: Indexed, way: str, *, within_document: bool, setting: Setting
) -> Quality:
    search = searcher(shelf.library, way)
    search(dataset.questions[0].text, limit=DEPTH, documents=None)  # the first one loads things
    with Busy() as busy:
        watch_searching(busy, shelf.library)
        judged = judge(dataset.questions, search, within_document=within_document)
    spent = {stage: busy.seconds[stage] for stage in SEARCHING}
    spent["rest"] = sum(one.seconds for one in judged) - sum(spent.values())
    report = shelf.report
    return summarise(
        judged,
        pages=shelf.pages,
        pages_per_second=report.pages / report.seconds if report.pages else 0.0,
        way=way,
        searching={stage: 1000 * seconds / len(judged) for stage, seconds in spent.items()},
        setting=setting,
    )
