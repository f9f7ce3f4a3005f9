"""Documents become an archive, as archive.py describes it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from recto.engine.closing import Closing
from recto.engine.store.manifest import new_manifest
from recto.engine.store.payload import document_payload
from recto.engine.store.records import DocumentRecord
from recto.engine.summaries import plain_summaries
from recto.engine.wire import Value, write_frame
from recto.moving.archive import ARCHIVE, CHUNK, END, HEAD, Summed, entry
from recto.moving.clips import clip_frames
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
        clips = origin.clips_manifest
        head = {
            "archive": ARCHIVE,
            "manifest": manifest,
            "clips": clips and clips.to_json(),
            "tenants": self._tenants,
        }
        self._write_json(HEAD, head)

    def add(self, tenant: str, record: DocumentRecord) -> int:
        """Write one document, and return how many pages it has there."""
        number = self._tenants.index(tenant)
        frames = map(page_frame, self._origin.pages(tenant, record))
        pages, pages_sum = self._write_frames(entry(number, "pages", record.id), frames)
        clips_sum = None
        if clips := self._origin.clips(tenant, record):
            name = entry(number, "clips", record.id)
            _, clips_sum = self._write_frames(name, clip_frames(clips))
        source = self._origin.source(tenant, record)
        if source is not None:
            with source as file, self._writing(entry(number, "sources", record.id)) as copy:
                shutil.copyfileobj(file, copy, CHUNK)
        if summaries := self._origin.summaries(tenant, record):
            self._write_json(entry(number, "summaries", record.id), plain_summaries(summaries))
        plain = {
            "record": document_payload(record)["record"],
            "pages_sha256": pages_sum,
            "clips_sha256": clips_sum,
        }
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

    def _write_frames(self, name: str, frames: Iterable[Value]) -> tuple[int, str]:
        """How many there are, and their SHA-256."""
        count = 0
        with self._writing(name) as raw:
            stream = Summed(raw)
            for frame in frames:
                write_frame(cast(IO[bytes], stream), frame)
                count += 1
        return count, stream.sha256

    def _writing(self, name: str) -> IO[bytes]:
        return self._zip.open(zipfile.ZipInfo(name), "w", force_zip64=True)

    def _write_json(self, name: str, value: dict[str, Any]) -> None:
        self._zip.writestr(zipfile.ZipInfo(name), json.dumps(value), zipfile.ZIP_DEFLATED)
