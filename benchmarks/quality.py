"""How well pages are found: `recto bench quality QUESTIONS.jsonl DOCUMENTS_FOLDER`."""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.benchmarks import footprint, lexical
from recto.benchmarks.busy import Busy
from recto.benchmarks.datasets import Dataset, open_dataset
from recto.benchmarks.lexical import Lexical, remaining
from recto.benchmarks.measurement import Asked, Measurement, Subject
from recto.benchmarks.metrics import MEASURES, measure
from recto.benchmarks.questions import Place, Question
from recto.benchmarks.shelf import Indexed, indexed
from recto.benchmarks.stages import ADDING, SEARCHING, watch_adding, watch_searching
from recto.benchmarks.ways import Ranked, Searcher, arms, check, searcher, settings
from recto.engine.errors import InputError
from recto.engine.retrieval import RetrievalSettings
from recto.engine.strategies.registry import DEFAULT

if TYPE_CHECKING:
    from recto.engine.store.manifest import Datatype
    from recto.indexing.progress import Progress
    from recto.library import Library

DEPTH = RetrievalSettings().read
"""Pages asked for. Of more, the passages of more pages are read and compared with each other, so
that their ranking is not that of a search for ten."""
_LEAST = 10
"""What the measures look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One question and what was found for it."""

    question: Question
    found: tuple[Ranked, ...]
    """Best first."""
    seconds: float

    @property
    def ranking(self) -> tuple[Place, ...]:
        return tuple(ranked.place for ranked in self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """One way of finding pages, and what came of each question."""

    measured: Measurement
    judged: tuple[Judged, ...]
    """In the order of the file, for who wants to see which fail."""

    def as_json(self) -> dict[str, float | None]:
        """The shape that `recto bench quality --json` prints."""
        one = self.measured
        return {
            "questions": len(one.asked),
            "pages": one.pages,
            **{name: one.mean(name) for name in MEASURES},
            "pages_per_second": one.pages_per_second,
            "search_ms_p50": one.ms(50),
            "bytes_per_page": one.read_bytes,
            "store_bytes_per_page": one.store_bytes,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What was measured, apart from the way of finding."""

    subject: Subject
    depth: int = DEPTH
    datatype: str = "float16"
    encoder_settings: Mapping[str, str]
    pages: int
    """In the library, that is: searched, unless each question was kept within its documents."""
    store_bytes: float = 0.0
    pages_per_second: float = 0.0
    adding: Mapping[str, float]
    notes: tuple[str, ...] = ()


def run(
    source: str | os.PathLike[str],
    documents: str | os.PathLike[str] | None = None,
    *,
    ways: Sequence[str] = (DEFAULT,),
    within_document: bool = False,
    library_folder: str | os.PathLike[str] | None = None,
    encoder: str | None = None,
    encoder_settings: Mapping[str, str] | None = None,
    patches_datatype: Datatype | None = None,
    language: str | None = None,
    name: str | None = None,
    depth: int = DEPTH,
    on_progress: Callable[[Progress], None] | None = None,
    on_left_out: Callable[[str, str], None] = lambda way, reason: None,
) -> tuple[Quality, ...]:
    """Index a folder and ask every question, in each of these ways.

    `source` is what `open_dataset` takes. The library is made in a temporary folder, or kept in
    `library_folder`, where documents that are there already are not read again. `within_document`
    confines each question to the documents of its relevant pages; `language` keeps the questions of
    one, in a data set that says it. `encoder`, `encoder_settings` and `patches_datatype` as in
    `recto.open`; `name` is what to call the data set; `depth` how many pages are asked for;
    `on_progress` as in `Library.add`.

    A way of another library (`lexical`) that cannot be run is left out; notes tell why, and
    `on_left_out` is called with it and the reason.

    Raises NotFound, MissingExtra, and InputError for a bad line, an unknown document or a page out
    of range.
    """
    check(ways, others=lexical.WAYS)
    if depth < _LEAST:
        raise InputError(f"depth {depth}: the measures look at the first {_LEAST} pages, or more.")
    with ExitStack() as stack:
        peers = {w: stack.enter_context(Lexical(w)) for w in ways if w in lexical.WAYS}
        remaining(ways, peers)
        made = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recto-bench-")))
        dataset = open_dataset(source, documents, made / "documents", language=language, name=name)
        adding = stack.enter_context(Busy())
        shelf = stack.enter_context(
            indexed(
                dataset.questions,
                dataset.documents,
                library_folder=library_folder or made / "library",
                encoder=encoder,
                encoder_settings=encoder_settings,
                patches_datatype=patches_datatype,
                on_open=lambda library: watch_adding(adding, library),
                on_progress=on_progress,
            )
        )
        setting = _setting(dataset, shelf, adding, within_document=within_document, depth=depth)
        for way, peer in peers.items():
            peer.fill(shelf.library, dataset.questions[0].text)
            if peer.reason:
                on_left_out(way, peer.reason)
                note = f"{way} is left out: {peer.reason}"
                setting = replace(setting, notes=(*setting.notes, note))
        return _measured(dataset, shelf.library, remaining(ways, peers), setting, peers)


def judge(
    questions: Sequence[Question],
    searchers: Mapping[str, Searcher],
    *,
    within_document: bool = False,
    depth: int = DEPTH,
    on_asked: Callable[[str], None] = lambda way: None,
) -> dict[str, tuple[Judged, ...]]:
    """Ask every question in every way, one after the other. The ways take turns, so that what else
    the machine does meanwhile is shared by all; `on_asked` is called after each search."""
    result: defaultdict[str, list[Judged]] = defaultdict(list)
    for turn, question in enumerate(questions):
        documents = question.documents if within_document else None
        first = turn % len(searchers)
        for way in [*searchers][first:] + [*searchers][:first]:
            begun = time.perf_counter()
            found = tuple(searchers[way](question.text, limit=depth, documents=documents))
            seconds = time.perf_counter() - begun
            result[way].append(Judged(question=question, found=found, seconds=seconds))
            on_asked(way)
    return {way: tuple(result[way]) for way in searchers}


def summarise(
    judged: Sequence[Judged],
    setting: Setting,
    *,
    way: str = DEFAULT,
    settings: Mapping[str, Any] | None = None,
    read_bytes: float | None = None,
    searching: Mapping[str, float] | None = None,
) -> Quality:
    """Measure at least one question."""
    values = measure([one.ranking for one in judged], [one.question.gains for one in judged])
    asked = tuple(_asked(one, found) for one, found in zip(judged, values, strict=True))
    fields = {name: getattr(setting, name) for name in Setting.__dataclass_fields__}
    measured = Measurement(
        way=way,
        settings=settings or {},
        read_bytes=read_bytes,
        searching=searching or {},
        asked=asked,
        **fields,
    )
    return Quality(measured=measured, judged=tuple(judged))


def _asked(judged: Judged, values: Mapping[str, float]) -> Asked:
    return Asked(
        id=judged.question.name,
        question=judged.question.text,
        relevant=tuple(sorted(judged.question.gains.items())),
        first=judged.ranking[0] if judged.found else None,
        values=dict(values),
        ms=judged.seconds * 1000,
    )


def _setting(
    dataset: Dataset, shelf: Indexed, adding: Busy, *, within_document: bool, depth: int
) -> Setting:
    library, report = shelf.library, shelf.report
    subject = Subject(
        dataset=dataset.name,
        corpus=shelf.corpus,
        questions=dataset.hash,
        language=dataset.language,
        confined=within_document,
        encoder=f"{library.encoder.name} {library.encoder.revision}",
    )
    return Setting(
        subject=subject,
        depth=depth,
        datatype=footprint.datatype(library),
        encoder_settings=dict(library.encoder.settings),
        pages=shelf.pages,
        store_bytes=library.info().bytes_on_disk / max(shelf.pages, 1),
        pages_per_second=report.pages / report.seconds if report.pages else 0.0,
        adding={stage: adding.seconds[stage] for stage in ADDING} if report.pages else {},
        notes=dataset.notes,
    )


def _measured(
    dataset: Dataset,
    library: Library,
    ways: Sequence[str],
    setting: Setting,
    peers: Mapping[str, Lexical],
) -> tuple[Quality, ...]:
    searchers = {way: peers[way].search if way in peers else searcher(library, way) for way in ways}
    for search in searchers.values():  # the first one loads things
        search(dataset.questions[0].text, limit=setting.depth, documents=None)
    confined = setting.subject.confined
    with Busy() as busy:
        watch_searching(busy, library)
        spent: dict[str, dict[str, float]] = {way: dict.fromkeys(SEARCHING, 0.0) for way in ways}

        def on_asked(way: str) -> None:
            for stage in SEARCHING:
                spent[way][stage] += busy.seconds.pop(stage, 0.0)

        judged = judge(
            dataset.questions,
            searchers,
            within_document=confined,
            depth=setting.depth,
            on_asked=on_asked,
        )
    sizes = footprint.bytes_by_arm(library)
    return tuple(
        summarise(
            judged[way],
            setting,
            way=way,
            settings=peers[way].settings if way in peers else _settings(library, way),
            read_bytes=None
            if way in peers
            else _read(sizes, arms(library, way, confined=confined)),
            searching=_by_stage(spent[way], judged[way]),
        )
        for way in ways
    )


def _settings(library: Library, way: str) -> Mapping[str, Any]:
    """The effective ones, whatever the way."""
    found = settings(library, way)
    return {"strategy": way} if found is None else asdict(found)


def _read(sizes: Mapping[str, float], names: Sequence[str] | None) -> float | None:
    return None if names is None else sum(sizes[name] for name in names)


def _by_stage(spent: Mapping[str, float], judged: Sequence[Judged]) -> dict[str, float]:
    """Milliseconds a search."""
    every = sum(one.seconds for one in judged)
    seconds = {**spent, "rest": every - sum(spent.values())}
    return {stage: 1000 * value / len(judged) for stage, value in seconds.items()}
