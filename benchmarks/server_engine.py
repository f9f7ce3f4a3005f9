"""What a Qdrant server will do, by its engine in this process:
`python -m recto.benchmarks.server_engine [PAGES [ROWS_PAGES]]`.

How all vectors of a page may be kept, and how pages are found by their pooled vectors with and
without a graph. Made-up pages (search/clusters.py), of which ROWS_PAGES have pooled vectors alone.
Times are of one processor, so that other work on the machine changes them little; a server has
several, the network, and a disk from which it may have to read.
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import qdrant_edge as edge

from recto.benchmarks.search.clusters import DIM, Clusters
from recto.benchmarks.search.pageset import recall
from recto.engine.store.sizes import disk_usage
from recto.engine.vectors import FloatArray

_PAGES, _ROWS_PAGES = 1000, 8000
_QUESTIONS = 12
_ROWS = 32
_LINKS, _BUILD = 16, 128
"""As engine/store/remote has them."""
_LIMITS = (100, 1000)
_BATCH = 16
T = TypeVar("T")
_MULTI = edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
_NO_GRAPH = edge.HnswIndexConfig(m=0, ef_construct=16, full_scan_threshold=10_000)
_GRAPH = edge.HnswIndexConfig(m=_LINKS, ef_construct=_BUILD, full_scan_threshold=1)
_INT8 = edge.ScalarQuantizationConfig(type=edge.ScalarType.Int8, always_ram=True)
_EXACT = edge.SearchParams(exact=True)
_NOT_QUANTIZED = edge.QuantizationSearchParams(ignore=True)


@dataclass(frozen=True, slots=True)
class Format:
    """One way to keep all vectors of a page."""

    name: str
    datatype: edge.VectorStorageDatatype
    quantization: edge.ScalarQuantizationConfig | None = None
    params: edge.SearchParams | None = None


def main() -> None:
    """Print both tables."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else _PAGES
    rows_pages = int(sys.argv[2]) if len(sys.argv) > 2 else _ROWS_PAGES
    with tempfile.TemporaryDirectory() as folder:
        for line in chain(_formats(Path(folder), pages), [""], _graph(Path(folder), rows_pages)):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def _formats(folder: Path, count: int) -> Iterator[str]:
    clusters = Clusters()
    pages = np.stack([*clusters.pages(count)])
    questions = clusters.questions(_QUESTIONS, count)
    flat = pages.reshape(-1, DIM)
    truth = [(flat @ q.T).reshape(count, -1, len(q)).max(axis=1).sum(axis=1) for q in questions]
    yield f"{count} pages of 1024 vectors of {DIM} numbers, {_QUESTIONS} questions of 20 vectors"
    yield "| kept as | ms of one core | recall@10 | disk, MB |"
    yield "| --- | ---: | ---: | ---: |"
    kinds, int8 = edge.VectorStorageDatatype, edge.QuantizationSearchParams
    for kept in (
        Format("float16", kinds.Float16),
        Format("float16 + int8, by int8", kinds.Float16, _INT8, _params(int8(rescore=False))),
        Format(
            "float16 + int8, rescored",
            kinds.Float16,
            _INT8,
            _params(int8(rescore=True, oversampling=2.0)),
        ),
        Format("turbo8", kinds.Turbo8),
        Format("turbo4", kinds.Turbo4),  # type: ignore[attr-defined]  # only in its stub
    ):
        path = folder / kept.name.replace(" ", "")
        config = edge.EdgeVectorParams(
            size=DIM,
            distance=edge.Distance.Dot,
            multivector_config=_MULTI,
            hnsw_config=_NO_GRAPH,
            datatype=kept.datatype,
            quantization_config=kept.quantization,
        )
        shard, _ = _filled(path, config, pages)
        params = kept.params or _params(_NOT_QUANTIZED)
        took, found = _asked(shard, questions, 10, params)
        share = statistics.fmean(recall(f, t) for f, t in zip(found, truth, strict=True))
        shard.close()
        size = sum(disk_usage(part) for part in path.rglob("segments"))
        yield f"| {kept.name} | {took:.0f} | {share:.3f} | {size / 1e6:.0f} |"


