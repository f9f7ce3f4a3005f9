"""What a collection will take, before it is made: disk, memory, time and recall of each choice.

Arithmetic over coefficients that `python -m recto.benchmarks.coefficients` has measured, on one
machine; another has others. Knows no store and no encoder. Of a server only sizes are known.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from recto.engine.store.sketch.finding import SPARE

POOLED_KEEPS = {1: 1.0, 3: 0.978}
"""By pool_factor, the share of nDCG that a vision encoder keeps: published for ColPali in
arXiv 2407.01449, not measured here."""
_BEST = 10
_NUMBER = {"float16": 2.0, "turbo8": 1.0, "turbo4": 0.5}
"""Bytes, on a server."""

Place = Literal["folder", "server"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What is to be searched."""

    pages: int
    vectors: int
    """Of a page."""
    dim: int
    question: int = 20
    """Vectors of a question."""
    pools: bool = True
    """Whether the encoder can pool its vectors."""

    def __post_init__(self) -> None:
        if min(self.pages, self.vectors, self.dim, self.question) < 1:
            raise ValueError(f"{self}; expected at least 1 of each")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """Times are of one core, in nanoseconds for each number of a page's and each vector of a
    question; sizes are in bytes for each number, if not said otherwise."""

    exact_ns: Mapping[str, float]
    """By datatype."""
    fine_ns: float
    coarse_ns: float
    """For each number of a page, not of the means."""
    search_ms: float
    """What every search takes besides."""
    disk: Mapping[str, float]
    """By datatype."""
    sketch: float
    page: float
    """Bytes of a page besides its vectors: words, places, pooled vectors."""
    recall: Mapping[str, float]
    """By datatype: of the ten best by float32, how many are the ten best by these."""
    close: Mapping[str, float]
    """By recall: the share of pages to look closely at."""
    process: float
    """Bytes of memory of the store's process."""
    provenance: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to keep a collection."""

    place: Place
    datatype: str
    pool_factor: int
    search: str
    """"exact", or the recall that is aimed at."""
    disk: float
    """Bytes."""
    memory: float
    """Bytes, of which a folder's may be given back by the system, and then searches are slower."""
    milliseconds: float | None
    """None: not measured."""
    kept: float
    """Of the ten best pages by float32, how many are the ten best by this datatype."""
    recall: float | None
    """Of the ten best pages by exact search in float32, how many are found; None: not measured."""
    quality: float
    """The share of nDCG that pooling keeps."""
    settings: tuple[str, ...]
    """What to write for it, where it is not the default."""


def read_coefficients() -> Coefficients:
    """Those that this version of recto brings."""
    text = (resources.files("recto.engine") / "coefficients.json").read_text()
    fields: dict[str, Any] = json.loads(text)
    return Coefficients(**fields)


def choices(work: Workload, known: Coefficients, *, cores: int) -> list[Choice]:
    """All that there are, a folder's first."""
    pools = [1, 3] if work.pools else [1]
    return [
        *(
            _in_folder(work, known, cores, datatype, pool, search)
            for datatype in known.disk
            for pool in pools
            for search in ("exact", *known.close)
        ),
        *(
            _on_server(work, known, datatype, pool, quantized)
            for datatype in known.disk
            for pool in pools
            for quantized in (False, True)
        ),
    ]


def recommended(
    made: Sequence[Choice], *, milliseconds: float, disk: float, memory: float
) -> Choice:
    """The best that keeps to all limits (bytes, milliseconds): the one that loses least, then the
    smallest, then the fastest. Where none in a folder does, the smallest on a server that loses
    least."""
    fitting = [
        choice
        for choice in made
        if choice.milliseconds is not None
        and choice.milliseconds <= milliseconds
        and choice.disk <= disk
        and choice.memory <= memory
    ]
    candidates = fitting or [choice for choice in made if choice.place == "server"]
    return min(candidates, key=lambda c: (_loss(c), c.disk, c.memory, c.milliseconds or 0))


def _loss(choice: Choice) -> float:
    """To a hundredth: less is within the error of what was measured."""
    found = choice.kept if choice.recall is None else choice.recall
    return round(1 - choice.quality * found, 2)


def _in_folder(
    work: Workload, known: Coefficients, cores: int, datatype: str, pool: int, search: str
) -> Choice:
    vectors = math.ceil(work.vectors / pool)
    numbers = vectors * work.dim
    exact = known.exact_ns[datatype] * numbers * work.question / 1e6
    share = known.close.get(search, 1.0)
    looked = known.coarse_ns + share * known.fine_ns if share <= 0.5 else known.fine_ns
    compared = looked * numbers * work.question * work.pages / 1e6 / cores
    if search == "exact":  # in the worst case no bound helps, and one core compares all of them
        milliseconds = exact * work.pages
    else:
        milliseconds = compared + exact * min(_BEST + SPARE, work.pages)
    stored = known.disk[datatype] * numbers
    read = stored if search == "exact" else known.sketch * numbers
    settings = _settings(pool, f'recto.open(…, patches_datatype="{datatype}")', datatype)
    if search == "exact":
        settings += ("recto.open(…, recall=1)",)
    elif search != "0.95":
        settings += (f"recto.open(…, recall={search})",)
    return Choice(
        place="folder",
        datatype=datatype,
        pool_factor=pool,
        search=search,
        disk=work.pages * (stored + known.sketch * numbers + known.page),
        memory=known.process + work.pages * read,
        milliseconds=known.search_ms + milliseconds,
        kept=known.recall[datatype],
        recall=known.recall[datatype] * (1 if search == "exact" else float(search)),
        quality=POOLED_KEEPS[pool],
        settings=settings,
    )


def _on_server(
    work: Workload, known: Coefficients, datatype: str, pool: int, quantized: bool
) -> Choice:
    vectors = math.ceil(work.vectors / pool)
    rows = math.ceil(math.sqrt(work.vectors)) * work.dim  # of the page's grid, pooled or not
    chosen = [f'patches_datatype="{datatype}"'] if datatype != "float16" else []
    chosen += ['rows_quantization="int8"'] if quantized else []
    call = f"recto.open(ADDRESS, server=ServerSettings({', '.join(chosen)}))"
    return Choice(
        place="server",
        datatype=datatype,
        pool_factor=pool,
        search="rows in int8" if quantized else "rows",
        disk=work.pages
        * (_NUMBER[datatype] * vectors * work.dim + (3 if quantized else 2) * rows + known.page),
        memory=work.pages * rows * (1 if quantized else 2),
        milliseconds=None,
        kept=known.recall[datatype],
        recall=None,
        quality=POOLED_KEEPS[pool],
        settings=(*_settings(pool, "", "float16"), call),
    )


def _settings(pool: int, call: str, datatype: str) -> tuple[str, ...]:
    pooled = (f"--encoder-setting pool_factor={pool}",) if pool > 1 else ()
    return (*pooled, call) if datatype != "float16" else pooled
