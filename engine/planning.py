"""What a collection will take, before it is made: disk, memory, time and recall of each choice.

Arithmetic over coefficients that `python -m recto.benchmarks.coefficients` has measured, on one
machine; another has others. Knows no store and no encoder.

No server has been measured. What is told of one is an estimate: the comparisons that it makes, by
the times that the same engine took here, divided among its cores. Its network, its other work and
the disk, from which it reads the vectors of the pages that were proposed, come on top. Which share
of the best it finds is not known beforehand: that is measured on the library itself.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from recto.engine.retrieval import RECALL, RetrievalSettings

POOLED_KEEPS = {1: 1.0, 3: 0.978}
"""By pool_factor, the share of nDCG that a vision encoder keeps: published for ColPali in
arXiv 2407.01449, not measured here."""
PROPOSED = (RetrievalSettings().proposals, 1000)
"""Pages that the pooled vectors propose on a server: the fewest, and about the most."""
_NUMBER = {"float16": 2.0, "turbo8": 1.0, "turbo4": 0.5}
"""Bytes, on a server."""
_LINKS = 16
_LINK = 8
"""Bytes in memory, in both directions."""
_KEPT_IN_MIND = 512, 2
"""Candidates in a search of the graph: at least, and for each page that is wanted."""

Place = Literal["folder", "server"]
_OPTIONS = {
    "patches_datatype": "--datatype",
    "recall": "--recall",
    "encoder": "--encoder-setting",
    "server": "--server-setting",
}


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
    scored: Mapping[str, float]
    """Pages that get an exact score at the end, by what is aimed at: "exact", or "likely" for any
    recall. Their number hardly grows with the library."""
    graph: float
    """Pages that a search of the graph of pooled vectors compares, for each candidate that it keeps
    in mind and each e-fold of the library."""
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
    """"exact", the recall that is aimed at, or what a server does."""
    proposed: int
    """Pages that a server's pooled vectors propose; 0 in a folder."""
    disk: float
    """Bytes."""
    memory: float
    """Bytes, of which a folder's may be given back by the system, and then searches are slower."""
    milliseconds: float
    estimated: bool
    """Whether the time is an estimate: of comparisons alone, by times of another machine."""
    kept: float
    """Of the ten best pages by float32, how many are the ten best by this datatype."""
    recall: float | None
    """Of the ten best pages by exact search in float32, how many are found; None: not known."""
    quality: float
    """The share of nDCG that pooling keeps."""
    settings: Mapping[str, str]
    """What is not the default, by the names of `recto.open`: those of the encoder's and of the
    server's settings after "encoder." and "server."."""


def options(choice: Choice, command: Literal["add", "search"]) -> list[str]:
    """What to write for it on the command line: adding decides how vectors are kept."""
    written = []
    for name, value in choice.settings.items():
        of, _, own = name.partition(".")
        if (of == "recall") == (command == "search"):
            written += [_OPTIONS[of], f"{own}={value}" if own else value]
    return written


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
            _on_server(work, known, cores, datatype, pool, quantized, proposed)
            for datatype in known.disk
            for pool in pools
            for quantized in (False, True)
            for proposed in PROPOSED
        ),
    ]


def recommended(
    made: Sequence[Choice], *, milliseconds: float, disk: float, memory: float
) -> Choice:
    """The best that keeps to all limits (bytes, milliseconds): the one that loses least, then the
    smallest, then the fastest. Disk and memory are those of this machine, so they limit a folder
    alone, and only where none in a folder fits is a server's of any use. Where its time does not
    fit either, it is the fastest of those on a server."""
    in_time = [choice for choice in made if choice.milliseconds <= milliseconds]
    here = [
        choice
        for choice in in_time
        if choice.place == "folder" and choice.disk <= disk and choice.memory <= memory
    ]
    there = [choice for choice in in_time if choice.place == "server"]
    if here or there:
        return min(here or there, key=lambda c: (_loss(c), c.disk, c.memory, c.milliseconds))
    servers = [choice for choice in made if choice.place == "server"]
    return min(servers, key=lambda c: (c.milliseconds, _loss(c)))


def _loss(choice: Choice) -> float:
    """To a hundredth: less is within the error of what was measured. Of what is not known, what is
    aimed at counts, which more proposals are more likely to reach."""
    if choice.recall is not None:
        return round(1 - choice.quality * choice.recall, 2)
    missed = 0.0 if choice.proposed == max(PROPOSED) else 0.01
    return round(1 - choice.quality * choice.kept * RECALL, 2) + missed


def _in_folder(
    work: Workload, known: Coefficients, cores: int, datatype: str, pool: int, search: str
) -> Choice:
    vectors = math.ceil(work.vectors / pool)
    numbers = vectors * work.dim
    exact = known.exact_ns[datatype] * numbers * work.question / 1e6
    share = known.close.get(search, 1.0)  # exact search looks at all pages closely
    looked = known.coarse_ns + share * known.fine_ns if share <= 0.5 else known.fine_ns
    compared = looked * numbers * work.question * work.pages / 1e6 / cores
    scored = min(known.scored["exact" if search == "exact" else "likely"], work.pages)
    stored = known.disk[datatype] * numbers
    recall = 1.0 if search == "exact" else float(search)
    opened = {} if datatype == "float16" else {"patches_datatype": datatype}
    opened |= {} if recall == RECALL else {"recall": f"{recall:g}"}
    return Choice(
        place="folder",
        datatype=datatype,
        pool_factor=pool,
        search=search,
        proposed=0,
        disk=work.pages * (stored + known.sketch * numbers + known.page),
        memory=known.process + work.pages * known.sketch * numbers,
        milliseconds=known.search_ms + compared + exact * scored,
        estimated=False,
        kept=known.recall[datatype],
        recall=known.recall[datatype] * recall,
        quality=POOLED_KEEPS[pool],
        settings=_pooling(pool) | opened,
    )


def _on_server(
    work: Workload,
    known: Coefficients,
    cores: int,
    datatype: str,
    pool: int,
    quantized: bool,
    proposed: int,
) -> Choice:
    vectors = math.ceil(work.vectors / pool)
    rows = math.ceil(math.sqrt(work.vectors)) * work.dim  # of the page's grid, pooled or not
    chosen = {} if datatype == "float16" else {"server.patches_datatype": datatype}
    chosen |= {"server.rows_quantization": "int8"} if quantized else {}
    looked_at = min(_by_graph(work.pages, proposed, known), work.pages)
    numbers = rows * looked_at * known.exact_ns["float16"]
    numbers += vectors * work.dim * min(proposed, work.pages) * known.exact_ns[datatype]
    return Choice(
        place="server",
        datatype=datatype,
        pool_factor=pool,
        search=f"{proposed} by rows{' in int8' if quantized else ''}",
        proposed=proposed,
        disk=work.pages
        * (_NUMBER[datatype] * vectors * work.dim + (3 if quantized else 2) * rows + known.page),
        memory=work.pages * (rows * (1 if quantized else 2) + _LINKS * _LINK),
        milliseconds=known.search_ms + numbers * work.question / 1e6 / cores,
        estimated=True,
        kept=known.recall[datatype],
        recall=None,
        quality=POOLED_KEEPS[pool],
        settings=_pooling(pool) | chosen,
    )


def _by_graph(pages: int, proposed: int, known: Coefficients) -> float:
    """Pages whose pooled vectors a question is compared with."""
    least, each = _KEPT_IN_MIND
    return known.graph * max(least, each * proposed) * math.log(max(pages, 2))


def _pooling(pool: int) -> dict[str, str]:
    return {"encoder.pool_factor": str(pool)} if pool > 1 else {}
