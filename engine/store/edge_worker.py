"""The process that owns the shards of a library: plain data in, Qdrant Edge calls, plain data out.

The only module that imports qdrant_edge, which holds the interpreter's lock while it works. Knows
neither records nor encoders; schema.py says what points and conditions look like.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import qdrant_edge as edge

from recto.engine.errors import DiskFull, LibraryBusy, LibraryError
from recto.engine.process import serve
from recto.engine.store.lock import lock_file
from recto.engine.store.schema import DENSE, INDEXED, PAGES, SPARSE, Conditions, Point
from recto.engine.wire import Value

_SLACK = 16
"""Hits asked for beyond the limit, to see whether equal scores straddle it."""
_Condition = edge.FieldCondition | edge.HasIdCondition
_shards: dict[str, edge.EdgeShard] = {}
_locks: list[int] = []
_NO_QUANTIZED = edge.QuantizationSearchParams(ignore=True)
_DENSE_SEARCH = edge.SearchParams(exact=True, quantization=_NO_QUANTIZED)
# By default deleted points count for IDF until they are vacuumed; in a corpus only living ones do.
_LIVING = edge.IdfParams(corpus=edge.Filter(must=[edge.HasVectorCondition(SPARSE)]))
_SPARSE_SEARCH = edge.SearchParams(exact=True, quantization=_NO_QUANTIZED, idf=_LIVING)


def lock(path: str, owner: int) -> None:
    _locks.append(lock_file(Path(path), owner=owner))


def create(folder: str, dim: int) -> None:
    """Make both shards in `folder`, empty and on the disk."""
    for name, fields in INDEXED.items():
        config = _pages_config(dim) if name == PAGES else _documents_config()
        path = Path(folder, name)
        path.mkdir(parents=True)
        shard = edge.EdgeShard.create(str(path), config)
        for field, kind in fields.items():
            schema = {"keyword": edge.KeywordIndexParams, "integer": edge.IntegerIndexParams}[kind]
            shard.update(edge.UpdateOperation.create_field_index(field, schema()))
        shard.flush()
        shard.close()


def load(folder: str) -> None:
    try:
        for name in INDEXED:
            _shards[name] = edge.EdgeShard.load(str(Path(folder, name)))
    except BaseException as error:
        if isinstance(error, Exception):
            raise
        raise RuntimeError(f"Edge panicked: {error}") from error  # files that make no sense


def upsert(name: str, points: list[Point]) -> None:
    """All points or none: they are one entry of the write-ahead log."""
    batch = [edge.Point(point["id"], _vectors(point), point["payload"]) for point in points]
    _shards[name].update(edge.UpdateOperation.upsert_points(batch))


def delete(name: str, conditions: Conditions) -> None:
    _shards[name].update(edge.UpdateOperation.delete_points_by_filter(_filter(conditions)))


def retrieve(name: str, ids: list[str], fields: list[str], vectors: list[str]) -> list[Point]:
    return [_read(r) for r in _shards[name].retrieve([*ids], fields, vectors or False)]


def scroll(
    name: str,
    conditions: Conditions,
    offset: str | None,
    limit: int,
    fields: list[str],
    vectors: list[str],
) -> Value:
    """[points in the order of their ids, the id to go on from or None]"""
    request = edge.ScrollRequest(
        offset=offset,
        limit=limit,
        filter=_filter(conditions),
        with_payload=fields,
        with_vector=vectors or False,
    )
    records, following = _shards[name].scroll(request)
    return [[_read(record) for record in records], following and str(following)]


def count(name: str, conditions: Conditions) -> int:
    return _shards[name].count(edge.CountRequest(exact=True, filter=_filter(conditions)))


def search(
    name: str, using: str, query: Value, limit: int, conditions: Conditions, field: str | None
) -> Value:
    """[[id, score], ...], best first, ties by id; `field` names the payload field to call id."""
    sparse = using == SPARSE
    nearest = edge.Query.Nearest(_sparse(query) if sparse else query, using=using)
    filter = _filter(conditions)
    asked = limit + _SLACK
    while True:
        request = edge.QueryRequest(
            limit=asked,
            query=nearest,
            filter=filter,
            params=_SPARSE_SEARCH if sparse else _DENSE_SEARCH,
            with_payload=[field] if field else False,
        )
        hits = _shards[name].query(request)
        # Edge returns any of several equal hits, so all that tie with the last one are needed.
        if len(hits) < asked or hits[-1].score < hits[limit - 1].score:
            break
        asked *= 4
    named = sorted((-hit.score, _name_of(hit, field)) for hit in hits)
    return [[name, -score] for score, name in named[:limit]]


def search_arms(name: str, arms: list[Value]) -> Value:
    """What `search` gives for each [using, query, limit, conditions], in one round trip."""
    return [search(name, using, query, limit, seen, None) for using, query, limit, seen in arms]


def flush() -> None:
    for shard in _shards.values():
        shard.flush()


def optimize() -> None:
    for shard in _shards.values():
        shard.flush()
        shard.optimize()
        shard.flush()  # lets go of the files that were replaced


def close() -> None:
    flush()
    while _shards:
        _shards.popitem()[1].close()


def _pages_config(dim: int) -> edge.EdgeConfig:
    multivector = edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
    # Never a graph: it costs seconds of CPU a page, and a scan of `rows` is fast enough.
    no_graph = edge.HnswIndexConfig(m=0, ef_construct=16, full_scan_threshold=10_000)
    return edge.EdgeConfig(
        vectors={
            name: edge.EdgeVectorParams(
                size=dim,
                distance=edge.Distance.Dot,
                multivector_config=multivector,
                hnsw_config=no_graph,
                datatype=edge.VectorStorageDatatype.Float16,
                memory=edge.Memory.Cold,
            )
            for name in DENSE
        },
        sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        optimizers=_optimizers(),
    )


def _documents_config() -> edge.EdgeConfig:
    return edge.EdgeConfig(
        sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        optimizers=_optimizers(),
    )


def _optimizers() -> edge.EdgeOptimizersConfig:
    # The default leaves deleted pages on the disk of libraries of less than 1,000 pages.
    return edge.EdgeOptimizersConfig(deleted_threshold=0.2, vacuum_min_vector_number=10)


def _vectors(point: Point) -> dict[str, Value]:
    vectors = {name: point[name] for name in DENSE if name in point}
    return vectors | ({SPARSE: _sparse(point[SPARSE])} if SPARSE in point else {})


def _sparse(arrays: Value) -> edge.SparseVector:
    indices, values = arrays
    return edge.SparseVector(indices=indices.tolist(), values=values.tolist())


def _filter(conditions: Conditions) -> edge.Filter:
    return edge.Filter(
        must=[_condition(*condition) for condition in conditions["must"]],
        must_not=[_condition(*condition) for condition in conditions["must_not"]],
    )


def _condition(kind: str, *operands: Value) -> _Condition:
    if kind == "ids":
        return edge.HasIdCondition(set(operands[0]))
    field, *rest = operands
    if kind == "any":
        return edge.FieldCondition(key=field, match=edge.MatchAny(rest[0]))
    first, last = rest
    return edge.FieldCondition(key=field, range=edge.RangeFloat(gte=first, lte=last))


def _read(record: edge.Record) -> Point:
    point: Point = {"id": str(record.id), "payload": record.payload or {}}
    assert record.vector is None or isinstance(record.vector, dict), "all our vectors have names"
    for name, vector in (record.vector or {}).items():
        if isinstance(vector, edge.SparseVector):
            point[name] = [np.array(vector.indices, np.int64), np.array(vector.values, np.float32)]
        else:
            point[name] = np.array(vector, np.float16)
    return point


def _name_of(hit: edge.ScoredPoint, field: str | None) -> str:
    return str(hit.id if field is None else (hit.payload or {})[field])


def _translated(function: Callable[..., Value]) -> Callable[..., Value]:
    """Edge raises plain exceptions; those that have a name of ours are told by their text."""

    @functools.wraps(function)
    def call(*arguments: Value) -> Value:
        try:
            return function(*arguments)
        except Exception as error:
            text = str(error)
            if "os error 28" in text or "No space left" in text or "os error 122" in text:
                raise DiskFull(text) from error
            if "WouldBlock" in text:
                raise LibraryBusy(f"The shards are open in another program: {text}") from error
            if isinstance(error, OSError):
                raise LibraryError(
                    f"The library cannot be written: {error}. Even a search writes to it: check"
                    " its permissions, or copy it to where you may write."
                ) from error
            raise

    return call


def main() -> None:
    reads = (retrieve, scroll, count, search, search_arms)
    writes = (lock, create, load, upsert, delete, flush, optimize, close)
    serve({function.__name__: _translated(function) for function in (*reads, *writes)})
    if _shards:  # the parent has gone without closing
        close()


if __name__ == "__main__":
    main()
