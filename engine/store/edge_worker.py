"""The process that owns the shards of a library: plain data in, Qdrant Edge calls, plain data out.

With edge_config and edge_requests the only module that imports qdrant_edge, which holds the
interpreter's lock while it works. Knows neither records nor encoders; schema.py says what points
look like.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import qdrant_edge as edge

from recto.engine.errors import DiskFull, LibraryBusy, LibraryError
from recto.engine.process import serve
from recto.engine.store.clips.edge_shard import clips_shard, create_shard
from recto.engine.store.clips.schema import CLIPS
from recto.engine.store.compiling import TENANT, Plain
from recto.engine.store.edge_config import documents_config, pages_config
from recto.engine.store.edge_indexes import Indexes
from recto.engine.store.edge_requests import (
    DENSE_SEARCH,
    edge_filter,
    nearest,
    prefetches,
    sparse_search,
    sparse_vector,
)
from recto.engine.store.edge_sketches import SKETCHED, Sketches
from recto.engine.store.lock import lock_file
from recto.engine.store.schema import (
    INDEXED,
    PAGES,
    SPARSE,
    Conditions,
    Point,
    dense_names,
)
from recto.engine.wire import Value

_SLACK = 16
"""Hits asked for beyond the limit, to see whether equal scores straddle it."""
_shards: dict[str, edge.EdgeShard] = {}
_indexes: dict[str, Indexes] = {}
_sketches: dict[str, Sketches] = {}
"""Of `PAGES` alone."""
_locks: list[int] = []


def lock(path: str, owner: int) -> None:
    _locks.append(lock_file(Path(path), owner=owner))


def create(folder: str, dim: int, patches_datatype: str) -> None:
    """Make both shards in `folder`, empty and on the disk."""
    for name, fields in INDEXED.items():
        config = pages_config(dim, patches_datatype) if name == PAGES else documents_config()
        path = Path(folder, name)
        path.mkdir(parents=True)
        shard = edge.EdgeShard.create(str(path), config)
        always = {path: kind for path, kind in fields.items() if kind != "tenant"}
        Indexes(shard).make(always)
        shard.flush()
        shard.close()


def load(folder: str, dim: int, sketch_from: int) -> None:
    try:
        for name in INDEXED:
            _open(name, Path(folder, name))
        if (clips := clips_shard(Path(folder).with_name(CLIPS))).is_dir():
            _open(CLIPS, clips)
        _sketches[PAGES] = Sketches(_shards[PAGES], Path(folder), dim, begin=sketch_from)
    except BaseException as error:
        if isinstance(error, Exception):
            raise
        raise RuntimeError(f"Edge panicked: {error}") from error  # files that make no sense


def create_clips(folder: str, dims: dict[str, int]) -> None:
    """Make the shard of clips anew, and open it."""
    if CLIPS in _shards:
        _shards.pop(CLIPS).close()
    create_shard(Path(folder), dims)
    _open(CLIPS, clips_shard(Path(folder)))


def upsert(name: str, points: list[Point]) -> None:
    """All points or none: they are one entry of the write-ahead log."""
    _indexes[name].before_writing(points)
    if name in _sketches:
        _sketches[name].before_writing(points)
    batch = [edge.Point(point["id"], _vectors(point), point["payload"]) for point in points]
    try:
        _shards[name].update(edge.UpdateOperation.upsert_points(batch))
    except BaseException:
        if name in _sketches:
            _sketches[name].take_back()
        raise
    if name in _sketches:
        _sketches[name].after_writing()


def describe(name: str, conditions: Conditions, payload: dict[str, Value]) -> None:
    """Set these fields of the payload of every point that fulfils the conditions."""
    operation = edge.UpdateOperation.set_payload_by_filter(edge_filter(conditions), payload)
    _shards[name].update(operation)
    _sketches[name].after_describing()


def tenants(name: str) -> list[str]:
    if TENANT not in _indexes[name]:  # it comes with the first of them
        return []
    request = edge.FacetRequest(TENANT, limit=_shards[name].info().points_count or 1, exact=True)
    # A value that only deleted points have is given with the count 0.
    return [str(hit.value) for hit in _shards[name].facet(request).hits if hit.count]


def delete(name: str, conditions: Conditions) -> None:
    gone = _sketches[name].matching(conditions) if name in _sketches else []
    _shards[name].update(edge.UpdateOperation.delete_points_by_filter(edge_filter(conditions)))
    if name in _sketches:
        _sketches[name].after_deleting(gone)


def retrieve(name: str, ids: list[str], fields: list[str], vectors: list[str]) -> list[Point]:
    return [_read(r) for r in _shards[name].retrieve([*ids], fields, vectors or False)]


def rounded(name: str, ids: list[str], fields: list[str], vector: str) -> list[Point]:
    """As `retrieve`, with one vector each, which may be rounded to bytes and end in copies of its
    last row: as the sketches have it, for Edge gives numbers one by one."""
    points = retrieve(name, ids, fields, [])
    known = _sketches[name].vectors(ids) if vector == SKETCHED and name in _sketches else {}
    missing = [point["id"] for point in points if point["id"] not in known]
    read = {p["id"]: p for p in retrieve(name, missing, [], [vector])} if missing else {}
    for point in points:
        found = known.get(point["id"], read.get(point["id"], {}).get(vector))
        if found is not None:
            point[vector] = found
    return points


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
        filter=_filter(name, conditions),
        with_payload=fields,
        with_vector=vectors or False,
    )
    records, following = _shards[name].scroll(request)
    return [[_read(record) for record in records], following and str(following)]


def count(name: str, conditions: Conditions) -> int:
    return _shards[name].count(edge.CountRequest(exact=True, filter=_filter(name, conditions)))


def search(
    name: str,
    using: str,
    query: Value,
    limit: int,
    conditions: Conditions,
    corpus: list[Plain],
    field: str | None,
    among: Sequence[Value] = (),
) -> Value:
    """[[id, score], ...], best first, ties by id; `field` names the payload field to call id.

    `corpus`: conditions on what counts for IDF.
    """
    filter_of = functools.partial(_filter, name)
    filter, stages = filter_of(conditions), prefetches(among, corpus, filter_of)
    asked = limit + _SLACK
    while True:
        request = edge.QueryRequest(
            limit=asked,
            query=nearest(using, query),
            filter=filter,
            params=sparse_search(corpus) if using == SPARSE else DENSE_SEARCH,
            prefetches=stages,
            with_payload=[field] if field else False,
        )
        hits = _shards[name].query(request)
        # Edge returns any of several equal hits, so all that tie with the last one are needed.
        if len(hits) < asked or hits[-1].score < hits[limit - 1].score:
            break
        asked *= 4
    named = sorted((-hit.score, _name_of(hit, field)) for hit in hits)
    return [[name, -score] for score, name in named[:limit]]


def search_arms(name: str, arms: list[Value], corpus: list[Plain]) -> Value:
    """What `search` gives for each `Asked`, in one round trip."""
    return [
        _search_arm(name, using, query, limit, seen, corpus, recall, among, precise)
        for using, query, limit, seen, recall, among, precise in arms
    ]


def _search_arm(
    name: str,
    using: str,
    query: Value,
    limit: int,
    seen: Conditions,
    corpus: list[Plain],
    recall: float,
    among: Sequence[Value],
    precise: int,
) -> Value:
    """As `search`, but at the pages alone that the sketches say are worth a look."""
    if using == SKETCHED and name in _sketches and not among:
        choice = _sketches[name].choose(query, limit, seen, recall, precise)
        if choice is not None:
            these = seen | {"must": [["ids", choice.exactly], *seen["must"]]}
            found = search(name, using, query, len(choice.exactly), these, corpus, None)
            if len(found) == len(choice.exactly):  # else some of them were not there any more
                ranked = sorted(
                    [*found, *map(list, choice.others)], key=lambda hit: (-hit[1], hit[0])
                )
                return ranked[:limit]
    return search(name, using, query, limit, seen, corpus, None, among)


def _open(name: str, folder: Path) -> None:
    _shards[name] = edge.EdgeShard.load(str(folder))
    _indexes[name] = Indexes(_shards[name])


def flush() -> None:
    for sketches in _sketches.values():
        sketches.flush()
    for shard in _shards.values():
        shard.flush()


def optimize() -> None:
    for shard in _shards.values():
        shard.flush()
        shard.optimize()
        shard.flush()  # lets go of the files that were replaced
    for sketches in _sketches.values():
        sketches.tidy()


def close() -> None:
    flush()
    while _sketches:
        _sketches.popitem()[1].close()
    while _shards:
        _shards.popitem()[1].close()


def _vectors(point: Point) -> dict[str, Value]:
    vectors = {name: point[name] for name in dense_names(point)}
    return vectors | ({SPARSE: sparse_vector(point[SPARSE])} if SPARSE in point else {})


def _filter(name: str, conditions: Conditions) -> edge.Filter:
    _indexes[name].before_filtering(conditions)
    return edge_filter(conditions)


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
    reads = (retrieve, rounded, scroll, count, tenants, search, search_arms)
    writes = (lock, create, create_clips, load, upsert, describe, delete, flush, optimize, close)
    serve({function.__name__: _translated(function) for function in (*reads, *writes)})
    if _shards:  # the parent has gone without closing
        close()


if __name__ == "__main__":
    main()
