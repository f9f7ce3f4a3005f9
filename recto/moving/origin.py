"""Where documents are moved from: what a library, an archive or another index has of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import LibraryError, RectoWarning
from recto.engine.page import PageContent
from recto.engine.store.clips.manifest import ClipsManifest
from recto.engine.store.clips.records import ClipRecord
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from recto.engine.summaries import Summaries, Summary
from recto.engine.vectors import PageVectors
from recto.indexing.sources import Sources
from recto.tenancy import folder_of


@dataclass(frozen=True, slots=True, eq=False)
class MovedPage:
    """All that must be known of a page; the vector of its words is made of its content."""

    content: PageContent
    vectors: PageVectors


class Origin(Protocol):
    """Documents of one encoder, by tenant; "" is no tenant."""

    @property
    def encoder(self) -> EncoderId: ...

    def tenants(self) -> list[str]:
        """Those that have documents, "" among them where documents are nobody's."""
        ...

    def documents(self, tenant: str) -> list[DocumentRecord]:
        """Those that are ready, by name."""
        ...

    def pages(self, tenant: str, record: DocumentRecord) -> Iterator[MovedPage]:
        """In any order, one at a time."""
        ...

    def source(
        self, tenant: str, record: DocumentRecord
    ) -> AbstractContextManager[IO[bytes]] | None:
        """The document's own bytes; None where they are not kept."""
        ...

    def summaries(self, tenant: str, record: DocumentRecord) -> Mapping[int, Summary]:
        """What a model has written about its pages, by page number."""
        ...

    @property
    def clips_manifest(self) -> ClipsManifest | None:
        """What its clips were made with; None where it has none."""
        ...

    def clips(self, tenant: str, record: DocumentRecord) -> list[ClipRecord]:
        """Of sound, film, a picture or pages."""
        ...


class LibraryOrigin:
    """A library that is open."""

    def __init__(self, store: Store, folder: Path) -> None:
        """`folder` is where its sources are."""
        self._store = store
        self._folder = folder
        self.without_file = 0
        """Documents whose bytes were asked for and are not there."""

    @property
    def encoder(self) -> EncoderId:
        return self._store.encoder

    def tenants(self) -> list[str]:
        nobodys = [""] if self._store.within("").documents() else []
        return nobodys + self._store.tenants()

    def documents(self, tenant: str) -> list[DocumentRecord]:
        return [r for r in self._store.within(tenant).documents() if r.state == "ready"]

    def pages(self, tenant: str, record: DocumentRecord) -> Iterator[MovedPage]:
        filter = PageFilter(documents=(record.id,))
        for page in self._store.within(tenant).scroll(filter, with_vectors=True):
            assert page.vectors is not None, "asked for"
            yield MovedPage(page.content, page.vectors)

    def source(
        self, tenant: str, record: DocumentRecord
    ) -> AbstractContextManager[IO[bytes]] | None:
        path = sources_of(self._folder, tenant).path(record.id, record.kind)
        if not path.exists():
            self.without_file += 1
            return None
        return path.open("rb")

    def summaries(self, tenant: str, record: DocumentRecord) -> Mapping[int, Summary]:
        """None, and a warning, where they cannot be read."""
        try:
            return Summaries(sources_of(self._folder, tenant).summaries).of(record.id)
        except LibraryError as error:
            warnings.warn(f"{record.name}: {error}", RectoWarning, stacklevel=2)
            return {}

    @property
    def clips_manifest(self) -> ClipsManifest | None:
        clips = self._store.clips()
        return None if clips is None else ClipsManifest(encoder=clips.encoder, dims=clips.dims)

    def clips(self, tenant: str, record: DocumentRecord) -> list[ClipRecord]:
        clips = self._store.within(tenant).clips()
        return [] if clips is None else clips.clip_records(record.id)


def sources_of(folder: Path, tenant: str) -> Sources:
    """The kept bytes of a tenant in the folder of a library."""
    return Sources(folder_of(tenant, folder) / "sources")
