"""What every store offers, embedded, remote or in memory. Crossed by plain data and numpy only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from recto.engine.encoders.protocol import EncoderId
from recto.engine.page import PageContent
from recto.engine.store.clips.protocol import ClipStore
from recto.engine.store.clips.records import ClipModality
from recto.engine.store.condition import Attributes
from recto.engine.store.manifest import Datatype
from recto.engine.store.plan import PageFilter, Ranking, SearchPlan
from recto.engine.store.proposals import Proposals
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.engine.vectors import Multivector, PageVectors, SparseVector

MAX_FLOATS = 1_048_576
"""Numbers in one multivector that a Qdrant server takes (github.com/qdrant/qdrant/issues/5925);
every store of ours refuses more, so that a library can move to a server."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StoredPage:
    """A page read back. `vectors` is None unless it was asked for."""

    id: str
    document_id: str
    content: PageContent
    vectors: PageVectors | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """What a page says, without where: a tenth of the work of a `StoredPage`."""

    id: str
    document_id: str
    number: int
    text: str
    """As `PageText.text` gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreInfo:
    """How much a store holds."""

    pages: int
    documents: int
    bytes_on_disk: int


class Store(Protocol):
    """A write that has returned survives a crash of this process and of the store's.

    Methods raise `BackendUnreachable` when the store does not answer and `DiskFull` when it cannot
    write. Invalid records (a vector of another dimension, not finite, larger than `MAX_FLOATS`) are
    refused with ValueError before anything is written.

    A store is confined to one tenant, or to what has none: no call reads, counts, changes or
    removes what is another's, not even by its id, and how rare a term is (IDF) is told from the
    tenant's own pages. `flush`, `optimize`, `expect`, `beside` and its siblings, `tenants` and
    `close` are about all of it.
    """

    @property
    def encoder(self) -> EncoderId: ...

    @property
    def two_stage(self) -> bool:
        """Whether it finds the pages worth an exact score by itself, where `DenseArm.recall` lets
        it; else every page is compared unless the arm names those that are to be."""
        ...

    @property
    def patches_datatype(self) -> Datatype:
        """As what it keeps `patches`; all but float16 change them a little."""
        ...

    @property
    def terms(self) -> int:
        """Of which revision (`bm25.TERMS`) its words' vectors are."""
        ...

    @property
    def tenant(self) -> str:
        """Whose pages and documents this is confined to; "" is what belongs to no tenant."""
        ...

    def within(self, tenant: str) -> Self:
        """The same store, confined to this tenant; closing it closes that. "" is no tenant."""
        ...

    def tenants(self) -> list[str]:
        """Those that have documents, in any state, or pages; in order, without ""."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Within it nobody else writes, in no process; not to be nested. Reads need not be within.

        What a caller decides from what he has read holds for what he writes in the same one. Raises
        `LibraryBusy`.
        """
        ...

    def put_pages(self, pages: Sequence[PageRecord]) -> None:
        """Insert or overwrite pages by id."""
        ...

    def put_documents(self, records: Sequence[DocumentRecord]) -> None:
        """Insert or overwrite records by id, all of them or none."""
        ...

    def describe(self, document_id: str, attributes: Attributes) -> None:
        """Set the attributes of all pages of a document, in place of those that they had."""
        ...

    def delete_pages(self, document_id: str, *, after: int = 0) -> None:
        """Remove the pages of a document whose number is above `after`."""
        ...

    def delete_documents(self, ids: Sequence[str]) -> None:
        """Remove records; their pages must have been deleted before."""
        ...

    def documents(self, ids: Sequence[str] | None = None) -> list[DocumentRecord]:
        """Records by id (absent ones left out), or all of them; ordered by name, then id."""
        ...

    def pages(self, ids: Sequence[str], *, with_vectors: bool = False) -> list[StoredPage]:
        """Pages by id, in the order of `ids`; absent ones left out."""
        ...

    def texts(self, ids: Sequence[str]) -> list[StoredText]:
        """Texts of pages by id, in the order of `ids`; absent ones left out."""
        ...

    def patches(self, ids: Sequence[str]) -> dict[str, Multivector]:
        """Those of pages by id, to show where a question matches: they may be rounded to bytes.
        Pages without any are left out."""
        ...

    def scroll(self, filter: PageFilter, *, with_vectors: bool = False) -> Iterator[StoredPage]:
        """All pages that the filter lets through, one batch in memory at a time; order by id."""
        ...

    def count(self, filter: PageFilter) -> int:
        """How many pages the filter lets through."""
        ...

    def search(self, plan: SearchPlan) -> tuple[Ranking, ...]:
        """One ranking for each arm of the plan, in the order of its arms."""
        ...

    def search_documents(self, query: SparseVector, *, limit: int) -> Ranking:
        """Documents (ids as in `DocumentRecord.id`) by their `words`, whatever their state."""
        ...

    @property
    def proposals(self) -> Proposals | None:
        """How many pages have to be proposed to it, as was measured on what the tenant has; None
        where that was not done, or is not needed."""
        ...

    def keep_proposals(self, measured: Proposals) -> None:
        """Let everybody know what was measured. Need not be within `writing`."""
        ...

    def info(self) -> StoreInfo: ...

    def clips(self) -> ClipStore | None:
        """The clips of the same tenant; None in a library that was never given an encoder for
        them. To be asked again after `make_clips`."""
        ...

    def make_clips(self, encoder: EncoderId, dims: Mapping[ClipModality, int]) -> ClipStore:
        """The same, made where there is none; within `writing`.

        Raises EncoderMismatch where there are clips of another encoder.
        """
        ...

    def flush(self) -> None:
        """Also survive a power cut."""
        ...

    def optimize(self) -> None:
        """Reclaim deleted space and rearrange for search; may take a while."""
        ...

    def expect(self, pages: int) -> None:
        """DiskFull if so many more pages, as large as those that are there, would not fit."""
        ...

    def beside(self, encoder: EncoderId) -> Self:
        """A second store in the same place, to be filled with vectors of another encoder; closed
        before this one.

        What an interrupted attempt with the same encoder has put there is in it.
        """
        ...

    def become(self, other: Self) -> None:
        """Hold what `other`, made by `beside`, holds, and close that; what was here is removed.

        All or nothing, even in a crash. No other call may be under way.
        """
        ...

    def forget_beside(self) -> None:
        """Remove what `beside` has made, if there is any; it must be closed."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
