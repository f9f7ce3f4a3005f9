"""`recto bench speed`: a library from end to end, and searches beside other engines.

Saves a result of the kind `speed`, as `report_speed` reads it. Knows no command line.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from recto.benchmarks import speed
from recto.benchmarks.search.clusters import Clusters
from recto.benchmarks.search.measuring import Result, mean_recall, measure
from recto.benchmarks.search.pageset import PageSet, save, truth
from recto.benchmarks.search.peers import NAMES
from recto.benchmarks.search.prose import Prose
from recto.engine.errors import InputError

OURS = "recall 0.95"
"""The way of recto that others are compared with."""


def run(
    *,
    pages: int,
    clusters: Sequence[int],
    prose: Sequence[int],
    peers: Sequence[str],
    questions: int,
    on_step: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """The data of a result. `pages`: of one PDF, from end to end; 0 leaves that out. `clusters` and
    `prose`: sizes of collections that are searched.

    Raises InputError for an engine that is not known.
    """
    if unknown := [name for name in peers if name not in NAMES]:
        raise InputError(f"{unknown[0]!r} is no engine. Expected some of {', '.join(NAMES)}.")
    engines = [name for name in NAMES if name in {"recto", *peers}]
    data: dict[str, Any] = {"library": None, "search": []}
    with tempfile.TemporaryDirectory(prefix="recto-speed-") as temporary:
        folder = Path(temporary)
        if pages:
            on_step(f"a library of {pages:,} pages")
            data["library"] = asdict(speed.measure(folder, pages))
        for name, sizes in (("prose", prose), ("clusters", clusters)):
            for count in sizes:
                on_step(f"{count:,} pages of {name}")
                made = _made(folder / f"{name}-{count}", name, count, questions)
                data["search"].append(_searched(made, folder / f"{name}-{count}", engines))
    return data


def _made(place: Path, name: str, count: int, questions: int) -> PageSet:
    maker = Prose() if name == "prose" else Clusters()
    pages = list(maker.pages(count))
    asked = (
        maker.questions(questions)
        if isinstance(maker, Prose)
        else maker.questions(questions, len(pages))
    )
    return save(place, name, pages, asked)


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
