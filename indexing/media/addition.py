"""A file of sound and film on its way into a library: written by itself, not among pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeAlias

from recto.engine.bm25 import document_vector
from recto.engine.errors import DamagedFile, EmptyFile, MissingExtra, UnsupportedFile
from recto.engine.store.records import DocumentRecord
from recto.indexing.addition import Addition, Tools, Wanted
from recto.indexing.media.writing import MediaWriter, Told
from recto.indexing.notes import Notes
from recto.indexing.outcome import Outcome

MakeWriter: TypeAlias = Callable[[], MediaWriter]
"""Loads models, and so is called when there is something to be written. Raises MissingExtra."""


class MediaListener(Protocol):
    def part(self, share: float) -> None:
        """So much of the file at hand is done, from 0 to 1."""
        ...

    def done(self, outcome: Outcome) -> Outcome:
        """The file at hand is done."""
        ...


class MediaAddition(Addition):
    """Kept, announced and published as documents with pages are."""

    def __init__(self, tools: Tools, wanted: Wanted, notes: Notes, make: MakeWriter | None) -> None:
        super().__init__(tools, wanted, notes)
        self._make = make
        self._there = 0
        """Clips that an interrupted call wrote."""

    def add(self, listener: MediaListener) -> Outcome:
        """What becomes of it, all its clips being written."""
        skipped: Mapping[int, str] = {}
        error: Exception | None = None
        try:
            if not self.is_known:
                writer = self._writer()
                if (record := self.begin()) is not None:
                    skipped = self._write(writer, record, listener.part)
            else:
                self.begin()
        except Exception as raised:  # told by `settle`, which knows whether it stops the others
            error = raised
        return listener.done(self.settle(skipped, error))

    def _writer(self) -> MediaWriter:
        if self._make is None:
            raise UnsupportedFile(
                f"{self._path} is sound or film, and the library has no encoder for them. Choose"
                " one: recto add --crossmodal-encoder NAME (recto encoders lists them), or"
                " recto.open(..., crossmodal=NAME)."
            )
        try:
            return self._make()
        except MissingExtra as error:  # the other files need nothing of it
            raise UnsupportedFile(f"{self._path} is sound or film. {error}") from error

    def _write(self, writer: MediaWriter, record: DocumentRecord, tell: Told) -> Mapping[int, str]:
        words = document_vector(record.name, record.title)
        source = self._sources.path(record.id, record.kind)
        with writer.reader.open(source, name=str(self._path)) as media:
            self._record = self._ledger.announce(replace(record, words=words))
            written = writer.write(record.id, media, tell)
        self._clips, self._there = written.new, written.there
        return written.skipped

    def _check(self, record: DocumentRecord, skipped: Mapping[int, str]) -> None:
        if self._clips + self._there:
            return
        if skipped:
            raise DamagedFile(
                f"{self._path}: nothing of it can be read. {next(iter(skipped.values()))}"
            )
        raise EmptyFile(
            f"{self._path} holds nothing to be found by: it is silent, or the library's encoder"
            " does not know what it holds."
        )
