"""What stores over points have in common: pages and documents become points, and points those.

Knows neither what keeps the points nor where; a store derives from `PointStore` and adds that.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import NamedTuple, Protocol, Self

import numpy as np

from recto.engine.closing import Closing
from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.payload import (
    CONTENT_FIELDS,
    PATCHES_FIELDS,
    RECORD_FIELDS,
    TEXT_FIELDS,
    stored_document,
    stored_page,
    stored_patches,
    stored_text,
)
from recto.engine.store.plan import DenseArm, PageFilter, Ranking, Scored, SearchPlan, SparseArm
from recto.engine.store.protocol import StoredPage, StoredText
from recto.engine.store.records import DocumentRecord, PageRecord, document_point_id
from recto.engine.store.schema import (
    DENSE,
    DOCUMENTS,
    PAGES,
    PATCHES,
    SPARSE,
    Conditions,
    Point,
    conditions,
    document_point,
    page_point,
    pages_of,
    sparse_arrays,
)
from recto.engine.store.sizes import BATCH_POINTS, size_of
from recto.engine.store.validation import (
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
from recto.engine.vectors import Multivector, SparseVector
from recto.engine.wire import Value

_BATCH_WITH_VECTORS = 8
"""Pages in one reply: a page may have a million numbers, which come as Python floats."""
_SAMPLE = 16
ALL: Conditions = {"must": [], "must_not": []}


class Asked(NamedTuple):
    """An arm as plain data."""

    using: str
    query: Value
    limit: int
    seen: Conditions
    recall: float = 1.0
    among: Sequence[Asked] = ()
    """What proposes the points that it ranks; none: it ranks all that are seen."""
    precise: int = 0
    """As in `DenseArm`."""

    def confined(self, confine: Callable[[Conditions], Conditions]) -> Asked:
        """The same of fewer points, in every stage."""
        among = tuple(below.confined(confine) for below in self.among)
        return self._replace(seen=confine(self.seen), among=among)


class Points(Protocol):
    """The points of one tenant; `PAGES` or `DOCUMENTS` says which."""

    @property
    def tenant(self) -> str: ...

    def within(self, tenant: str) -> Self: ...

    def stored_tenants(self) -> list[str]:
        """In order."""
        ...

    def delete(self, kind: str, seen: Conditions, /) -> None: ...

    def count(self, kind: str, seen: Conditions = ..., /) -> int: ...

    def retrieve(
        self, kind: str, ids: Sequence[str], fields: list[str], vectors: list[str], size: int, /
    ) -> Iterator[Point]:
        """By id, in batches of `size`, in any order."""
        ...

    def rounded(
        self, kind: str, ids: Sequence[str], fields: list[str], vector: str, size: int, /
    ) -> Iterator[Point]:
        """As `retrieve`, with one vector, which may be rounded to bytes."""
        ...

    def scroll(
        self, kind: str, seen: Conditions, fields: list[str], vectors: list[str], size: int, /
    ) -> Iterator[Point]:
        """In the order of their ids."""
        ...

    def some(
        self, kind: str, count: int, fields: list[str], vectors: list[str], /
    ) -> list[Point]: ...

    def search_arms(self, arms: Sequence[Asked], /) -> Sequence[Sequence[tuple[str, float]]]: ...

    def search_documents(
        self, using: str, query: Value, limit: int, /
    ) -> Sequence[tuple[str, float]]: ...


class PointStore(Closing):
    """All of the `Store` protocol that is the same wherever the points are."""

    _points: Points

    @property
    @abstractmethod
    def encoder(self) -> EncoderId: ...

    @property
    def tenant(self) -> str:
        return self._points.tenant

    def within(self, tenant: str) -> Self:
        check_tenant(tenant)
        other = copy(self)
        other._points = self._points.within(tenant)
        return other

    def tenants(self) -> list[str]:
        return self._points.stored_tenants()

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

    def patches(self, ids: Sequence[str]) -> dict[str, Multivector]:
        check_page_ids(ids)
        points = self._points.rounded(
            PAGES, [*dict.fromkeys(ids)], [*PATCHES_FIELDS], PATCHES, _BATCH_WITH_VECTORS
        )
        found = {point["id"]: stored_patches(point["payload"], point) for point in points}
        return {id: patches for id, patches in found.items() if patches is not None}

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

    def _page_points(self, pages: Sequence[PageRecord]) -> Iterator[Point]:
        """Of pages that can be kept; of several of one id the last."""
        for page in pages:
            check_page(page, self.encoder.dim)
        last = {(page.document_id, page.content.number): page for page in pages}
        return (page_point(page, self.encoder, self.tenant) for page in last.values())

    def _document_points(self, records: Sequence[DocumentRecord]) -> list[Point]:
        for record in records:
            check_document(record)
        last = {record.id: record for record in records}
        return [document_point(record, self.tenant) for record in last.values()]

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
    """The arm as plain data; None if no page can answer it."""
    seen = conditions(filter, arm.ids)
    if seen is None:
        return None
    if isinstance(arm, SparseArm):
        return (
            Asked(SPARSE, sparse_arrays(arm.query), arm.limit, seen) if arm.query.indices else None
        )
    below = [_asked(stage, filter) for stage in arm.among]
    among = tuple(stage for stage in below if stage is not None)
    if arm.among and not among:
        return None
    precise = min(arm.precise or arm.limit, arm.limit)
    return Asked(
        arm.using, arm.query.astype(np.float32), arm.limit, seen, arm.recall, among, precise
    )


def _ranking(hits: Sequence[tuple[str, float]]) -> Ranking:
    return tuple(Scored(id, score) for id, score in hits)


def _sparse_vector(arrays: Value) -> SparseVector:
    if arrays is None:
        return SparseVector((), ())
    indices, values = arrays
    return SparseVector(tuple(indices.tolist()), tuple(values.tolist()))
