"""The embedded store: a library in a folder, kept by Qdrant Edge in a process of its own.

Knows what pages and documents are; knows no Qdrant call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recto.engine.closing import Closing
from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.condition import Attributes
from recto.engine.store.edge_points import ALL, Asked, EdgePoints
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
    Point,
    conditions,
    description,
    document_point,
    page_point,
    pages_of,
    sparse_arrays,
)
from recto.engine.store.sizes import BATCH_POINTS, batches, disk_usage, size_of
from recto.engine.store.switching import SHARDS, commit, discard, sweep, switch
from recto.engine.store.validation import (
    check_attributes,
    check_document,
    check_document_id,
    check_filter,
    check_limit,
    check_page,
    check_page_ids,
    check_plan,
    check_sparse_query,
    check_tenant,
)
from recto.engine.vectors import SparseVector
from recto.engine.wire import Value

_BATCH_WITH_VECTORS = 8
"""Pages in one reply: a page may have a million numbers, and Edge gives them as Python floats."""
_SAMPLE = 16
_WRITE_FACTOR = 3
"""Disk that a write may take: the write-ahead log, the segment, and what both round up to."""


@dataclass(slots=True)
class _Recorded:
    """What all that look at one library must learn when it changes."""

    manifest: Manifest


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
        self._recorded = _Recorded(manifest)
        self._points = EdgePoints(process, "", set())
        process.load(self._shards)
        self._points.find_tenants()

    @property
    def encoder(self) -> EncoderId:
        return self._recorded.manifest.encoder

    @property
    def terms(self) -> int:
        return self._recorded.manifest.terms

    @property
    def process_id(self) -> int:
        """The process that does the work, for whoever watches its memory."""
        return self._process.pid

    @property
    def tenant(self) -> str:
        return self._points.tenant

    def within(self, tenant: str) -> EdgeStore:
        check_tenant(tenant)
        other = copy(self)
        other._points = self._points.within(tenant)
        return other

    def tenants(self) -> list[str]:
        return self._points.stored_tenants()

    def put_pages(self, pages: Sequence[PageRecord]) -> None:
        for page in pages:
            check_page(page, self.encoder.dim)
        last = {(page.document_id, page.content.number): page for page in pages}
        points = (page_point(page, self.encoder, self.tenant) for page in last.values())
        for batch, size in batches(points):
            self._points.upsert(PAGES, batch, room=_WRITE_FACTOR * size)

    def put_documents(self, records: Sequence[DocumentRecord]) -> None:
        for record in records:
            check_document(record)
        last = {record.id: record for record in records}
        points = [document_point(record, self.tenant) for record in last.values()]
        if points:  # one call, one entry of the log: all of them or none
            room = _WRITE_FACTOR * sum(map(size_of, points))
            self._points.upsert(DOCUMENTS, points, room=room)

    def describe(self, document_id: str, attributes: Attributes) -> None:
        """Edge writes a page with its vectors anew where something of its payload changes."""
        check_document_id(document_id)
        check_attributes(attributes, f"document {document_id}")
        pages = pages_of(document_id)
        room = _WRITE_FACTOR * self._points.count(PAGES, pages) * self._page_size()
        self._points.describe(pages, description(attributes), room=room)

    def delete_pages(self, document_id: str, *, after: int = 0) -> None:
        check_document_id(document_id)
        self._points.delete(PAGES, pages_of(document_id, after=after))

    def delete_documents(self, ids: Sequence[str]) -> None:
        for id in ids:
            check_document_id(id)
        these = [document_point_id(id, self.tenant) for id in ids]
        if ids:
            self._points.delete(DOCUMENTS, {"must": [["ids", these]], "must_not": []})

    def documents(self, ids: Sequence[str] | None = None) -> list[DocumentRecord]:
        for id in ids or ():
            check_document_id(id)
        if ids is None:
            points = self._points.scroll(DOCUMENTS, ALL, [*RECORD_FIELDS], [SPARSE], BATCH_POINTS)
        else:
            unique = dict.fromkeys(document_point_id(id, self.tenant) for id in ids)
            points = self._points.retrieve(
                DOCUMENTS, [*unique], [*RECORD_FIELDS], [SPARSE], BATCH_POINTS
            )
        records = [stored_document(p["payload"], _sparse_vector(p.get(SPARSE))) for p in points]
        return sorted(records, key=lambda record: (record.name, record.id))

    def pages(self, ids: Sequence[str], *, with_vectors: bool = False) -> list[StoredPage]:
        check_page_ids(ids)
        unique = [*dict.fromkeys(ids)]
        found = self._points.retrieve(PAGES, unique, *_fields(with_vectors))
        by_id = {point["id"]: _stored(point, with_vectors) for point in found}
        return [by_id[id] for id in ids if id in by_id]

    def texts(self, ids: Sequence[str]) -> list[StoredText]:
        check_page_ids(ids)
        unique = [*dict.fromkeys(ids)]
        found = self._points.retrieve(PAGES, unique, [*TEXT_FIELDS], [], BATCH_POINTS)
        by_id = {point["id"]: stored_text(point["id"], point["payload"]) for point in found}
        return [by_id[id] for id in ids if id in by_id]

    def scroll(self, filter: PageFilter, *, with_vectors: bool = False) -> Iterator[StoredPage]:
        check_filter(filter)
        seen = conditions(filter)
        points = self._points.scroll(PAGES, seen, *_fields(with_vectors)) if seen else ()
        return (_stored(point, with_vectors) for point in points)

    def count(self, filter: PageFilter) -> int:
        check_filter(filter)
        seen = conditions(filter)
        return self._points.count(PAGES, seen) if seen else 0

    def search(self, plan: SearchPlan) -> tuple[Ranking, ...]:
        check_plan(plan, self.encoder.dim)
        asked = [_asked(arm, plan.filter) for arm in plan.arms]
        answerable = [arm for arm in asked if arm is not None]
        found = self._points.search_arms(answerable) if answerable else []
        rankings = iter(found)
        return tuple(() if arm is None else _ranking(next(rankings)) for arm in asked)

    def search_documents(self, query: SparseVector, *, limit: int) -> Ranking:
        check_sparse_query(query, "search_documents")
        check_limit(limit, "search_documents")
        if not query.indices:
            return ()
        arrays = sparse_arrays(query)
        return _ranking(self._points.search_documents(SPARSE, arrays, limit))

    def info(self) -> StoreInfo:
        """The bytes are those of the whole library; for a tenant, about those of its pages."""
        pages = self._points.count(PAGES)
        own = pages * self._page_size() if self.tenant else disk_usage(self._shards)
        return StoreInfo(pages=pages, documents=self._points.count(DOCUMENTS), bytes_on_disk=own)

    def flush(self) -> None:
        self._process.call("flush")

    def optimize(self) -> None:
        """Rewrite the pages for search if there is reason to: more than 10 MB new since the last
        time, or more than a fifth deleted. Otherwise it returns at once.

        Takes about a millisecond for each page of the library, and as much disk again as its pages
        need, for which it may use the reserve; raises DiskFull if there is not so much.
        """
        pages = self._process.call("count", PAGES, ALL)
        room = _WRITE_FACTOR * pages * self._page_size()
        room = min(room, disk_usage(self._shards)) - self._process.reserve
        self._process.call("optimize", room=room)

    def expect(self, pages: int) -> None:
        self._process.check_room(pages * self._page_size())

    def beside(self, encoder: EncoderId) -> EdgeStore:
        from recto.engine.store.opening import open_beside  # which imports this module

        beside = open_beside(self._folder, encoder, reserve=self._process.reserve)
        return beside.within(self.tenant)

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
        self._recorded.manifest = other._recorded.manifest
        self._points.find_tenants()
        sweep(self._folder)

    def forget_beside(self) -> None:
        discard(self._folder)

    def close(self) -> None:
        self._process.close()

    def _page_size(self) -> int:
        """About the bytes of one page on the disk, 0 if there is none."""
        # Page ids are hashes: the first pages are a fair sample of all.
        some = self._points.some(PAGES, _SAMPLE, *_fields(True)[:2])
        return sum(map(size_of, some)) // max(len(some), 1)


def _fields(with_vectors: bool) -> tuple[list[str], list[str], int]:
    """Payload fields, vector names and batch size for reading pages."""
    if with_vectors:
        return [*CONTENT_FIELDS, "patch_boxes", "row_boxes"], [*DENSE], _BATCH_WITH_VECTORS
    return [*CONTENT_FIELDS], [], BATCH_POINTS


def _stored(point: Point, with_vectors: bool) -> StoredPage:
    return stored_page(point["id"], point["payload"], point if with_vectors else None)


def _asked(arm: DenseArm | SparseArm, filter: PageFilter) -> Asked | None:
    """The arm as the process takes it; None if no page can answer it."""
    seen = conditions(filter, arm.ids)
    if seen is None:
        return None
    if isinstance(arm, DenseArm):
        return arm.using, arm.query.astype(np.float32), arm.limit, seen
    if not arm.query.indices:
        return None
    return SPARSE, sparse_arrays(arm.query), arm.limit, seen


def _ranking(hits: list[tuple[str, float]]) -> Ranking:
    return tuple(Scored(id, score) for id, score in hits)


def _sparse_vector(arrays: Value) -> SparseVector:
    if arrays is None:
        return SparseVector((), ())
    indices, values = arrays
    return SparseVector(tuple(indices.tolist()), tuple(values.tolist()))