def compared(folder: Path, count: int) -> float:
    """Pages that a search of the graph compares, for each candidate (ef) and each e-fold of the
    library; by how long it takes against a scan."""
    shard, _ = _graphed(folder, count)
    questions = Clusters().questions(_QUESTIONS, count)
    scan, _ = _asked(shard, questions, _LIMITS[0], _EXACT)
    ef = 2 * _LIMITS[0]
    took, _ = _asked(shard, questions, _LIMITS[0], edge.SearchParams(exact=False, hnsw_ef=ef))
    shard.close()
    return took / scan * count / (ef * math.log(count))


def _graph(folder: Path, count: int) -> Iterator[str]:
    shard, built = _graphed(folder / "rows", count)
    questions = Clusters().questions(_QUESTIONS, count)
    yield f"{count} pages of {_ROWS} pooled vectors; the graph took {built / count:.1f} ms a page"
    yield "| wanted | candidates (ef) | ms of one core | of those of a scan |"
    yield "| ---: | ---: | ---: | ---: |"
    for limit in _LIMITS:
        took, truth = _asked(shard, questions, limit, _EXACT)
        yield f"| {limit} | scan | {took:.1f} | 1 |"
        for times in (1, 2, 4):
            params = edge.SearchParams(exact=False, hnsw_ef=times * limit)
            took, found = _asked(shard, questions, limit, params)
            pairs = zip(found, truth, strict=True)
            share = statistics.fmean(len({*f} & {*t}) / len(t) for f, t in pairs)
            yield f"| {limit} | {times * limit} | {took:.1f} | {share:.3f} |"
    shard.close()


def _graphed(path: Path, count: int) -> tuple[edge.EdgeShard, float]:
    """Of pooled vectors alone; and the milliseconds of one core that the graph took."""
    rows = [
        page.reshape(_ROWS, -1, DIM).mean(axis=1).astype(np.float16)
        for page in Clusters().pages(count)
    ]
    config = edge.EdgeVectorParams(
        size=DIM,
        distance=edge.Distance.Dot,
        multivector_config=_MULTI,
        hnsw_config=_GRAPH,
        datatype=edge.VectorStorageDatatype.Float16,
    )
    return _filled(path, config, rows)


def _params(quantization: edge.QuantizationSearchParams) -> edge.SearchParams:
    return edge.SearchParams(exact=False, quantization=quantization)


def _filled(
    path: Path, config: edge.EdgeVectorParams, pages: Sequence[FloatArray] | FloatArray
) -> tuple[edge.EdgeShard, float]:
    """And the milliseconds of one core that its optimising took."""
    path.mkdir()
    shard = edge.EdgeShard.create(str(path), edge.EdgeConfig(vectors={"v": config}))
    points = (edge.Point(n, {"v": page}, {}) for n, page in enumerate(pages))
    while batch := [*islice(points, _BATCH)]:
        shard.update(edge.UpdateOperation.upsert_points(batch))
    shard.flush()
    return shard, _milliseconds(shard.optimize)[0]


def _asked(
    shard: edge.EdgeShard,
    questions: Sequence[FloatArray],
    limit: int,
    params: edge.SearchParams,
) -> tuple[float, list[list[int]]]:
    """Milliseconds of one core (the median), and what each question found."""
    times, found = [], []
    for question in questions:
        request = edge.QueryRequest(
            limit=limit, query=edge.Query.Nearest(question.tolist(), using="v"), params=params
        )
        took, hits = _milliseconds(partial(shard.query, request))
        times.append(took)
        found.append([int(hit.id) for hit in hits])
    return statistics.median(times), found


def _milliseconds(call: Callable[[], T]) -> tuple[float, T]:
    begun = time.process_time()
    result = call()
    return 1000 * (time.process_time() - begun), result


if __name__ == "__main__":
    main()
