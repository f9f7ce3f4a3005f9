"""The embedded store: a library in a folder, kept by Qdrant Edge in a process of its own.

Knows what pages and documents are; knows no Qdrant call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from recto.engine.closing import Closing
from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.edge_process import EdgeProcess
from recto.engine.store.manifest import Manifest
from recto.engine.store.payload import (
    CONTENT_FIELDS,
    RECORD_FIELDS,
    TEXT_FIELDS,
    stored_document,
    stored_page,
    stored_text,
)
from recto.engine.store.plan import DenseArm, PageFilter, Ranking, Scored, SearchPlan, SparseArm
from recto.engine.store.protocol import StoredPage, StoredText, StoreInfo
from recto.engine.store.records import DocumentRecord, PageRecord, document_point_id
from recto.engine.store.schema import (
    DENSE,
    DOCUMENTS,
    PAGES,
    SPARSE,
    Conditions,
    Point,
    conditions,
    document_point,
    page_point,
    pages_of,
    sparse_arrays,
)
from recto.engine.store.sizes import BATCH_POINTS, batches, disk_usage, size_of
from recto.engine.store.switching import SHARDS, commit, discard, sweep, switch
from recto.engine.store.validation import (
    check_document,
    check_document_id,
    check_filter,
    check_limit,
    check_page,
    check_page_ids,
    check_plan,
    check_sparse_query,
)
from recto.engine.vectors import SparseVector
from recto.engine.wire import Value

_BATCH_WITH_VECTORS = 8
"""Pages in one reply: a page may have a million numbers, and Edge gives them as Python floats."""
_SAMPLE = 16
_WRITE_FACTOR = 3
"""Disk that a write may take: the write-ahead log, the segment, and what both round up to."""


class EdgeStore(Closing):
    """The `Store` protocol over a folder; `open_edge` makes one.

    A page that is too large for a batch is a batch of its own, so memory is bounded by the largest
    page on either side.
    """

    def __init__(self, process: EdgeProcess, folder: Path, manifest: Manifest) -> None:
        """Load the shards of `folder` into a process that holds its lock, and own the process."""
        self._process = process
        self._folder = folder
        self._shards = folder / SHARDS
        self._manifest = manifest
        process.load(self._shards)

    @property
    def encoder(self) -> EncoderId:
        return self._manifest.encoder

    @property
    def terms(self) -> int:
        return self._manifest.terms

    @property
    def process_id(self) -> int:
        """The process that does the work, for whoever watches its memory."""
        return self._process.pid

    def put_pages(self, pages: Sequence[PageRecord]) -> None:
        for page in pages:
            check_page(page, self.encoder.dim)
        last = {(page.document_id, page.content.number): page for page in pages}
        points = (page_point(page, self.encoder) for page in last.values())
        for batch, size in batches(points):
            self._process.call("upsert", PAGES, batch, room=_WRITE_FACTOR * size)

    def put_documents(self, records: Sequence[DocumentRecord]) -> None:
        for record in records:
            check_document(record)
        points = [document_point(r) for r in {record.id: record for record in records}.values()]
        if points:  # one call, one entry of the log: all of them or none
            room = _WRITE_FACTOR * sum(map(size_of, points))
            self._process.call("upsert", DOCUMENTS, points, room=room)

    def delete_pages(self, document_id: str, *, after: int = 0) -> None:
        check_document_id(document_id)
        self._process.call("delete", PAGES, pages_of(document_id, after=after))

    def delete_documents(self, ids: Sequence[str]) -> None:
        for id in ids:
            check_document_id(id)
        these = {"must": [["ids", [document_point_id(id) for id in ids]]], "must_not": []}
        if ids:
            self._process.call("delete", DOCUMENTS, these)

    def documents(self, ids: Sequence[str] | None = None) -> list[DocumentRecord]:
        for id in ids or ():
            check_document_id(id)
        if ids is None:
            points = self._scroll(DOCUMENTS, _ALL, [*RECORD_FIELDS], [SPARSE], BATCH_POINTS)
        else:
            unique = dict.fromkeys(document_point_id(id) for id in ids)
            points = self._retrieve(DOCUMENTS, [*unique], [*RECORD_FIELDS], [SPARSE], BATCH_POINTS)
        records = [stored_document(p["payload"], _sparse_vector(p.get(SPARSE))) for p in points]
        return sorted(records, key=lambda record: (record.name, record.id))

    def pages(self, ids: Sequence[str], *, with_vectors: bool = False) -> list[StoredPage]:
        check_page_ids(ids)
        unique = [*dict.fromkeys(ids)]
        found = self._retrieve(PAGES, unique, *_fields(with_vectors))
        by_id = {point["id"]: _stored(point, with_vectors) for point in found}
        return [by_id[id] for id in ids if id in by_id]

    def texts(self, ids: Sequence[str]) -> list[StoredText]:
        check_page_ids(ids)
        unique = [*dict.fromkeys(ids)]
        found = self._retrieve(PAGES, unique, [*TEXT_FIELDS], [], BATCH_POINTS)
        by_id = {point["id"]: stored_text(point["id"], point["payload"]) for point in found}
        return [by_id[id] for id in ids if id in by_id]

    def scroll(self, filter: PageFilter, *, with_vectors: bool = False) -> Iterator[StoredPage]:
        check_filter(filter)
        seen = conditions(filter)
        points = self._scroll(PAGES, seen, *_fields(with_vectors)) if seen else ()
        return (_stored(point, with_vectors) for point in points)

    def count(self, filter: PageFilter) -> int:
        check_filter(filter)
        seen = conditions(filter)
        return int(self._process.call("count", PAGES, seen)) if seen else 0

    def search(self, plan: SearchPlan) -> tuple[Ranking, ...]:
        check_plan(plan, self.encoder.dim)
        asked = [_asked(arm, plan.filter) for arm in plan.arms]
        answerable = [arm for arm in asked if arm is not None]
        found = self._process.call("search_arms", PAGES, answerable) if answerable else []
        rankings = iter(found)
        return tuple(() if arm is None else _ranking(next(rankings)) for arm in asked)

    def search_documents(self, query: SparseVector, *, limit: int) -> Ranking:
        check_sparse_query(query, "search_documents")
        check_limit(limit, "search_documents")
        if not query.indices:
            return ()
        arrays = sparse_arrays(query)
        return _ranking(
            self._process.call("search", DOCUMENTS, SPARSE, arrays, limit, _ALL, "document")
        )

    def info(self) -> StoreInfo:
        return StoreInfo(
            pages=self._process.call("count", PAGES, _ALL),
            documents=self._process.call("count", DOCUMENTS, _ALL),
            bytes_on_disk=disk_usage(self._shards),
        )

    def flush(self) -> None:
        self._process.call("flush")

    def optimize(self) -> None:
        """Rewrite the pages for search if there is reason to: more than 10 MB new since the last
        time, or more than a fifth deleted. Otherwise it returns at once.

        Takes about a millisecond for each page of the library, and as much disk again as its pages
        need, for which it may use the reserve; raises DiskFull if there is not so much.
        """
        pages = self._process.call("count", PAGES, _ALL)
        room = _WRITE_FACTOR * pages * self._page_size()
        room = min(room, disk_usage(self._shards)) - self._process.reserve
        self._process.call("optimize", room=room)

    def expect(self, pages: int) -> None:
        self._process.check_room(pages * self._page_size())

    def beside(self, encoder: EncoderId) -> EdgeStore:
        from recto.engine.store.opening import open_beside  # which imports this module

        return open_beside(self._folder, encoder, reserve=self._process.reserve)

    def become(self, other: EdgeStore) -> None:
        assert other._folder.parent == self._folder, "made by `beside`"
        other.flush()
        other.close()
        commit(self._folder)
        try:
            self._process.unload()
            switch(self._folder)
            self._process.load(self._shards)
        except BaseException:
            self._process.close()  # the shards that it had are no longer the library's
            raise
        self._manifest = other._manifest
        sweep(self._folder)

    def forget_beside(self) -> None:
        discard(self._folder)

    def close(self) -> None:
        self._process.close()

    def _page_size(self) -> int:
        """About the bytes of one page on the disk, 0 if there is none."""
        # Page ids are hashes: the first pages are a fair sample of all.
        some = self._process.call("scroll", PAGES, _ALL, None, _SAMPLE, *_fields(True)[:2])[0]
        return sum(map(size_of, some)) // max(len(some), 1)

    def _retrieve(
        self, shard: str, ids: list[str], fields: list[str], vectors: list[str], size: int
    ) -> Iterator[Point]:
        for start in range(0, len(ids), size):
            batch = ids[start : start + size]
            yield from self._process.call("retrieve", shard, batch, fields, vectors)

    def _scroll(
        self, shard: str, seen: Conditions, fields: list[str], vectors: list[str], size: int
    ) -> Iterator[Point]:
        offset: str | None = None
        while True:
            points, offset = self._process.call(
                "scroll", shard, seen, offset, size, fields, vectors
            )
            yield from points
            if offset is None:
                return


_ALL: Conditions = {"must": [], "must_not": []}


def _fields(with_vectors: bool) -> tuple[list[str], list[str], int]:
    """Payload fields, vector names and batch size for reading pages."""
    if with_vectors:
        return [*CONTENT_FIELDS, "patch_boxes", "row_boxes"], [*DENSE], _BATCH_WITH_VECTORS
    return [*CONTENT_FIELDS], [], BATCH_POINTS


def _stored(point: Point, with_vectors: bool) -> StoredPage:
    return stored_page(point["id"], point["payload"], point if with_vectors else None)


def _asked(arm: DenseArm | SparseArm, filter: PageFilter) -> list[Value] | None:
    """The arm as the process takes it; None if no page can answer it."""
    seen = conditions(filter, arm.ids)
    if seen is None:
        return None
    if isinstance(arm, DenseArm):
        return [arm.using, arm.query.astype(np.float32), arm.limit, seen]
    if not arm.query.indices:
        return None
    return [SPARSE, sparse_arrays(arm.query), arm.limit, seen]


def _ranking(hits: list[tuple[str, float]]) -> Ranking:
    return tuple(Scored(id, score) for id, score in hits)


def _sparse_vector(arrays: Value) -> SparseVector:
    if arrays is None:
        return SparseVector((), ())
    indices, values = arrays
    return SparseVector(tuple(indices.tolist()), tuple(values.tolist()))
