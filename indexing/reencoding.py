"""The documents of one store, encoded again into another. What becomes of both is not known here.

Words come from the old store, so that nothing is recognised twice; pages that could not be read are
tried again. What an interrupted call has written is not written again:

    not there ──► adding ──► ready

Nothing is taken from the old store and no kept bytes are removed, whatever fails.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from recto.engine.bm25 import document_vector
from recto.engine.encoders.protocol import Encoder
from recto.engine.errors import DamagedFile
from recto.engine.store.attributes import REVISION, attributes_of
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from recto.indexing.kept import KeptDocument
from recto.indexing.outcome import Outcome
from recto.indexing.progress import Progress, Tally
from recto.indexing.reader import Reader
from recto.indexing.sources import Sources
from recto.indexing.task import Opened
from recto.indexing.writing import PageWriter

_TELLING = 16
"""Pages after which their size says how much room all will take."""


class Reencoder:
    """Fills `new` from `old`. Not for several threads."""

    def __init__(
        self, *, old: Store, new: Store, encoder: Encoder, reader: Reader, sources: Sources
    ) -> None:
        self._old = old
        self._new = new
        self._writer = PageWriter(new, encoder, words_alone=True)
        self._pictures = encoder.needs_image
        self._reader = reader
        self._sources = sources
        self._begun = {record.id: record for record in new.documents()}

    def encode_all(self, on_progress: Callable[[Progress], None] | None) -> list[Outcome]:
        """Encode every document, by name. One that cannot be read any more fails, and is kept
        without pages.

        Raises OutsideError and EncoderError when nothing further can succeed.
        """
        records = self._ready()
        paths = [Path(record.paths[0]) for record in records]
        tally = Tally(paths, on_progress, sizes=[record.size for record in records])
        tasks = (self._task(record) for record in records)
        return self._writer.write(tasks, _Watch(tally, self._new, records))

    def _ready(self) -> list[DocumentRecord]:
        """The documents of `old`. What it has lost meanwhile is removed from `new`; what was being
        added to it can go on in `new`."""
        records = self._old.documents()
        for lost in self._begun.keys() - {record.id for record in records}:
            self._new.delete_pages(lost)
            self._new.delete_documents([lost])
        self._new.put_documents([record for record in records if record.state != "ready"])
        return [record for record in records if record.state == "ready"]

    def _task(self, record: DocumentRecord) -> _Reencoding | _Described:
        begun = self._begun.get(record.id)
        if begun is not None and begun.state == "ready":
            return _Described(self._new, record, begun)
        return _Reencoding(self._new, record, open=lambda: self._open(record))

    def _open(self, record: DocumentRecord) -> Opened:
        kept = KeptDocument(
            record,
            store=self._old,
            reader=self._reader,
            sources=self._sources,
            pictures=self._pictures,
        )
        return Opened(
            id=record.id,
            pages=kept,
            written=self._writer.written(record.id),
            attributes=attributes_of(record),
        )


class _Described:
    """The `Task` of a document that an interrupted call has encoded; since then its tags, say, may
    have changed."""

    def __init__(self, new: Store, record: DocumentRecord, begun: DocumentRecord) -> None:
        self._new = new
        self._record = replace(
            record,
            pages=begun.pages,
            skipped=begun.skipped,
            described=begun.described if attributes_of(begun) == attributes_of(record) else 0,
        )

    def open(self) -> None:
        """There is nothing to be written."""

    def settle(self, skipped: Mapping[int, str], error: Exception | None) -> Outcome:
        if error is not None:
            raise error
        _put(self._new, self._record)
        return Outcome(
            path=Path(self._record.paths[0]),
            kind="unchanged",
            document_id=self._record.id,
            skipped=self._record.skipped,
        )


class _Reencoding:
    """The `Task` of a document."""

    def __init__(self, new: Store, record: DocumentRecord, *, open: Callable[[], Opened]) -> None:
        self._new = new
        self._record = record
        self._open = open
        self._pages = 0
        self._written = 0

    def open(self) -> Opened:
        _put(self._new, replace(self._record, state="adding"))
        opened = self._open()
        self._pages, self._written = opened.pages.pages, len(opened.written)
        return opened

    def settle(self, skipped: Mapping[int, str], error: Exception | None) -> Outcome:
        """Whatever goes wrong stops the others, too: what is not whole is not switched to."""
        if error is not None:
            raise error
        as_written = not self._written and self._pages == self._record.pages
        described = REVISION if as_written else 0
        done = replace(self._record, pages=self._pages, skipped=skipped, described=described)
        _put(self._new, done)
        return _outcome(self._record, self._pages, self._written, skipped)


class _Watch:
    """The `Listener` that looks early whether there is room for all pages."""

    def __init__(self, tally: Tally, new: Store, records: list[DocumentRecord]) -> None:
        self._tally = tally
        self._new = new
        self._left = deque(record.pages for record in records)
        self._pages = sum(self._left)
        self._done = 0
        self._room_is_known = False

    def page(self, page: int, pages: int) -> None:
        self._check_room(self._done + page)
        self._tally.page(page, pages)

    def done(self, outcome: Outcome) -> Outcome:
        self._done += self._left.popleft()
        return self._tally.done(outcome)

    def _check_room(self, done: int) -> None:
        """Rather now than when most of the work is done."""
        if not self._room_is_known and done >= min(_TELLING, self._pages):
            self._room_is_known = True
            self._new.expect(self._pages - done)


def _put(store: Store, record: DocumentRecord) -> None:
    described = replace(record, words=document_vector(record.name, record.title))
    store.put_documents([described])


def _outcome(
    record: DocumentRecord, pages: int, before: int, skipped: Mapping[int, str]
) -> Outcome:
    path = Path(record.paths[0])
    if len(skipped) < pages or not record.pages:  # sound and film have none
        new = pages - before - len(skipped)
        return Outcome(path=path, kind="encoded", document_id=record.id, pages=new, skipped=skipped)
    error = DamagedFile(
        f"{path}: none of its {pages} pages can be encoded. {next(iter(skipped.values()), '')} The"
        " document is kept; mend the cause, then remove it and add it again."
    )
    return Outcome(path=path, kind="failed", document_id=record.id, error=error)
