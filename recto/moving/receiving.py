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
from recto.engine.store.protocol import Store, StoredPage
from recto.engine.store.records import DocumentRecord, PageRecord, page_id
from recto.engine.summaries import Summaries
from recto.indexing.ledger import Ledger
from recto.indexing.media.kinds import MEDIA
from recto.indexing.outcome import Outcome
from recto.indexing.progress import Progress, Tally
from recto.moving.checksum import is_kept
from recto.moving.clips import copy_clips
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
        self._takes_clips = False
        self.without_file = 0

    def receive_all(self, origin: Origin, on_progress: OnProgress | None) -> Iterator[Outcome]:
        """Take what is not there yet. Raises LibraryError, OutsideError."""
        self._takes_clips = self._prepared_for_clips(origin)
        wanted = [
            (tenant, record)
            for tenant in origin.tenants()
            for record in origin.documents(tenant)
            if self._takes_clips or record.kind not in MEDIA
        ]
        paths = [Path(record.paths[0]) for _, record in wanted]
        tally = Tally(paths, on_progress, sizes=[record.size for _, record in wanted])
        ledgers: dict[str, Ledger] = {}
        for tenant, record in wanted:
            if tenant not in ledgers:
                ledgers[tenant] = self._ledger(tenant)
            yield tally.done(self._received(origin, tenant, record, ledgers[tenant], tally.page))

    def _prepared_for_clips(self, origin: Origin) -> bool:
        """Whether those of the origin can be taken; where they cannot, a warning says so."""
        moved, own = origin.clips_manifest, self._store.clips()
        if moved is None:
            return False
        if own is None:
            self._store.make_clips(moved.encoder, moved.dims)
        elif own.encoder != moved.encoder:
            warnings.warn(
                f"{self._place} has another encoder of sound, film and pictures ({own.encoder.name}"
                f" {own.encoder.revision}) than what is moved ({moved.encoder.name}"
                f" {moved.encoder.revision}): sound and film are left out, and pages are not found"
                " beside them. Add them there.",
                RectoWarning,
                stacklevel=4,
            )
            return False
        return True

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
            self._keep_summaries(origin, tenant, record)
            clips = self._copy_clips(origin, tenant, record)
            return Outcome(path=path, kind="unchanged", document_id=record.id, clips=clips)
        record = replace(record, words=document_vector(record.name, record.title), described=0)
        ledger.announce(record)
        try:
            pages = self._copy(origin, tenant, record, on_page)
            clips = self._copy_clips(origin, tenant, record)
        except DocumentError as error:
            ledger.remove(record)
            return Outcome(path=path, kind="failed", error=error)
        ledger.publish(record, as_written=known is None)
        self._keep_summaries(origin, tenant, record)
        return Outcome(path=path, kind="added", document_id=record.id, pages=pages, clips=clips)

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

    def _keep_summaries(self, origin: Origin, tenant: str, record: DocumentRecord) -> None:
        """Those of pages that have none."""
        summaries = Summaries(sources_of(self._folder, tenant).summaries)
        moved = origin.summaries(tenant, record)
        there = summaries.of(record.id) if moved else {}
        if new := [summary for number, summary in moved.items() if number not in there]:
            summaries.put(record.id, *new)

    def _copy_clips(self, origin: Origin, tenant: str, record: DocumentRecord) -> int:
        store = self._store.within(tenant).clips()
        if not self._takes_clips or store is None:
            return 0
        return copy_clips(store, record, origin.clips(tenant, record))

    def _copy(
        self,
        origin: Origin,
        tenant: str,
        record: DocumentRecord,
        on_page: Callable[[int, int], None],
    ) -> int:
        """Write the pages that are not there as they should be, and return how many these are."""
        store = self._store.within(tenant)
        seen: set[int] = set()
        written = 0
        for batch in _batched(origin.pages(tenant, record)):
            new = _not_kept(store, record, batch)
            _put(store, record, new)
            if wrong := _not_kept(store, record, new):
                raise DamagedLibrary(
                    f"{len(wrong)} of {len(new)} pages of {record.name} that were just written read"
                    f" back otherwise, page {min(p.content.number for p in wrong)} first. Nothing"
                    " of it is visible; run the same again, and look at the disk if it goes on."
                )
            seen.update(page.content.number for page in batch)
            written += len(new)
            on_page(len(seen), max(record.pages, len(seen)))
        _check_numbers(record, seen)
        store.delete_pages(record.id, after=max(seen, default=0))
        if (found := store.count(PageFilter(documents=(record.id,)))) != len(seen):
            raise DamagedLibrary(
                f"There are {found} pages of {record.name}; expected {len(seen)}. Nothing of it is"
                " visible; remove it and run the same again."
            )
        return written


def _not_kept(store: Store, record: DocumentRecord, pages: list[MovedPage]) -> list[MovedPage]:
    """Those that are not in the store as they should be."""
    numbers = [page.content.number for page in pages]
    ids = [page_id(record.id, number, store.encoder, store.tenant) for number in numbers]
    there = {page.content.number: page for page in store.pages(ids, with_vectors=True)}
    return [page for page in pages if not _is_kept(page, there.get(page.content.number), store)]


def _is_kept(page: MovedPage, there: StoredPage | None, store: Store) -> bool:
    return (
        there is not None
        and there.vectors is not None
        and is_kept(
            there.content,
            there.vectors,
            written=(page.content, page.vectors),
            datatype=store.patches_datatype,
        )
    )


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
