"""A store in memory that does everything the plain way: the truth that other stores are held to.

Nothing is kept on disk and nothing is fast. Knows no Qdrant. Like every store it keeps vectors as
float16, compares them with questions rounded to float16, and keeps boxes in steps of 1/65535.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import numpy as np

from recto.engine.bm25 import TERMS
from recto.engine.closing import Closing
from recto.engine.encoders.protocol import EncoderId
from recto.engine.page import Box, PageContent, PageText
from recto.engine.store.clips.manifest import ClipsManifest, check_clips_encoder
from recto.engine.store.clips.oracle import OracleClips
from recto.engine.store.clips.records import ClipModality
from recto.engine.store.condition import PAGE_NUMBER, Attributes
from recto.engine.store.holding import holds
from recto.engine.store.manifest import Datatype
from recto.engine.store.plan import DenseArm, PageFilter, Ranking, Scored, SearchPlan, SparseArm
from recto.engine.store.proposals import Proposals
from recto.engine.store.protocol import StoredPage, StoredText, StoreInfo
from recto.engine.store.records import DocumentRecord, PageRecord, page_id
from recto.engine.store.validation import (
    GRID,
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
from recto.engine.vectors import FloatArray, Multivector, PageVectors, SparseVector


class OracleStore(Closing):
    """The `Store` protocol over two dicts."""

    def __init__(self, encoder: EncoderId, tenant: str = "") -> None:
        self._encoder = encoder
        self._tenant = tenant
        self._pages: dict[str, PageRecord] = {}
        self._documents: dict[str, DocumentRecord] = {}
        self._proposals: Proposals | None = None
        self._beside: OracleStore | None = None
        self._clips: OracleClips | None = None
        """Of the store without a tenant alone: that of all."""
        self._all = {tenant: self}

    @property
    def tenant(self) -> str:
        return self._tenant

    def within(self, tenant: str) -> OracleStore:
        """Tenants share nothing at all."""
        check_tenant(tenant)
        if tenant not in self._all:
            self._all[tenant] = OracleStore(self._encoder, tenant)
            self._all[tenant]._all = self._all
        return self._all[tenant]

    def tenants(self) -> list[str]:
        used = (t for t, store in self._all.items() if store._pages or store._documents)
        return sorted(tenant for tenant in used if tenant)

    @property
    def encoder(self) -> EncoderId:
        return self._encoder

    @property
    def two_stage(self) -> bool:
        return False

    @property
    def patches_datatype(self) -> Datatype:
        return "float16"

    @property
    def terms(self) -> int:
        return TERMS

    def writing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def put_pages(self, pages: Sequence[PageRecord]) -> None:
        for page in pages:
            check_page(page, self._encoder.dim)
        for page in pages:
            self._pages[self._id(page)] = _kept(page)

    def put_documents(self, records: Sequence[DocumentRecord]) -> None:
        for record in records:
            check_document(record)
        self._documents.update({record.id: record for record in records})

    def describe(self, document_id: str, attributes: Attributes) -> None:
        check_document_id(document_id)
        check_attributes(attributes, f"document {document_id}")
        for id, page in self._pages.items():
            if page.document_id == document_id:
                self._pages[id] = replace(page, attributes=attributes)

    def delete_pages(self, document_id: str, *, after: int = 0) -> None:
        check_document_id(document_id)
        self._pages = {
            id: page
            for id, page in self._pages.items()
            if page.document_id != document_id or page.content.number <= after
        }

    def delete_documents(self, ids: Sequence[str]) -> None:
        for id in ids:
            check_document_id(id)
        for id in ids:
            self._documents.pop(id, None)

    def documents(self, ids: Sequence[str] | None = None) -> list[DocumentRecord]:
        for id in ids or ():
            check_document_id(id)
        wanted = self._documents.keys() if ids is None else set(ids) & self._documents.keys()
        return sorted((self._documents[id] for id in wanted), key=lambda r: (r.name, r.id))

    def pages(self, ids: Sequence[str], *, with_vectors: bool = False) -> list[StoredPage]:
        check_page_ids(ids)
        return [self._stored(id, with_vectors) for id in ids if id in self._pages]

    def texts(self, ids: Sequence[str]) -> list[StoredText]:
        return [
            StoredText(
                id=page.id,
                document_id=page.document_id,
                number=page.content.number,
                text=page.content.text.text,
            )
            for page in self.pages(ids)
        ]

    def patches(self, ids: Sequence[str]) -> dict[str, Multivector]:
        check_page_ids(ids)
        found = {id: self._pages[id].vectors.patches for id in ids if id in self._pages}
        return {id: patches for id, patches in found.items() if patches is not None}

    def scroll(self, filter: PageFilter, *, with_vectors: bool = False) -> Iterator[StoredPage]:
        check_filter(filter)
        return (self._stored(id, with_vectors) for id in sorted(self._seen_through(filter)))

    def count(self, filter: PageFilter) -> int:
        check_filter(filter)
        return len(self._seen_through(filter))

    def search(self, plan: SearchPlan) -> tuple[Ranking, ...]:
        check_plan(plan, self._encoder.dim)
        seen = self._seen_through(plan.filter)
        return tuple(self._search_arm(arm, seen) for arm in plan.arms)

    def search_documents(self, query: SparseVector, *, limit: int) -> Ranking:
        check_sparse_query(query, "search_documents")
        check_limit(limit, "search_documents")
        words = {id: record.words for id, record in self._documents.items()}
        return _ranked(_sparse_scores(query, words), limit)

    @property
    def proposals(self) -> Proposals | None:
        return self._proposals

    def keep_proposals(self, measured: Proposals) -> None:
        self._proposals = measured

    def info(self) -> StoreInfo:
        return StoreInfo(pages=len(self._pages), documents=len(self._documents), bytes_on_disk=0)

    def clips(self) -> OracleClips | None:
        clips = self.within("")._clips
        return None if clips is None else clips.within(self._tenant)

    def make_clips(self, encoder: EncoderId, dims: Mapping[ClipModality, int]) -> OracleClips:
        whole = self.within("")
        if whole._clips is not None and whole._clips.encoder != encoder:
            if not whole._clips.is_empty():
                check_clips_encoder("the library", whole._clips.encoder, encoder)
            whole._clips = None
        if whole._clips is None:
            whole._clips = OracleClips(ClipsManifest(encoder=encoder, dims=dims))
        return whole._clips.within(self._tenant)

    def flush(self) -> None:
        """Nothing to do: there is no disk."""

    def optimize(self) -> None:
        """Nothing to do: there is no disk."""

    def expect(self, pages: int) -> None:
        """There is always room."""

    def beside(self, encoder: EncoderId) -> OracleStore:
        whole = self._all[""]
        if whole._beside is None or whole._beside.encoder != encoder:
            whole._beside = OracleStore(encoder)
        return whole._beside.within(self._tenant)

    def become(self, other: OracleStore) -> None:
        assert other._all[""] is self._all[""]._beside, "made by `beside`"
        for tenant in self._all.keys() | other._all.keys():
            store, new = self.within(tenant), other.within(tenant)
            store._encoder = new._encoder
            store._pages, store._documents = new._pages, new._documents
            store._proposals = new._proposals
        self.forget_beside()

    def forget_beside(self) -> None:
        self._all[""]._beside = None

    def close(self) -> None:
        """Forget everything."""
        for store in self._all.values():
            store._pages, store._documents = {}, {}

    def _id(self, page: PageRecord) -> str:
        return page_id(page.document_id, page.content.number, self._encoder, self._tenant)

    def _stored(self, id: str, with_vectors: bool) -> StoredPage:
        page = self._pages[id]
        return StoredPage(
            id=id,
            document_id=page.document_id,
            content=page.content,
            vectors=page.vectors if with_vectors else None,
        )

    def _seen_through(self, filter: PageFilter) -> set[str]:
        return {
            id
            for id, page in self._pages.items()
            if (filter.documents is None or page.document_id in filter.documents)
            and page.document_id not in filter.not_documents
            and (filter.first is None or page.content.number >= filter.first)
            and (filter.last is None or page.content.number <= filter.last)
            and (filter.ids is None or id in filter.ids)
            and (filter.where is None or holds(filter.where, _seen_of(page)))
        }

    def _search_arm(self, arm: DenseArm | SparseArm, seen: set[str]) -> Ranking:
        if isinstance(arm, DenseArm):
            scores = _dense_scores(arm, self._pages)
        else:
            scores = _sparse_scores(arm.query, {id: p.words for id, p in self._pages.items()})
        candidates = seen if arm.ids is None else seen & set(arm.ids)
        if isinstance(arm, DenseArm) and arm.among:
            proposed = [self._search_arm(below, seen) for below in arm.among]
            candidates = candidates & {hit.id for ranking in proposed for hit in ranking}
        return _ranked({id: scores[id] for id in candidates & scores.keys()}, arm.limit)


def _seen_of(page: PageRecord) -> Attributes:
    return {**page.attributes, PAGE_NUMBER: page.content.number}


def _sparse_scores(query: SparseVector, words: Mapping[str, SparseVector]) -> dict[str, float]:
    """Sum of query weight x IDF x weight over shared terms, for all that share one.

    IDF counts everything that has words, whether or not a filter lets it through:
    ln(1 + (N - n + 0.5) / (n + 0.5)), N with words, n of them with the term.
    """
    total = sum(1 for vector in words.values() if vector.indices)
    weights = dict(zip(query.indices, query.values, strict=True))
    having = {term: sum(1 for v in words.values() if term in v.indices) for term in weights}
    scores: dict[str, float] = {}
    for id, vector in words.items():
        for term, value in zip(vector.indices, vector.values, strict=True):
            if term in weights:
                idf = math.log1p((total - having[term] + 0.5) / (having[term] + 0.5))
                scores[id] = scores.get(id, 0.0) + weights[term] * idf * value
    return scores


def _dense_scores(arm: DenseArm, pages: Mapping[str, PageRecord]) -> dict[str, float]:
    """MaxSim of all pages that have the vectors: the sum over query vectors (t, d) of the largest
    inner product with a page's vectors (n, d)."""
    query = _half(arm.query)
    dense = {id: getattr(page.vectors, arm.using) for id, page in pages.items()}
    return {
        id: float((query @ multivector.vectors.T).max(axis=1).sum())
        for id, multivector in dense.items()
        if multivector is not None
    }


def _half(vectors: FloatArray) -> FloatArray:
    return vectors.astype(np.float16).astype(np.float32)


def _ranked(scores: Mapping[str, float], limit: int) -> Ranking:
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Scored(id, score) for id, score in ordered[:limit])


def _kept(page: PageRecord) -> PageRecord:
    """The page as it can be read back."""
    vectors = PageVectors(patches=_rounded(page.vectors.patches), rows=_rounded(page.vectors.rows))
    words = tuple(
        word._replace(box=Box(*(round(edge * GRID) / GRID for edge in word.box)))
        for word in page.content.text.words
    )
    content: PageContent = replace(
        page.content, text=PageText(words=words, source=page.content.text.source)
    )
    return replace(page, content=content, vectors=vectors)


def _rounded(multivector: Multivector | None) -> Multivector | None:
    if multivector is None:
        return None
    return Multivector(
        vectors=_half(multivector.vectors),
        boxes=(np.rint(multivector.boxes.astype(np.float64) * GRID) / GRID).astype(np.float32),
    )
