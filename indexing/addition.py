"""A file on its way into a library, or a document whose adding was interrupted.

Knows what is kept, announced and published, and when; not how pages are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from recto.engine.bm25 import document_vector
from recto.engine.errors import DamagedFile, DocumentError, InternalError, RectoError
from recto.engine.store.attributes import attributes_of
from recto.engine.store.records import DocumentRecord
from recto.indexing.files import Found, Refused
from recto.indexing.ledger import Ledger
from recto.indexing.notes import Notes, beside
from recto.indexing.outcome import Outcome
from recto.indexing.reader import Reader
from recto.indexing.sources import Sources, hash_of
from recto.indexing.task import Opened
from recto.indexing.writing import PageWriter

Wanted = Found | Refused | DocumentRecord


class Tools(Protocol):
    """What additions to one library work with."""

    @property
    def ledger(self) -> Ledger: ...

    @property
    def sources(self) -> Sources: ...

    @property
    def reader(self) -> Reader: ...

    @property
    def writer(self) -> PageWriter: ...

    @property
    def draws(self) -> bool:
        """Whether every page is going to be drawn."""
        ...

    def joined(self, record: DocumentRecord, skipped: Mapping[int, str]) -> int:
        """Let the pages of a document be found beside sound and film, where that is wanted; how
        many were not yet."""
        ...


class Addition:
    """The `Task` of a file, or of a document whose adding was interrupted."""

    def __init__(self, tools: Tools, wanted: Wanted, notes: Notes) -> None:
        self._tools = tools
        self._ledger = tools.ledger
        self._sources = tools.sources
        self._wanted = wanted
        self._notes = notes
        self._path = Path(wanted.paths[0]) if isinstance(wanted, DocumentRecord) else wanted.path
        self._came_from = wanted.came_from if isinstance(wanted, Found) else str(self._path)
        self._record = wanted if isinstance(wanted, DocumentRecord) else None
        """Of the document whose pages are to be written."""
        self._written = 0
        self._clips = 0
        """That were encoded of sound and film."""

    @cached_property
    def concerns(self) -> frozenset[str]:
        """Ids and paths of the documents that its outcome depends on, or that depend on it."""
        if isinstance(self._wanted, DocumentRecord):
            ids, paths = [self._wanted.id], self._wanted.paths
        else:
            ids, paths = [id for id in [self._hash] if isinstance(id, str)], (self._came_from,)
        owners = [owner.id for path in paths if (owner := self._ledger.at(path)) is not None]
        return frozenset([*ids, *paths, *owners])

    @cached_property
    def is_known(self) -> bool:
        """Whether there is nothing to be read."""
        if isinstance(self._wanted, DocumentRecord) or not isinstance(self._hash, str):
            return False
        known = self._ledger.get(self._hash)
        return known is not None and known.state == "ready"

    @cached_property
    def _hash(self) -> str | DocumentError:
        """Of a file's bytes, or why there is none."""
        assert not isinstance(self._wanted, DocumentRecord)
        if isinstance(self._wanted, Refused):
            return self._wanted.error
        try:
            return hash_of(self._path)
        except DocumentError as error:
            return error

    def open(self) -> Opened | None:
        """The ledger is written for others meanwhile, but for nothing that this one `concerns`."""
        record = self.begin()
        return None if record is None else self._read(record)

    def begin(self) -> DocumentRecord | None:
        """Keep the bytes that are to be read; None where there is nothing to be read.

        Raises a DocumentError for what cannot be.
        """
        if isinstance(self._wanted, Found):
            if self.is_known:
                self._keep_again(self._wanted)
                return None
            self._record = self._kept(self._wanted)
        if self._record is None:
            assert isinstance(self._hash, DocumentError)
            raise self._hash
        return self._record

    def settle(self, skipped: Mapping[int, str], error: Exception | None) -> Outcome:
        """What goes wrong with one file becomes its outcome. Leaves nothing of a document that
        fails; one that is interrupted is kept to be resumed."""
        try:
            if error is None:
                return self._published(skipped)
        except Exception as raised:
            error = raised
        if _stops(error):
            raise error
        if self._record is not None:
            self._ledger.remove(self._record)
        return _failed(self._path, error)

    def _kept(self, file: Found) -> DocumentRecord:
        before = self._ledger.at(self._came_from)
        said = self._said(file)
        if before is not None:  # what was said of the file holds for its next version, too
            said = _notes_of(before).joined(said)
        document_id = self._sources.keep(file.path, file.kind)
        return DocumentRecord(
            id=document_id,
            state="adding",
            name=file.path.name,
            paths=(self._came_from,),
            kind=file.kind,
            title="",
            pages=0,
            size=self._sources.path(document_id, file.kind).stat().st_size,
            added=datetime.now(UTC).isoformat(timespec="seconds"),
            tags=said.tags,
            metadata=said.metadata or {},
        )

    def _said(self, file: Found) -> Notes:
        """Of all files of the call and of this one, which prevails."""
        # What is uploaded lies where others' uploads do.
        return self._notes if file.origin else self._notes.joined(beside(file.path))

    def _keep_again(self, file: Found) -> None:
        """Bytes that were lost, and here they are again."""
        assert isinstance(self._hash, str)
        known = self._ledger.get(self._hash)
        if known is not None and not self._sources.path(known.id, known.kind).exists():
            self._sources.keep(file.path, known.kind)

    def _read(self, record: DocumentRecord) -> Opened:
        source = self._sources.path(record.id, record.kind)
        document = self._tools.reader.open(
            source, record.kind, name=str(self._path), all_drawn=self._tools.draws
        )
        try:
            self._record = self._ledger.announce(
                replace(
                    record,
                    title=document.title,
                    pages=document.pages,
                    words=document_vector(record.name, document.title),
                )
            )
            written = self._tools.writer.written(record.id)
        except BaseException:
            document.close()
            raise
        self._written = len(written)
        return Opened(
            id=record.id,
            pages=document,
            written=written,
            attributes=attributes_of(self._record),
        )

    def _published(self, skipped: Mapping[int, str]) -> Outcome:
        record = self._record
        if record is None:
            return self._described()
        self._check(record, skipped)
        joined = self._tools.joined(record, skipped)
        replaces = self._ledger.at(record.paths[0]) is not None
        # Those that an interrupted call wrote may carry what was said of the document before.
        self._ledger.publish(replace(record, skipped=skipped), as_written=not self._written)
        return Outcome(
            path=self._path,
            kind="replaced" if replaces else "added",
            document_id=record.id,
            pages=max(record.pages - len(skipped) - self._written, 0),
            clips=self._clips + joined,
            skipped=skipped,
        )

    def _check(self, record: DocumentRecord, skipped: Mapping[int, str]) -> None:
        """Raises DamagedFile if there is nothing that could be published."""
        if len(skipped) == record.pages:
            raise DamagedFile(
                f"{self._path}: none of its pages can be read. {next(iter(skipped.values()))}"
            )

    def _described(self) -> Outcome:
        """Note what is new about a document that is there already."""
        assert isinstance(self._hash, str)
        assert isinstance(self._wanted, Found)
        known = self._ledger.get(self._hash)
        assert known is not None, "no addition under way concerns it"
        before = self._ledger.at(self._came_from)
        joined = _notes_of(known).joined(self._said(self._wanted))
        described = replace(
            known,
            paths=tuple(dict.fromkeys((*known.paths, self._came_from))),
            tags=joined.tags,
            metadata=joined.metadata or {},
        )
        if described != known:
            self._ledger.publish(described)
        else:
            self._ledger.describe(known)
        clips = self._tools.joined(known, known.skipped)
        return Outcome(
            path=self._path,
            kind="replaced" if before is not None and before.id != known.id else "unchanged",
            document_id=known.id,
            clips=clips,
            skipped=known.skipped,
        )


def _notes_of(record: DocumentRecord) -> Notes:
    return Notes(tags=record.tags, metadata=record.metadata)


def _failed(path: Path, error: Exception) -> Outcome:
    if isinstance(error, DocumentError):
        return Outcome(path=path, kind="failed", error=error)
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
