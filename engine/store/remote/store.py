"""The remote store: a library on a Qdrant server, in collections of its own.

Knows what pages and documents are; knows no call of qdrant_client.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.clips.manifest import ClipsManifest
from recto.engine.store.clips.records import ClipModality
from recto.engine.store.clips.remote import (
    RemoteClips,
    make_clips,
    read_clips,
    version_of_clips,
)
from recto.engine.store.condition import Attributes
from recto.engine.store.manifest import Datatype, new_manifest
from recto.engine.store.point_store import PointStore
from recto.engine.store.proposals import Proposals
from recto.engine.store.protocol import StoreInfo
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.engine.store.remote.client import Client
from recto.engine.store.remote.collections import Collections, versions
from recto.engine.store.remote.lease import Lease
from recto.engine.store.remote.measured import Measured
from recto.engine.store.remote.points import RemotePoints
from recto.engine.store.remote.state import (
    BESIDE,
    CURRENT,
    StatePoints,
    Version,
    read_version,
    write_version,
)
from recto.engine.store.schema import DOCUMENTS, PAGES, description, pages_of
from recto.engine.store.validation import check_attributes, check_document_id


@dataclass(slots=True)
class _Shared:
    """What all that look at one library must learn when it changes."""

    client: Client
    state: StatePoints
    lease: Lease
    version: Version
    measured: Measured
    beside: bool
    """Whether this is what is being filled in the place of another, which owns the client."""


class RemoteStore(PointStore):
    """The `Store` protocol over a server; `open_server` makes one.

    What a server has acknowledged is in its log, which it writes to its disk every few seconds; a
    power cut of all its copies within that time is the one thing that may lose it.
    """

    def __init__(
        self, client: Client, version: Version, *, lease: Lease, beside: bool = False
    ) -> None:
        """Over the collections of one version, of which there must be points in the state."""
        state = StatePoints(client)
        measured = Measured(state, lambda: self._shared.version.collections.version)
        self._shared = _Shared(client, state, lease, version, measured, beside)
        self._points: RemotePoints = RemotePoints(
            client, lambda: self._shared.version, before_write=lease.check
        )

    @property
    def encoder(self) -> EncoderId:
        return self._shared.version.manifest.encoder

    @property
    def two_stage(self) -> bool:
        return False

    @property
    def patches_datatype(self) -> Datatype:
        return self._shared.version.settings.patches_datatype

    @property
    def terms(self) -> int:
        return self._shared.version.manifest.terms

    def writing(self) -> AbstractContextManager[None]:
        return self._shared.lease.held()

    def put_pages(self, pages: Sequence[PageRecord]) -> None:
        self._points.upsert(PAGES, self._page_points(pages))

    def put_documents(self, records: Sequence[DocumentRecord]) -> None:
        if points := self._document_points(records):
            self._points.upsert_whole(DOCUMENTS, points)

    def describe(self, document_id: str, attributes: Attributes) -> None:
        check_document_id(document_id)
        check_attributes(attributes, f"document {document_id}")
        self._points.describe(pages_of(document_id), description(attributes))

    @property
    def proposals(self) -> Proposals | None:
        return self._shared.measured.get(self.tenant)

    def keep_proposals(self, measured: Proposals) -> None:
        self._shared.measured.put(self.tenant, measured)

    def info(self) -> StoreInfo:
        """The bytes are about those of the pages: a server does not tell what it uses."""
        pages = self._points.count(PAGES)
        return StoreInfo(
            pages=pages,
            documents=self._points.count(DOCUMENTS),
            bytes_on_disk=pages * self._page_size(),
        )

    def clips(self) -> RemoteClips | None:
        manifest = read_clips(self._shared.state)
        return None if manifest is None else self._clips(manifest)

    def make_clips(self, encoder: EncoderId, dims: Mapping[ClipModality, int]) -> RemoteClips:
        shared = self._shared
        shared.lease.check()
        wanted = ClipsManifest(encoder=encoder, dims=dims)
        return self._clips(make_clips(shared.client, shared.state, shared.version, wanted))

    def _clips(self, manifest: ClipsManifest) -> RemoteClips:
        shared = self._shared
        points = RemotePoints(
            shared.client,
            lambda: version_of_clips(shared.version),
            tenant=self.tenant,
            before_write=shared.lease.check,
        )
        return RemoteClips(points, manifest)

    def flush(self) -> None:
        """A write that has returned is in the server's log, which it flushes by itself."""

    def optimize(self) -> None:
        """A server does it by itself, when it has little else to do."""

    def expect(self, pages: int) -> None:
        """A server does not tell how much room it has; it refuses what does not fit."""

    def beside(self, encoder: EncoderId) -> RemoteStore:
        shared = self._shared
        current = shared.version.collections
        begun = read_version(shared.state, BESIDE, shared.version.settings)
        manifest = new_manifest(encoder)
        if (
            begun is None
            or begun.collections.version <= current.version  # it has become the current one
            or (begun.manifest.encoder, begun.manifest.terms) != (encoder, manifest.terms)
        ):
            self.forget_beside()
            number = max((current.version, *versions(shared.client, current.library))) + 1
            begun = Version(
                manifest=manifest,
                collections=Collections(current.library, number),
                settings=shared.version.settings,
            )
            write_version(shared.state, BESIDE, begun)
        begun.collections.create(shared.client, encoder.dim, begun.settings)
        store = RemoteStore(shared.client, begun, lease=shared.lease, beside=True)
        return store.within(self.tenant)

    def become(self, other: RemoteStore) -> None:
        shared, new = self._shared, other._shared.version
        assert other._shared.beside, "made by `beside`"
        shared.lease.check()
        write_version(shared.state, CURRENT, new)
        shared.version = new
        self.forget_beside()

    def forget_beside(self) -> None:
        """Also what an interrupted `become` has left of the version before."""
        shared = self._shared
        shared.lease.check()
        shared.state.delete(BESIDE)
        current = shared.version.collections
        for number in versions(shared.client, current.library):
            if number != current.version:
                Collections(current.library, number).drop(shared.client)

    def close(self) -> None:
        if not self._shared.beside:
            self._shared.client.close()
