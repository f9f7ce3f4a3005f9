"""The documents of one store, encoded again into another. What becomes of both is not known here.

Words come from the old store, so that nothing is recognised twice; pages that could not be read are
tried again. What an interrupted call has written is not written again:

    not there ──► adding ──► ready

Nothing is taken from the old store and no kept bytes are removed, whatever fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from recto.engine.bm25 import document_vector
from recto.engine.encoders.protocol import Encoder
from recto.engine.errors import DamagedFile
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from recto.indexing.kept import KeptDocument
from recto.indexing.outcome import Outcome
from recto.indexing.progress import Progress, Tally
from recto.indexing.reader import Reader
from recto.indexing.sources import Sources
from recto.indexing.writing import OnPage, PageWriter

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
        self._pages = 0
        self._done = 0
        self._room_is_known = False

    def encode_all(self, on_progress: Callable[[Progress], None] | None) -> Iterator[Outcome]:
        """Encode every document, by name. One that cannot be read any more fails, and is kept
        without pages.

        Raises OutsideError and EncoderError when nothing further can succeed.
        """
        records = self._ready()
        self._pages = sum(record.pages for record in records)
        paths = [Path(record.paths[0]) for record in records]
        tally = Tally(paths, on_progress, sizes=[record.size for record in records])
        for record in records:
            yield tally.done(self._encode_or_keep(record, tally.page))
            self._done += record.pages

    def _ready(self) -> list[DocumentRecord]:
        """The documents of `old`. What it has lost meanwhile is removed from `new`; what was being
        added to it can go on in `new`."""
        records = self._old.documents()
        for lost in self._begun.keys() - {record.id for record in records}:
            self._new.delete_pages(lost)
            self._new.delete_documents([lost])
        self._new.put_documents([record for record in records if record.state != "ready"])
        return [record for record in records if record.state == "ready"]

    def _encode_or_keep(self, record: DocumentRecord, on_page: OnPage) -> Outcome:
        begun = self._begun.get(record.id)
        if begun is None or begun.state != "ready":
            return self._encode(record, on_page)
        # Its tags, say, may have changed since it was encoded.
        self._put(replace(record, pages=begun.pages, skipped=begun.skipped))
        return Outcome(
            path=Path(record.paths[0]),
            kind="unchanged",
            document_id=record.id,
            skipped=begun.skipped,
        )

    def _encode(self, record: DocumentRecord, on_page: OnPage) -> Outcome:
        def told(done: int, pages: int) -> None:
            self._check_room(done)
            on_page(done, pages)

        self._put(replace(record, state="adding"))
        with KeptDocument(
            record,
            store=self._old,
            reader=self._reader,
            sources=self._sources,
            pictures=self._pictures,
        ) as kept:
            written = self._writer.written(record.id)
            skipped = self._writer.write(record.id, kept, written, told)
        self._put(replace(record, pages=kept.pages, skipped=skipped))
        return _outcome(record, kept.pages, len(written), skipped)

    def _put(self, record: DocumentRecord) -> None:
        described = replace(record, words=document_vector(record.name, record.title))
        self._new.put_documents([described])

    def _check_room(self, done: int) -> None:
        """Rather now than when most of the work is done. `done` of the document at hand."""
        done += self._done
        if not self._room_is_known and done >= min(_TELLING, self._pages):
            self._room_is_known = True
            self._new.expect(self._pages - done)


def _outcome(record: DocumentRecord, pages: int, before: int, skipped: dict[int, str]) -> Outcome:
    path = Path(record.paths[0])
    if len(skipped) < pages:
        new = pages - before - len(skipped)
        return Outcome(path=path, kind="encoded", document_id=record.id, pages=new, skipped=skipped)
    error = DamagedFile(
        f"{path}: none of its {pages} pages can be encoded. {next(iter(skipped.values()), '')} The"
        " document is kept; mend the cause, then remove it and add it again."
    )
    return Outcome(path=path, kind="failed", document_id=record.id, error=error)
