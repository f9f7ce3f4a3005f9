"""The embedded store: a library in a folder, kept by Qdrant Edge in a process of its own.

Knows what pages and documents are; knows no Qdrant call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.clips.edge import EdgeClips, make_clips, read_clips
from recto.engine.store.clips.manifest import ClipsManifest
from recto.engine.store.clips.records import ClipModality
from recto.engine.store.clips.schema import CLIPS
from recto.engine.store.condition import Attributes
from recto.engine.store.edge_points import EdgePoints
from recto.engine.store.edge_process import EdgeProcess
from recto.engine.store.manifest import Datatype, Manifest
from recto.engine.store.point_store import ALL, PointStore
from recto.engine.store.proposals import Proposals
from recto.engine.store.protocol import StoreInfo
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.engine.store.schema import DOCUMENTS, PAGES, description, pages_of
from recto.engine.store.sizes import batches, disk_usage, size_of
from recto.engine.store.switching import SHARDS, commit, discard, sweep, switch
from recto.engine.store.validation import check_attributes, check_document_id

_WRITE_FACTOR = 3
"""Disk that a write may take: the write-ahead log, the segment, and what both round up to."""


@dataclass(slots=True)
class _Recorded:
    """What all that look at one library must learn when it changes."""

    manifest: Manifest


class EdgeStore(PointStore):
    """The `Store` protocol over a folder; `open_edge` makes one.

    A page that is too large for a batch is a batch of its own, so memory is bounded by the largest
    page on either side.
    """

    def __init__(self, process: EdgeProcess, folder: Path, manifest: Manifest) -> None:
        """Load the shards of `folder` into a process that holds its lock, and own the process."""
        self._process = process
        self._folder = folder
        self._shards = folder / SHARDS
        self._recorded = _Recorded(manifest)
        self._points: EdgePoints = EdgePoints(process, "", set())
        process.load(self._shards, manifest.encoder.dim)
        self._points.find_tenants()

    @property
    def encoder(self) -> EncoderId:
        return self._recorded.manifest.encoder

    @property
    def two_stage(self) -> bool:
        return True

    @property
    def patches_datatype(self) -> Datatype:
        return self._recorded.manifest.patches_datatype

    @property
    def terms(self) -> int:
        return self._recorded.manifest.terms

    @property
    def process_id(self) -> int:
        """The process that does the work, for whoever watches its memory."""
        return self._process.pid

    def writing(self) -> AbstractContextManager[None]:
        return nullcontext()  # the lock of the folder is held as long as this is open

    def put_pages(self, pages: Sequence[PageRecord]) -> None:
        for batch, size in batches(self._page_points(pages)):
            self._points.upsert(PAGES, batch, room=_WRITE_FACTOR * size)

    def put_documents(self, records: Sequence[DocumentRecord]) -> None:
        if points := self._document_points(records):  # one call, one entry of the log
            room = _WRITE_FACTOR * sum(map(size_of, points))
            self._points.upsert(DOCUMENTS, points, room=room)

    def describe(self, document_id: str, attributes: Attributes) -> None:
        """Edge writes a page with its vectors anew where something of its payload changes."""
        check_document_id(document_id)
        check_attributes(attributes, f"document {document_id}")
        pages = pages_of(document_id)
        room = _WRITE_FACTOR * self._points.count(PAGES, pages) * self._page_size()
        self._points.describe(pages, description(attributes), room=room)

    @property
    def proposals(self) -> Proposals | None:
        return None

    def keep_proposals(self, measured: Proposals) -> None:
        """Its sketches have a measure of their own."""

    def info(self) -> StoreInfo:
        """The bytes are those of the whole library; for a tenant, about those of its pages."""
        pages = self._points.count(PAGES)
        whole = disk_usage(self._shards) + disk_usage(self._folder / CLIPS)
        own = pages * self._page_size() if self.tenant else whole
        return StoreInfo(pages=pages, documents=self._points.count(DOCUMENTS), bytes_on_disk=own)

    def clips(self) -> EdgeClips | None:
        manifest = read_clips(self._folder)
        return None if manifest is None else EdgeClips(self._points, manifest)

    def make_clips(self, encoder: EncoderId, dims: Mapping[ClipModality, int]) -> EdgeClips:
        wanted = ClipsManifest(encoder=encoder, dims=dims)
        return EdgeClips(self._points, make_clips(self._folder, self._process, wanted))

    def flush(self) -> None:
        self._process.call("flush")

    def optimize(self) -> None:
        """Rewrite the pages for search if there is reason to: more than 10 MB new since the last
        time, or more than a fifth deleted. Otherwise it returns at once.

        Takes about a millisecond for each page of the library, and as much disk again as its pages
        need, for which it may use the reserve; raises DiskFull if there is not so much.
        """
        pages = self._process.call("count", PAGES, ALL)
        room = _WRITE_FACTOR * pages * self._page_size()
        room = min(room, disk_usage(self._shards)) - self._process.reserve
        self._process.call("optimize", room=room)

    def expect(self, pages: int) -> None:
        self._process.check_room(pages * self._page_size())

    def beside(self, encoder: EncoderId) -> EdgeStore:
        from recto.engine.store.opening import open_beside  # which imports this module

        process = self._process
        beside = open_beside(
            self._folder,
            encoder,
            patches_datatype=self._recorded.manifest.patches_datatype,
            reserve=process.reserve,
            sketch_from=process.sketch_from,
        )
        return beside.within(self.tenant)

    def become(self, other: EdgeStore) -> None:
        assert other._folder.parent == self._folder, "made by `beside`"
        other.flush()
        other.close()
        commit(self._folder)
        try:
            self._process.unload()
            switch(self._folder)
            self._process.load(self._shards, other.encoder.dim)
        except BaseException:
            self._process.close()  # the shards that it had are no longer the library's
            raise
        self._recorded.manifest = other._recorded.manifest
        self._points.find_tenants()
        sweep(self._folder)

    def forget_beside(self) -> None:
        discard(self._folder)

    def close(self) -> None:
        self._process.close()
