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
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from recto.engine.summaries import Summaries, Summary
from recto.engine.vectors import PageVectors
from recto.indexing.media.kinds import MEDIA
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
        """But for sound and film, of which there is a warning: no archive holds clips."""
        records = [r for r in self._store.within(tenant).documents() if r.state == "ready"]
        moved = [record for record in records if record.kind not in MEDIA]
        if left := len(records) - len(moved):
            warnings.warn(
                f"{left} files of sound and film are left out; add them to the other library, with"
                " its encoder for them (crossmodal).",
                RectoWarning,
                stacklevel=2,
            )
        return moved

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


def sources_of(folder: Path, tenant: str) -> Sources:
    """The kept bytes of a tenant in the folder of a library."""
    return Sources(folder_of(tenant, folder) / "sources")
