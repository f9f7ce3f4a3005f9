"""A store in memory with a document, for strategies to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recto.engine.bm25 import document_vector, words_vector
from recto.engine.crossmodal.protocol import Modality
from recto.engine.encoders.protocol import Encoder, PageInput
from recto.engine.errors import InputError
from recto.engine.retrieval import Retriever
from recto.engine.store.oracle import OracleStore
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.engine.strategies.protocol import TextPlacer
from recto.engine.summaries import Summaries
from recto.engine.vectors import FloatArray
from tests.fakes import FakeEncoder, page_content

DOCUMENT = "a" * 64
TEXTS = (
    "herons wait for fish",
    "fish swim in rivers and fish swim in lakes",
    "rivers run to the sea",
    "pumps lift water",
    "lakes and rivers hold water and fish",
)


class Blind:
    """Of a library that has no encoder of pictures."""

    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        raise InputError("there is no cross-modal encoder")


@dataclass
class Shelf:
    """A store with a page a text, in one document."""

    store: Store
    encoder: Encoder
    summaries: Summaries
    crossmodal: TextPlacer = field(default_factory=Blind)

    @property
    def reader_of_words(self) -> Encoder:
        return self.encoder

    @property
    def retriever(self) -> Retriever:
        return Retriever(self.store, self.encoder)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    encoder = FakeEncoder()
    store = OracleStore(encoder.id)
    contents = [page_content(text, number=number) for number, text in enumerate(TEXTS, 1)]
    vectors = encoder.encode_pages([PageInput(content=c, image=None) for c in contents])
    store.put_pages(
        [
            PageRecord(document_id=DOCUMENT, content=c, vectors=v, words=words_vector(c))
            for c, v in zip(contents, vectors, strict=True)
        ]
    )
    store.put_documents([record(len(TEXTS))])
    return Shelf(store, encoder, Summaries(lambda id: tmp_path / f"{id}.json"))


def record(pages: int) -> DocumentRecord:
    return DocumentRecord(
        id=DOCUMENT,
        state="ready",
        name="nature.pdf",
        paths=("/nature.pdf",),
        kind="pdf",
        title="",
        pages=pages,
        size=1,
        added="2026-01-01T00:00:00+00:00",
        words=document_vector("nature.pdf", ""),
    )
