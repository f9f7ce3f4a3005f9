"""Documents become an archive, as archive.py describes it."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from recto.engine.closing import Closing
from recto.engine.store.manifest import new_manifest
from recto.engine.store.payload import document_payload
from recto.engine.store.records import DocumentRecord
from recto.engine.summaries import plain_summaries
from recto.engine.wire import write_frame
from recto.moving.archive import ARCHIVE, CHUNK, END, HEAD, Summed, entry
from recto.moving.origin import Origin
from recto.moving.pages import page_frame


class Packer(Closing):
    """Writes an origin's documents into a file, which is there only when it is complete."""

    def __init__(self, path: Path, origin: Origin) -> None:
        self._part = path.with_name(f"{path.name}.part")
        self._path = path
        self._origin = origin
        self._zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._documents = 0
        self._tenants = origin.tenants()
        manifest = asdict(new_manifest(origin.encoder))
        head = {"archive": ARCHIVE, "manifest": manifest, "tenants": self._tenants}
        self._write_json(HEAD, head)

    def add(self, tenant: str, record: DocumentRecord) -> int:
        """Write one document, and return how many pages it has there."""
        number = self._tenants.index(tenant)
        pages = 0
        with self._writing(entry(number, "pages", record.id)) as raw:
            stream = Summed(raw)
            for page in self._origin.pages(tenant, record):
                write_frame(cast(IO[bytes], stream), page_frame(page))
                pages += 1
        source = self._origin.source(tenant, record)
        if source is not None:
            with source as file, self._writing(entry(number, "sources", record.id)) as copy:
                shutil.copyfileobj(file, copy, CHUNK)
        if summaries := self._origin.summaries(tenant, record):
            self._write_json(entry(number, "summaries", record.id), plain_summaries(summaries))
        plain = {"record": document_payload(record)["record"], "pages_sha256": stream.sha256}
        self._write_json(entry(number, "documents", record.id), plain)
        self._documents += 1
        return pages

    def finish(self) -> None:
        """Complete the file and put it in its place."""
        self._write_json(END, {"documents": self._documents})
        self._zip.close()
        self._part.replace(self._path)

    def close(self) -> None:
        """Leave nothing of a file that was not finished."""
        self._zip.close()
        self._part.unlink(missing_ok=True)

    def _writing(self, name: str) -> IO[bytes]:
        return self._zip.open(zipfile.ZipInfo(name), "w", force_zip64=True)

    def _write_json(self, name: str, value: dict[str, Any]) -> None:
        self._zip.writestr(zipfile.ZipInfo(name), json.dumps(value), zipfile.ZIP_DEFLATED)
