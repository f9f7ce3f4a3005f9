"""Documents from elsewhere come into a library: written, read back, compared, made visible.

A document is visible only after everything of it has been compared, so that what is ready has been
moved, and an interrupted call goes on with the others.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from recto.engine.bm25 import document_vector, words_vector
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import DamagedFile, DamagedLibrary, DocumentError, RectoWarning
from recto.engine.store.attributes import attributes_of
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.indexing.ledger import Ledger
from recto.indexing.outcome import Outcome
from recto.indexing.progress import Progress, Tally
from recto.moving.checksum import page_checksum
from recto.moving.origin import MovedPage, Origin, sources_of
from recto.places import Place
from recto.tenancy import check_tenancy

_BATCH = 8
OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReport:
    """What became of every document that was to be moved."""

    encoder: EncoderId
    outcomes: tuple[Outcome, ...]
    """"added", "unchanged" for what was there already, or "failed"."""
    without_file: int
    """Documents whose own bytes were not there to be moved."""
    seconds: float

    @property
    def pages(self) -> int:
        """Pages that were moved now."""
        return sum(outcome.pages for outcome in self.outcomes)

    @property
    def complete(self) -> bool:
        return not any(outcome.kind == "failed" for outcome in self.outcomes)


class Receiver:
    """Takes documents into one library. Not for several threads; within `store.writing()`."""

    def __init__(self, store: Store, place: Place) -> None:
        """Over the open store of a place."""
        self._store = store
        self._folder = place.folder
        self._place = str(place)
        self.without_file = 0

    def receive_all(self, origin: Origin, on_progress: OnProgress | None) -> Iterator[Outcome]:
        """Take what is not there yet. Raises LibraryError, OutsideError."""
        wanted = [
            (tenant, record) for tenant in origin.tenants() for record in origin.documents(tenant)
        ]
        paths = [Path(record.paths[0]) for _, record in wanted]
        tally = Tally(paths, on_progress, sizes=[record.size for _, record in wanted])
        ledgers: dict[str, Ledger] = {}
        for tenant, record in wanted:
            if tenant not in ledgers:
                ledgers[tenant] = self._ledger(tenant)
            yield tally.done(self._received(origin, tenant, record, ledgers[tenant], tally.page))

    def _ledger(self, tenant: str) -> Ledger:
        check_tenancy(self._store, tenant, self._place)
        ledger = Ledger(self._store.within(tenant), sources_of(self._folder, tenant))
        ledger.recover()
        return ledger

    def _received(
        self,
        origin: Origin,
        tenant: str,
        record: DocumentRecord,
        ledger: Ledger,
        on_page: Callable[[int, int], None],
    ) -> Outcome:
        path = Path(record.paths[0])
        self._keep_source(origin, tenant, record)
        known = ledger.get(record.id)
        if known is not None and known.state == "ready":
            return Outcome(path=path, kind="unchanged", document_id=record.id)
        record = replace(record, words=document_vector(record.name, record.title), described=0)
        ledger.announce(record)
        try:
            pages = self._copy(origin, tenant, record, on_page)
        except DocumentError as error:
            ledger.remove(record)
            return Outcome(path=path, kind="failed", error=error)
        ledger.publish(record, as_written=known is None)
        return Outcome(path=path, kind="added", document_id=record.id, pages=pages)

    def _keep_source(self, origin: Origin, tenant: str, record: DocumentRecord) -> None:
        sources = sources_of(self._folder, tenant)
        if sources.path(record.id, record.kind).exists():
            return
        source = origin.source(tenant, record)
        if source is None:
            self.without_file += 1
            return
        with source as stream:
            kept = sources.keep_stream(stream, record.kind, name=record.name)
        if kept != record.id:
            sources.remove(kept, record.kind)
            raise DamagedLibrary(
                f"The kept file of {record.name} has the SHA-256 {kept}; expected {record.id}. It"
                " was changed or is damaged: restore it, or remove the document where it comes"
                " from."
            )

    def _copy(
        self,
        origin: Origin,
        tenant: str,
        record: DocumentRecord,
        on_page: Callable[[int, int], None],
    ) -> int:
        """Write the pages that are not there as they should be, and return how many these are."""
        store = self._store.within(tenant)
        there = checksums(store, record)
        expected: dict[int, bytes] = {}
        written = 0
        for batch in _batched(origin.pages(tenant, record)):
            sums = {
                page.content.number: page_checksum(page.content, page.vectors) for page in batch
            }
            expected |= sums
            new = [
                page
                for page in batch
                if there.get(page.content.number) != sums[page.content.number]
            ]
            _put(store, record, new)
            written += len(new)
            on_page(len(expected), max(record.pages, len(expected)))
        _check_numbers(record, expected)
        store.delete_pages(record.id, after=max(expected, default=0))
        found = checksums(store, record)
        if found != expected:
            wrong = sorted(
                n for n in expected.keys() | found.keys() if found.get(n) != expected.get(n)
            )
            raise DamagedLibrary(
                f"{len(wrong)} of {len(expected)} pages of {record.name} read back otherwise than"
                f" they were written, page {wrong[0]} first. Nothing of it is visible; run the same"
                " again, and look at the disk if it goes on."
            )
        return written


def checksums(store: Store, record: DocumentRecord) -> dict[int, bytes]:
    """Of the pages of a document that are in a store, by number."""
    found: dict[int, bytes] = {}
    for page in store.scroll(PageFilter(documents=(record.id,)), with_vectors=True):
        assert page.vectors is not None, "asked for"
        found[page.content.number] = page_checksum(page.content, page.vectors)
    return found


def warn_of_missing(count: int, folder: Path) -> None:
    """Say that pages of so many documents can be searched, and not be drawn."""
    if count:
        warnings.warn(
            f"The files of {count} documents were not there to be moved: their pages can be"
            f" searched, but not drawn. Copy them to {folder / 'sources'}, or add them again.",
            RectoWarning,
            stacklevel=3,
        )


def _put(store: Store, record: DocumentRecord, pages: list[MovedPage]) -> None:
    try:
        store.put_pages([_page_record(page, record) for page in pages])
    except ValueError as error:  # of an origin that no library of ours is
        raise DamagedLibrary(f"{record.name} cannot be moved: {error}") from error


def _page_record(page: MovedPage, record: DocumentRecord) -> PageRecord:
    return PageRecord(
        document_id=record.id,
        content=page.content,
        vectors=page.vectors,
        words=words_vector(page.content),
        attributes=attributes_of(record),
    )


def _check_numbers(record: DocumentRecord, found: Iterable[int]) -> None:
    """What is no page of the document, or is missing and was not skipped when it was added."""
    wanted = set(range(1, record.pages + 1))
    missing = sorted(wanted - set(found) - record.skipped.keys())
    if missing or not set(found) <= wanted:
        raise DamagedFile(
            f"{record.name} has {record.pages} pages, of which {len(missing)} are not there"
            f"{f' (page {missing[0]} first)' if missing else ''}, and"
            f" {len(set(found) - wanted)} are no pages of it. Remove it where it comes from and add"
            " it again, then move it."
        )


def _batched(pages: Iterator[MovedPage]) -> Iterator[list[MovedPage]]:
    batch: list[MovedPage] = []
    for page in pages:
        batch.append(page)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
