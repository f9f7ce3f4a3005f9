"""Which documents a library holds, and how one comes, changes and goes without a half state.

    adding ──► ready ──► removing ──► gone

A document is announced ("adding") before its first page is written and becomes visible by one
write ("ready"), which in the same stroke hides the document whose place it takes. A crash leaves
an announcement or a removal behind, which the next `recover` completes or leaves to be resumed.
Knows nothing of pages but that they belong to documents and carry what filters see of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from recto.engine.store.attributes import REVISION, attributes_of
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
        """Record that pages of a document will be written; they stay invisible.

        The only method for another thread than the others', meanwhile at work on other documents.
        """
        (announced,) = self._put([replace(record, state="adding")])
        return announced

    def publish(self, record: DocumentRecord, *, as_written: bool = False) -> DocumentRecord:
        """Make a document visible and take its paths from whatever document had them before.

        A document that has no path left is removed. `as_written`: its pages were all written with
        the attributes that it has now.
        """
        before = {old.id: old for path in record.paths if (old := self.at(path)) is not None}
        before.pop(record.id, None)
        losers = [_without(old, record.paths) for old in before.values()]
        described = REVISION if as_written else 0
        changed = self._put([replace(record, state="ready", described=described), *losers])
        self._complete(losers)
        for one in changed:
            self.describe(one)
        return self._records[record.id]

    def describe(self, record: DocumentRecord) -> None:
        """Let the pages of a document that is ready carry what filters see of it, unless they do.

        Its record says that they do when that is done, so that a crash between both is seen.
        """
        if record.state == "ready" and record.described < REVISION:
            self._store.describe(record.id, attributes_of(record))
            self._put([replace(record, described=REVISION)])

    def remove(self, record: DocumentRecord) -> None:
        """Hide a document at once, then delete its pages, its record and its bytes."""
        self._complete(self._put([replace(record, state="removing")]))

    def recover(self) -> None:
        """Complete interrupted removals and forget bytes that belong to no document."""
        self._complete(self._records.values())
        self._sources.sweep({self._sources.path(r.id, r.kind) for r in self._records.values()})

    def _complete(self, records: Iterable[DocumentRecord]) -> None:
        removing = [record for record in records if record.state == "removing"]
        clips = self._store.clips() if removing else None
        for record in removing:
            self._store.delete_pages(record.id)
            if clips is not None:
                clips.delete_clips(record.id)
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
    if not left:
        return replace(record, state="removing")
    return replace(record, paths=left, described=0)
