"""Files become documents of a library: keep, read, encode, store, publish.

Reading, encoding and storing overlap, a bounded number of pages apart, so that memory does not grow
with the document. What is done to keep a crash from showing is in `ledger`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from recto.engine.bm25 import document_vector, words_vector
from recto.engine.encoders.protocol import Encoder, PageInput
from recto.engine.errors import DamagedFile, DocumentError, InternalError, RectoError
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.indexing.files import Found
from recto.indexing.ledger import Ledger
from recto.indexing.outcome import Outcome
from recto.indexing.prefetch import prefetch
from recto.indexing.reader import OpenDocument, Reader
from recto.indexing.sources import Sources, hash_of

_BATCH = 8
"""Pages a write: about 1 MB of vectors from the built-in encoder, 2 MB from a ColPali."""
_AHEAD = 8
"""Pages read before the encoder wants them; an image of 1,500 pixels' width takes 9 MB."""
IMAGE_WIDTH = 1280
"""Pixels: about twice what vision encoders look at, which they reduce with antialiasing."""

MetadataValue = str | int | float | bool
OnPage = Callable[[int, int], None]
"""Told after each page: pages done and pages of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What a user says of the documents that he adds."""

    tags: tuple[str, ...] = ()
    metadata: Mapping[str, MetadataValue] | None = None


class Indexer:
    """Adds files to one library. Not for several threads."""

    def __init__(
        self, *, store: Store, encoder: Encoder, reader: Reader, ledger: Ledger, sources: Sources
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._reader = reader
        self._ledger = ledger
        self._sources = sources

    def add(self, found: Found, attributes: Attributes, on_page: OnPage) -> Outcome:
        """Add one file; what goes wrong with it alone becomes a failed outcome.

        Raises OutsideError when nothing further can succeed (no room, no store).
        """
        return _alone(found.path, lambda: self._add(found, attributes, on_page))

    def finish(self, record: DocumentRecord, on_page: OnPage) -> Outcome:
        """Complete a document whose adding was interrupted, from its kept bytes."""
        path = Path(record.paths[0])
        return _alone(path, lambda: self._index_or_forget(record, path, on_page))

    def _add(self, found: Found, attributes: Attributes, on_page: OnPage) -> Outcome:
        path = str(found.path)
        known = self._ledger.get(hash_of(found.path))
        if known is not None and known.state == "ready":
            self._describe(known, path, attributes)
            if not self._sources.path(known.id, known.kind).exists():  # lost, and here it is again
                self._sources.keep(found.path, known.kind)
            return Outcome(
                path=found.path, kind="unchanged", document_id=known.id, skipped=known.skipped
            )
        document_id = self._sources.keep(found.path, found.kind)
        record = DocumentRecord(
            id=document_id,
            state="adding",
            name=found.path.name,
            paths=(path,),
            kind=found.kind,
            title="",
            pages=0,
            size=self._sources.path(document_id, found.kind).stat().st_size,
            added=datetime.now(UTC).isoformat(timespec="seconds"),
            tags=attributes.tags,
            metadata=attributes.metadata or {},
        )
        return self._index_or_forget(record, found.path, on_page)

    def _index_or_forget(self, record: DocumentRecord, path: Path, on_page: OnPage) -> Outcome:
        """Leave nothing of a document that fails; one that is interrupted is kept to be resumed."""
        try:
            return self._index(record, path, on_page)
        except Exception as error:
            if not _stops(error):
                self._ledger.remove(record)
            raise

    def _describe(self, record: DocumentRecord, path: str, attributes: Attributes) -> None:
        """Note what is new about a document that is there already."""
        described = replace(
            record,
            paths=tuple(dict.fromkeys((*record.paths, path))),
            tags=tuple(dict.fromkeys((*record.tags, *attributes.tags))),
            metadata={**record.metadata, **(attributes.metadata or {})},
        )
        if described != record:
            self._ledger.publish(described)

    def _index(self, record: DocumentRecord, path: Path, on_page: OnPage) -> Outcome:
        replaces = self._ledger.at(record.paths[0]) is not None
        source = self._sources.path(record.id, record.kind)
        with self._reader.open(source, record.kind, name=str(path)) as document:
            record = self._ledger.announce(
                replace(
                    record,
                    title=document.title,
                    pages=document.pages,
                    words=document_vector(record.name, document.title),
                )
            )
            stored = self._stored(record.id)
            skipped = self._store_pages(document, record, stored, on_page)
        if len(skipped) == record.pages:
            raise DamagedFile(
                f"{path}: none of its pages can be read. {next(iter(skipped.values()))}"
            )
        self._ledger.publish(replace(record, skipped=skipped))
        return Outcome(
            path=path,
            kind="replaced" if replaces else "added",
            document_id=record.id,
            pages=record.pages - len(skipped) - len(stored),
            skipped=skipped,
        )

    def _store_pages(
        self, document: OpenDocument, record: DocumentRecord, stored: set[int], on_page: OnPage
    ) -> dict[int, str]:
        """Read, encode and write all but the `stored` pages; return those that could not be read,
        and why."""
        skipped: dict[int, str] = {}
        inputs = prefetch(self._read(document, stored, skipped), ahead=_AHEAD)
        done = len(stored)
        for batch in prefetch(self._encode(_batched(inputs), record.id), ahead=2):
            self._store.put_pages(batch)
            done += len(batch)
            on_page(done + len(skipped), record.pages)
        return skipped

    def _read(
        self, document: OpenDocument, stored: set[int], skipped: dict[int, str]
    ) -> Iterator[PageInput]:
        for number in range(1, document.pages + 1):
            if number in stored:
                continue
            try:
                content = document.read(number)
                image = document.image(number, IMAGE_WIDTH) if self._encoder.needs_image else None
            except DocumentError as error:
                skipped[number] = str(error)
                continue
            yield PageInput(content=content, image=image)

    def _stored(self, document_id: str) -> set[int]:
        """Numbers of the pages that an interrupted `add` has written."""
        pages = self._store.scroll(PageFilter(documents=(document_id,)))
        return {page.content.number for page in pages}

    def _encode(
        self, batches: Iterable[list[PageInput]], document_id: str
    ) -> Iterator[list[PageRecord]]:
        for batch in batches:
            vectors = self._encoder.encode_pages(batch)
            yield [
                PageRecord(
                    document_id=document_id,
                    content=page.content,
                    vectors=of_page,
                    words=words_vector(page.content),
                )
                for page, of_page in zip(batch, vectors, strict=True)
            ]


def _alone(path: Path, index: Callable[[], Outcome]) -> Outcome:
    """What goes wrong with one file becomes its outcome."""
    try:
        return index()
    except DocumentError as error:
        return Outcome(path=path, kind="failed", error=error)
    except Exception as error:
        if _stops(error):
            raise
        fault = InternalError(
            f"{path}: recto failed with {type(error).__name__}: {error}. The file is not indexed; "
            "the others are. Please report this."
        )
        fault.__cause__ = error
        return Outcome(path=path, kind="failed", error=fault)


def _stops(error: Exception) -> bool:
    """Whether it would meet every file: no room, no store, no memory."""
    outside = isinstance(error, (RectoError, OSError, MemoryError))
    return outside and not isinstance(error, DocumentError)


def _batched(inputs: Iterable[PageInput]) -> Iterator[list[PageInput]]:
    batch: list[PageInput] = []
    for page in inputs:
        batch.append(page)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
