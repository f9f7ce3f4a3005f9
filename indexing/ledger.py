"""Which documents a library holds, and how one comes, changes and goes without a half state.

    adding ──► ready ──► removing ──► gone

A document is announced ("adding") before its first page is written and becomes visible by one
write ("ready"), which in the same stroke hides the document whose place it takes. A crash leaves
an announcement or a removal behind, which the next `recover` completes or leaves to be resumed.
Knows nothing of pages but that they belong to documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from recto.indexing.sources import Sources


class Ledger:
    """The documents of one library, for its only writer."""

    def __init__(self, store: Store, sources: Sources) -> None:
        self._store = store
        self._sources = sources
        self._records: dict[str, DocumentRecord] = {}
        self._owners: dict[str, str] = {}  # path -> id of the document that is ready there
        self._note(store.documents())

    def get(self, document_id: str) -> DocumentRecord | None:
        return self._records.get(document_id)

    def at(self, path: str) -> DocumentRecord | None:
        """The document that is ready and was added from this path."""
        return self._records.get(self._owners.get(path, ""))

    def unfinished(self) -> list[DocumentRecord]:
        """Documents whose adding was interrupted."""
        return [record for record in self._records.values() if record.state == "adding"]

    def announce(self, record: DocumentRecord) -> DocumentRecord:
        """Record that pages of a document will be written; they stay invisible."""
        (announced,) = self._put([replace(record, state="adding")])
        return announced

    def publish(self, record: DocumentRecord) -> DocumentRecord:
        """Make a document visible and take its paths from whatever document had them before.

        A document that has no path left is removed.
        """
        before = {old.id: old for path in record.paths if (old := self.at(path)) is not None}
        before.pop(record.id, None)
        losers = [_without(old, record.paths) for old in before.values()]
        published, *_ = self._put([replace(record, state="ready"), *losers])
        self._complete(losers)
        return published

    def remove(self, record: DocumentRecord) -> None:
        """Hide a document at once, then delete its pages, its record and its bytes."""
        self._complete(self._put([replace(record, state="removing")]))

    def recover(self) -> None:
        """Complete interrupted removals and forget bytes that belong to no document."""
        self._complete(self._records.values())
        self._sources.sweep({self._sources.path(r.id, r.kind) for r in self._records.values()})

    def _complete(self, records: Iterable[DocumentRecord]) -> None:
        for record in [record for record in records if record.state == "removing"]:
            self._store.delete_pages(record.id)
            self._store.delete_documents([record.id])
            self._sources.remove(record.id, record.kind)
            del self._records[record.id]

    def _note(self, records: Iterable[DocumentRecord]) -> None:
        for record in records:
            self._records[record.id] = record
            if record.state == "ready":
                self._owners.update(dict.fromkeys(record.paths, record.id))

    def _put(self, records: list[DocumentRecord]) -> list[DocumentRecord]:
        self._store.put_documents(records)
        self._store.flush()
        self._note(records)
        return records


def _without(record: DocumentRecord, paths: tuple[str, ...]) -> DocumentRecord:
    left = tuple(path for path in record.paths if path not in paths)
    return replace(record, paths=left) if left else replace(record, state="removing")
