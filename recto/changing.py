"""What changes a library: adding, removing, encoding anew. One change at a time."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from recto.catalog import several
from recto.engine.encoders.protocol import Encoder
from recto.engine.errors import (
    DiskFull,
    InputError,
    LibraryError,
    NotFound,
    OutsideError,
    RectoWarning,
    TenantError,
)
from recto.engine.proposing import is_due, measure
from recto.engine.store.protocol import Store
from recto.holdings import Holdings
from recto.indexing.adding import Indexer
from recto.indexing.files import Found, Refused, find
from recto.indexing.notes import MetadataValue, Notes
from recto.indexing.outcome import AddReport, Outcome, ReencodeReport
from recto.indexing.progress import Progress, Tally
from recto.indexing.reencoding import Reencoder
from recto.media_tools import MediaTools
from recto.reencoding import chosen_encoder, is_current
from recto.results import Document
from recto.tenancy import check_tenancy

OnProgress = Callable[[Progress], None]


def add(
    holdings: Holdings,
    paths: tuple[str | os.PathLike[str], ...],
    origin: str,
    notes: Notes,
    on_progress: OnProgress | None,
    crossmodal: bool = False,
) -> AddReport:
    """See `Library.add`."""
    begun = time.monotonic()
    found = list(find(paths))
    if origin:
        found = [_come_from(file, origin) for file in found]
        if len(found) > 1:
            raise InputError(f"{len(found)} files are to come from {origin!r}; expected one.")
    with holdings.writing:
        check_tenancy(holdings.store, holdings.store.tenant, str(holdings.shared.place))
        try:
            outcomes = _add(holdings, found, notes, on_progress, crossmodal)
        finally:
            holdings.catalog.forget()
        _tidy(holdings.store)
        _measure(holdings.store, lambda: holdings.encoder)
    return AddReport(outcomes=outcomes, seconds=time.monotonic() - begun)


def forget_unfinished(holdings: Holdings, but: Sequence[str]) -> None:
    """See `Library.forget_unfinished`."""
    with holdings.writing:
        ledger = holdings.ledger()
        for record in ledger.unfinished():
            if not set(record.paths) & set(but):
                ledger.remove(record)


def remove(holdings: Holdings, document: str) -> Document:
    """See `Library.remove`."""
    with holdings.writing:
        removed = holdings.catalog.one(document)
        ledger = holdings.ledger()
        record = ledger.get(removed.id)
        assert record is not None
        ledger.remove(record)
        holdings.pictures.forget(removed.id)
        holdings.media_pictures.forget(removed.id)
        holdings.catalog.forget()
        _tidy(holdings.store)
    return removed


def describe(
    holdings: Holdings,
    document: str,
    tags: Sequence[str] | None,
    metadata: Mapping[str, MetadataValue] | None,
) -> Document:
    """See `Library.describe`."""
    with holdings.writing:
        found = holdings.catalog.one(document)
        said = Notes(
            tags=found.tags if tags is None else several(tags, "tags"),
            metadata=found.metadata if metadata is None else metadata,
        )
        ledger = holdings.ledger()
        record = ledger.get(found.id)
        assert record is not None
        ledger.publish(replace(record, tags=said.tags, metadata=said.metadata or {}))
        holdings.catalog.forget()
        return holdings.catalog.one(found.id)


def reencode(
    holdings: Holdings,
    encoder: str | os.PathLike[str] | Encoder | None,
    settings: Mapping[str, str] | None,
    trusted: bool,
    on_progress: OnProgress | None,
) -> ReencodeReport:
    """See `Library.reencode`."""
    begun = time.monotonic()
    outcomes: tuple[Outcome, ...] = ()
    store = holdings.store
    if store.tenant:
        raise TenantError(
            "All tenants of a library have one encoder: encode it again by recto reencode without"
            " --tenant, or by recto.open(..., all_tenants=True).reencode(...)."
        )
    with holdings.writing:
        made = chosen_encoder(encoder, store.encoder, settings, trusted)
        changed = not is_current(store, made)
        if changed:
            _check_files(holdings, made)
            with store.beside(made.id) as new:
                outcomes = _reencode(holdings, new, made, on_progress)
                holdings.switch(new, made)
            _tidy(store)
            _measure(store, lambda: made)
        else:
            store.forget_beside()
    return ReencodeReport(
        encoder=made.id, changed=changed, outcomes=outcomes, seconds=time.monotonic() - begun
    )


def _add(
    holdings: Holdings,
    found: list[Found | Refused],
    notes: Notes,
    on_progress: OnProgress | None,
    crossmodal: bool,
) -> tuple[Outcome, ...]:
    ledger = holdings.ledger()
    media = MediaTools(holdings)
    indexer = Indexer(
        store=holdings.store,
        encoder=holdings.encoder,
        reader=holdings.reader,
        ledger=ledger,
        sources=holdings.sources,
        media=media.make_writer,
        pages=media.joiner() if crossmodal else None,
    )
    unfinished = [record for record in ledger.unfinished() if media.can_resume(record)]
    tally = Tally([Path(r.paths[0]) for r in unfinished] + [f.path for f in found], on_progress)
    return tuple(indexer.add(unfinished, found, notes, tally))


def _come_from(file: Found | Refused, origin: str) -> Found | Refused:
    return replace(file, origin=origin) if isinstance(file, Found) else file


def _check_files(holdings: Holdings, encoder: Encoder) -> None:
    """NotFound where pictures are needed of files that another machine keeps: a library would be
    left with documents without pages."""
    if not (encoder.needs_image and holdings.shared.place.shared):
        return
    for tenant in sorted({"", *holdings.store.tenants()}):
        theirs = holdings.of(tenant)
        for record in theirs.store.documents():
            path = theirs.sources.path(record.id, record.kind)
            if record.state == "ready" and not path.exists():
                raise NotFound(
                    f"The file of {record.name} is not kept on this machine ({path}), and"
                    f" {encoder.id.name} reads pictures of its pages. Encode where it was added, or"
                    " give the folder with the files of all documents (RECTO_SOURCES)."
                )


def _reencode(
    holdings: Holdings, new: Store, encoder: Encoder, on_progress: OnProgress | None
) -> tuple[Outcome, ...]:
    """Of all tenants."""
    outcomes: list[Outcome] = []
    for tenant in sorted({"", *holdings.store.tenants(), *new.tenants()}):
        theirs = holdings.of(tenant)
        theirs.ledger()  # completes what was being removed
        reencoder = Reencoder(
            old=theirs.store,
            new=new.within(tenant),
            encoder=encoder,
            reader=theirs.reader,
            sources=theirs.sources,
        )
        outcomes += reencoder.encode_all(on_progress)
    return tuple(outcomes)


def _tidy(store: Store) -> None:
    """Let the store rearrange what was written; what was asked for is done without it."""
    try:
        store.optimize()
    except DiskFull as error:
        warnings.warn(
            f"Everything is stored, but not yet compacted: {error}", RectoWarning, stacklevel=4
        )


def _measure(store: Store, encoder: Callable[[], Encoder]) -> None:
    """Learn how a store that does not choose by itself has to be searched, where it has changed
    much; what was asked for is done without it."""
    try:
        if is_due(store) and (measured := measure(store, encoder())) is not None:
            store.keep_proposals(measured)
    except (OutsideError, LibraryError) as error:
        warnings.warn(
            f"Everything is stored, but how deep to search it could not be measured: {error}",
            RectoWarning,
            stacklevel=4,
        )
