"""Files become documents of a library: keep, announce, write, publish.

How their pages are written is in `writing`, what keeps a crash from showing in `ledger`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from recto.engine.bm25 import document_vector
from recto.engine.encoders.protocol import Encoder
from recto.engine.errors import DamagedFile, DocumentError, InputError, InternalError, RectoError
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from recto.indexing.files import Found
from recto.indexing.ledger import Ledger
from recto.indexing.outcome import Outcome
from recto.indexing.reader import Reader
from recto.indexing.sources import Sources, hash_of
from recto.indexing.writing import OnPage, PageWriter

MetadataValue = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What a user says of the documents that he adds."""

    tags: tuple[str, ...] = ()
    metadata: Mapping[str, MetadataValue] | None = None

    def __post_init__(self) -> None:
        for key, value in (self.metadata or {}).items():
            plain = isinstance(key, str) and isinstance(value, (str, int, float))
            if not plain or (isinstance(value, float) and not math.isfinite(value)):
                raise InputError(
                    f"metadata is {{{key!r}: {value!r}}}; expected names with a str, a bool or a "
                    "finite number."
                )


class Indexer:
    """Adds files to one library. Not for several threads."""

    def __init__(
        self, *, store: Store, encoder: Encoder, reader: Reader, ledger: Ledger, sources: Sources
    ) -> None:
        self._writer = PageWriter(store, encoder)
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
        path = found.came_from
        known = self._ledger.get(hash_of(found.path))
        before = self._ledger.at(path)
        if known is not None and known.state == "ready":
            moved = before is not None and before.id != known.id
            self._describe(known, path, attributes)
            if not self._sources.path(known.id, known.kind).exists():  # lost, and here it is again
                self._sources.keep(found.path, known.kind)
            return Outcome(
                path=found.path,
                kind="replaced" if moved else "unchanged",
                document_id=known.id,
                skipped=known.skipped,
            )
        if before is not None:  # what was said of the file holds for its next version, too
            attributes = _joined(before, attributes)
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
        joined = _joined(record, attributes)
        described = replace(
            record,
            paths=tuple(dict.fromkeys((*record.paths, path))),
            tags=joined.tags,
            metadata=joined.metadata or {},
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
            written = self._writer.written(record.id)
            skipped = self._writer.write(record.id, document, written, on_page)
        if len(skipped) == record.pages:
            raise DamagedFile(
                f"{path}: none of its pages can be read. {next(iter(skipped.values()))}"
            )
        self._ledger.publish(replace(record, skipped=skipped))
        return Outcome(
            path=path,
            kind="replaced" if replaces else "added",
            document_id=record.id,
            pages=record.pages - len(skipped) - len(written),
            skipped=skipped,
        )


def _joined(record: DocumentRecord, attributes: Attributes) -> Attributes:
    """What was said of a document before, and what is said now, which prevails."""
    return Attributes(
        tags=tuple(dict.fromkeys((*record.tags, *attributes.tags))),
        metadata={**record.metadata, **(attributes.metadata or {})},
    )


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
