"""A library in one file: what the file looks like. Knows neither stores nor libraries.

A ZIP archive, in which every name is made of ids, so that none is ever used as a path:

    recto.json               format, encoder, that of sound and film, tenants
    0/pages/ID               a document's pages, as frames of wire.py
    0/sources/ID             its own bytes, whose SHA-256 is the id
    0/clips/ID               its clips of sound, film, pictures and pages, if there are any
    0/summaries/ID.json      what a model has written about its pages, if there is such
    0/documents/ID.json      its record, and the SHA-256 of the entries of its pages and clips
    1/pages/ID ...           those of the next tenant
    end.json                 how many documents there are: the archive is whole

Only the JSON is compressed. Both ways it is a stream: memory does not grow with the library but for
ZIP's own directory, some hundred bytes a document.
"""

from __future__ import annotations

import hashlib
import io
from typing import IO

from recto.engine.store.protocol import MAX_FLOATS

HEAD, END = "recto.json", "end.json"
ARCHIVE = 2
"""Grows when an older recto could no longer read what we write."""
CHUNK = 1 << 20
_JSON = ("documents", "summaries")
_MOST = 16 * MAX_FLOATS
"""Bytes that are read at once: more than any array of a page takes."""


def entry(tenant: int, kind: str, document_id: str) -> str:
    """`kind` is pages, sources, clips, summaries or documents."""
    return f"{tenant}/{kind}/{document_id}{'.json' if kind in _JSON else ''}"


class Summed(io.RawIOBase):
    """A stream that counts and sums what goes through it, and refuses to read too much at once."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.count = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._digest.update(data)
        self.count += len(data)
        return self._stream.write(data)

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MOST:
            raise ValueError(f"a part of {size:,} bytes; expected at most {_MOST:,}")
        data = self._stream.read(size)
        self._digest.update(data)
        self.count += len(data)
        return data
