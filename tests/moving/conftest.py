"""Libraries to move: in folders, and on a stand-in server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recto.engine.bm25 import document_vector, words_vector
from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.attributes import REVISION, attributes_of
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from recto.engine.store.remote.client import Client
from recto.engine.store.remote.opening import open_with
from recto.engine.store.remote.settings import ServerSettings
from recto.moving.origin import sources_of
from recto.places import FolderPlace, Place, place_of
from tests.engine.store.remote.standin import StandIn, running
from tests.engine.store.samples import ENCODER, content, document, page, word
from tests.engine.store.servers import in_memory


class _StaysOpen(Client):
    """Its memory is the library: it must not go with the first who closes it."""

    def close(self) -> None:
        """Not yet."""


class MemoryPlace:
    """A library that needs no process and no port, so that many can be opened in little time."""

    shared = True
    recall = 1.0

    def __init__(self, folder: Path) -> None:
        made = in_memory()
        self._client = _StaysOpen(made.qdrant, made.address, 1, lock=made.lock)
        self.folder = folder

    def __str__(self) -> str:
        return str(self.folder)

    def recorded(self) -> EncoderId | None:
        return None

    def open(self, encoder: EncoderId | None, *, create: bool) -> Store:
        return open_with(self._client, encoder, create=create, settings=ServerSettings())

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def server() -> Iterator[StandIn]:
    with running() as standin:
        yield standin


@pytest.fixture
def on_server(server: StandIn, tmp_path: Path) -> Callable[[str], Place]:
    """A place on the server."""

    def at(name: str) -> Place:
        settings = ServerSettings(prefer_grpc=False, attempts=1)
        return place_of(server.address, library=name, server=settings, sources=tmp_path / "kept")

    return at


@pytest.fixture
def folder(tmp_path: Path) -> FolderPlace:
    """A library of two documents, of which one page could not be read."""
    place = FolderPlace(tmp_path / "from")
    fill(place, "a", pages=3, text=b"bytes of a", skipped={2: "it is broken"})
    fill(place, "b", pages=12, text=b"bytes of b")
    return place


@pytest.fixture
def memory(tmp_path: Path) -> MemoryPlace:
    """The same, elsewhere."""
    place = MemoryPlace(tmp_path / "memory")
    fill(place, "a", pages=3, text=b"bytes of a", skipped={2: "it is broken"})
    fill(place, "b", pages=12, text=b"bytes of b")
    return place


def fill(
    place: Place,
    name: str,
    *,
    pages: int,
    text: bytes,
    tenant: str = "",
    skipped: dict[int, str] | None = None,
) -> DocumentRecord:
    """A document with all that a library can know of one."""
    record = replace(
        document(name),
        id=hashlib.sha256(text).hexdigest(),
        pages=pages,
        size=len(text),
        tags=("x", name),
        metadata={"year": 2018, "draft": False},
        skipped=skipped or {},
        words=document_vector(name, name.title()),
        described=REVISION,
    )
    source = sources_of(place.folder, tenant).path(record.id, record.kind)
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(text)
    random = np.random.default_rng(pages)
    with place.open(ENCODER, create=True) as store:
        confined = store.within(tenant)
        for number in (n for n in range(1, pages + 1) if n not in record.skipped):
            shown = content(number, [word(name, 3), word("page", 3), word(str(number), 5)])
            vectors = random.standard_normal((number, 2)).astype(np.float32)
            patches = None if number == 3 else vectors  # a blank page has none
            made = page(name, number, patches, rows=vectors[:1], shown=shown)
            confined.put_pages(
                [
                    replace(
                        made,
                        document_id=record.id,
                        attributes=attributes_of(record),
                        words=words_vector(shown),
                    )
                ]
            )
        confined.put_documents([record])
    return record
