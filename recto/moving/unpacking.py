"""An archive as an origin of documents. Anybody may have made it: nothing of it is trusted."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, cast

from recto.engine.closing import Closing
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import DamagedLibrary, NotFound, RectoError
from recto.engine.store.clips.manifest import ClipsManifest, clips_manifest_of
from recto.engine.store.clips.records import ClipRecord
from recto.engine.store.manifest import manifest_of
from recto.engine.store.payload import stored_document
from recto.engine.store.records import DocumentRecord
from recto.engine.store.validation import check_document, check_tenant
from recto.engine.summaries import Summary, summaries_of
from recto.engine.vectors import SparseVector
from recto.engine.wire import Value, read_frame
from recto.indexing.files import KINDS
from recto.indexing.media.kinds import MEDIA
from recto.moving.archive import ARCHIVE, END, HEAD, Summed, entry
from recto.moving.clips import clips_of_frame
from recto.moving.origin import MovedPage
from recto.moving.pages import page_of_frame

_MOST_JSON = 64 << 20
_MOST_DIM = 1 << 16
_BROKEN = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError),
    *(EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
)
"""What reading an archive may raise that was not made by us, or has been damaged."""


class Archive(Closing):
    """What such a file holds, as an `Origin`."""

    def __init__(self, path: Path) -> None:
        """Raises NotFound, NewerLibrary, and DamagedLibrary for what is no whole archive."""
        self._path = path
        if not path.is_file():
            raise NotFound(f"There is no file {path}.")
        with self._understood("the file"):
            self._zip = zipfile.ZipFile(path)
        try:
            self._read_head()
        except BaseException:
            self._zip.close()
            raise

    @property
    def encoder(self) -> EncoderId:
        return self._encoder

    def tenants(self) -> list[str]:
        return self._tenants

    def documents(self, tenant: str) -> list[DocumentRecord]:
        number = self._tenants.index(tenant)
        start = entry(number, "documents", "").removesuffix(".json")
        names = [name for name in self._zip.namelist() if name.startswith(start)]
        ids = [name.removeprefix(start).removesuffix(".json") for name in names]
        records = [self._record(number, id) for id in ids]
        return sorted(records, key=lambda record: (record.name, record.id))

    def pages(self, tenant: str, record: DocumentRecord) -> Iterator[MovedPage]:
        with self._understood(f"the pages of {record.name}"):
            yield from map(page_of_frame, self._frames(tenant, record, "pages"))

    def source(
        self, tenant: str, record: DocumentRecord
    ) -> AbstractContextManager[IO[bytes]] | None:
        name = entry(self._tenants.index(tenant), "sources", record.id)
        return self._stored(name) if name in self._zip.NameToInfo else None

    def summaries(self, tenant: str, record: DocumentRecord) -> Mapping[int, Summary]:
        name = entry(self._tenants.index(tenant), "summaries", record.id)
        if name not in self._zip.NameToInfo:
            return {}
        plain = self._json(name)
        with self._understood(f"the summaries of {record.name}"):
            return summaries_of(plain)

    @property
    def clips_manifest(self) -> ClipsManifest | None:
        return self._clips

    def clips(self, tenant: str, record: DocumentRecord) -> list[ClipRecord]:
        if entry(self._tenants.index(tenant), "clips", record.id) not in self._zip.NameToInfo:
            return []
        with self._understood(f"the clips of {record.name}"):
            frames = self._frames(tenant, record, "clips")
            return [clip for frame in frames for clip in clips_of_frame(frame, record.id)]

    def close(self) -> None:
        self._zip.close()

    def _frames(self, tenant: str, record: DocumentRecord, kind: str) -> Iterator[Value]:
        number = self._tenants.index(tenant)
        expected = self._json(entry(number, "documents", record.id))[f"{kind}_sha256"]
        name = entry(number, kind, record.id)
        with self._stored(name) as raw:
            stream = Summed(raw)
            size = self._zip.getinfo(name).file_size
            while stream.count < size:
                yield read_frame(cast(IO[bytes], stream))
            if stream.sha256 != expected:
                raise ValueError(f"SHA-256 {stream.sha256}, expected {expected}")

    def _read_head(self) -> None:
        head = self._json(HEAD)
        self._encoder = manifest_of(
            head["manifest"], f"{HEAD} of {self._path}", library=self._path
        ).encoder
        with self._understood(HEAD):
            if head["archive"] != ARCHIVE:
                raise ValueError(f"archive {head['archive']!r}, expected {ARCHIVE}")
            self._clips = self._manifest_of_clips(head["clips"])
            self._tenants: list[str] = [_tenant(tenant) for tenant in head["tenants"]]
            end = self._json(END)["documents"]
            found = sum("/documents/" in name for name in self._zip.namelist())
            if found != end:
                raise ValueError(f"{found} documents, expected {end}")

    def _manifest_of_clips(self, plain: dict[str, Any] | None) -> ClipsManifest | None:
        if plain is None:
            return None
        manifest = clips_manifest_of(plain, f"{HEAD} of {self._path}")
        if not all(1 <= dim <= _MOST_DIM for dim in manifest.dims.values()):
            raise ValueError(f"clips of {dict(manifest.dims)} dimensions")
        return manifest

    def _record(self, number: int, id: str) -> DocumentRecord:
        plain = self._json(entry(number, "documents", id))
        with self._understood(f"the record of document {id}"):
            record = stored_document(plain, SparseVector((), ()))
            check_document(record)
            _check_types(record)
            if record.id != id or record.state != "ready" or record.kind not in KINDS | MEDIA:
                raise ValueError(f"document {record.id}, {record.state}, of kind {record.kind!r}")
            return record

    @contextmanager
    def _stored(self, name: str) -> Iterator[IO[bytes]]:
        """What was compressed might be any amount when it is read."""
        with self._understood(name):
            if self._zip.getinfo(name).compress_type != zipfile.ZIP_STORED:
                raise ValueError("it is compressed")
            with self._zip.open(name) as stream:
                yield stream

    def _json(self, name: str) -> dict[str, Any]:
        with self._understood(name), self._zip.open(name) as stream:
            text = stream.read(_MOST_JSON + 1)
            if len(text) > _MOST_JSON:
                raise ValueError(f"more than {_MOST_JSON:,} bytes")
            value = json.loads(text)
            if not isinstance(value, dict):
                raise TypeError("no JSON object")
            return value

    @contextmanager
    def _understood(self, what: str) -> Iterator[None]:
        try:
            yield
        except RectoError:
            raise
        except _BROKEN as error:
            raise DamagedLibrary(
                f"{self._path} is no whole archive of a library: {what} cannot be understood"
                f" ({type(error).__name__}: {error}). Export the library again, or copy the file"
                " again."
            ) from error


def _tenant(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"tenant {name!r}")
    check_tenant(name)
    return name


def _check_types(record: DocumentRecord) -> None:
    texts = (record.name, record.title, record.added, *record.paths, *record.tags)
    if not record.paths or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"name, title, paths or tags that are no texts: {texts!r}")
    numbers = (record.pages, record.size, *record.skipped)
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise TypeError(f"pages or size that are no numbers: {numbers!r}")
