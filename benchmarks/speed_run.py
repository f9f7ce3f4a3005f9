"""`recto bench speed`: a library from end to end, and searches beside other engines.

Makes the data of a result of the kind `speed`, as `report_speed` reads it. Knows no command line.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from recto.benchmarks import speed
from recto.benchmarks.datasets import Dataset
from recto.benchmarks.search.clusters import Clusters
from recto.benchmarks.search.documents import save_documents
from recto.benchmarks.search.expected import expected
from recto.benchmarks.search.measuring import Result, mean_recall, measure
from recto.benchmarks.search.pageset import PageSet, load, save, truth
from recto.benchmarks.search.peers import NAMES, PEERS
from recto.benchmarks.search.prose import Prose
from recto.benchmarks.shelf import indexed
from recto.engine.errors import InputError
from recto.engine.vectors import FloatArray

OURS = "recall 0.95"
"""The way of recto that others are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Documents that are searched as they are, with the questions that come with them."""

    dataset: Dataset
    library: str | os.PathLike[str] | None = None
    """Where to keep them indexed; None: in a temporary folder."""
    encoder: str | None = None
    encoder_settings: Mapping[str, str] | None = None


def run(
    *,
    pages: int,
    peers: Sequence[str],
    asked: Asked | None = None,
    clusters: Sequence[int] = (),
    prose: Sequence[int] = (),
    questions: int = 40,
    sets: Path | None = None,
    on_step: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """The data of a result. `pages`: of one PDF, from end to end; 0 leaves that out. `asked`,
    `clusters` and `prose` are searched by recto and by `peers`; the latter are sizes of
    collections, which are kept in `sets`, to be made only once. `questions`: how many to put to
    each, at most.

    Raises InputError for an engine that is not known.
    """
    engines = _engines(peers)
    data: dict[str, Any] = {"library": None, "search": []}
    with tempfile.TemporaryDirectory(prefix="recto-speed-") as temporary:
        folder = Path(temporary)
        if pages:
            on_step(f"a library of {pages:,} pages")
            data["library"] = asdict(speed.measure(folder, pages))
        if asked is not None:
            on_step(asked.dataset.name)
            place = folder / "documents"
            data["search"].append(_searched(_documents(place, asked, questions), place, engines))
        for name, sizes in (("prose", prose), ("clusters", clusters)):
            for count in sizes:
                on_step(f"{count:,} pages of {name}")
                place = (sets or folder) / f"{name}-{count}"
                made = load(place) if place.exists() else _made(place, name, count, questions)
                made = replace(made, questions=made.questions[:questions])
                data["search"].append(_searched(made, place, engines))
    return data


def _engines(peers: Sequence[str]) -> list[str]:
    if words := [name for name in peers if name in PEERS and not PEERS[name].vectors]:
        raise InputError(
            f"{words[0]!r} searches words, not vectors: recto bench quality --strategy {words[0]}"
            " measures it."
        )
    if unknown := [name for name in peers if name not in NAMES]:
        raise InputError(f"{unknown[0]!r} is no engine. Expected some of {', '.join(NAMES)}.")
    return [name for name in NAMES if name in {"recto", *peers}]


def _documents(place: Path, asked: Asked, questions: int) -> PageSet:
    dataset = asked.dataset
    with indexed(
        dataset.questions,
        dataset.documents,
        library_folder=asked.library,
        encoder=asked.encoder,
        encoder_settings=asked.encoder_settings,
    ) as shelf:
        texts = [question.text for question in dataset.questions[:questions]]
        return save_documents(place, dataset.name, shelf.library, texts)


def _made(place: Path, name: str, count: int, questions: int) -> PageSet:
    """A page at a time: of many, not all fit into memory."""
    maker = Prose() if name == "prose" else Clusters()

    def asked() -> Iterator[FloatArray]:
        """Of pages that have been made."""
        if isinstance(maker, Prose):
            yield from maker.questions(questions)
        else:
            yield from maker.questions(questions, count)

    return save(place, name, maker.pages(count), asked())


def _searched(pages: PageSet, place: Path, engines: Sequence[str]) -> dict[str, Any]:
    results = measure(engines, pages, place, truth(pages))
    ours = next((one for one in results if one.way == OURS), None)
    return {
        "set": pages.name,
        "pages": len(pages),
        "vectors": len(pages.flat) / len(pages),
        "dim": pages.dim,
        "questions": len(pages.questions),
        "engines": [_told(one, ours) for one in results],
        "expected": expected(pages),
    }


def _told(result: Result, ours: Result | None) -> dict[str, Any]:
    if result.reason:
        return {"engine": result.engine, "reason": result.reason}
    milliseconds = 1000 * np.array(result.seconds)
    p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99]).tolist()
    return {
        "engine": result.engine,
        "way": result.way,
        "ms": {"p50": p50, "p95": p95, "p99": p99, "least": float(milliseconds.min())},
        "ratio": None if ours is None else result.ratio(ours),
        "recall": mean_recall(result),
        "pages_per_second": result.pages_per_second,
        "reopen_seconds": result.reopen_seconds,
        "disk_bytes": result.disk_bytes,
        "memory_bytes": result.memory_bytes,
    }
