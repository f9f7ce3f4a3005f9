"""Pages and documents for the tests of stores."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from recto.engine.encoders.protocol import EncoderId
from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.store.condition import Attributes
from recto.engine.store.records import DocumentRecord, DocumentState, PageRecord, page_id
from recto.engine.vectors import FloatArray, Multivector, PageVectors, SparseVector

ENCODER = EncoderId(name="test", revision="1", dim=2)
Vectors = Sequence[Sequence[float]]


def sha(name: str) -> str:
    """A document id."""
    return hashlib.sha256(name.encode()).hexdigest()


def pid(name: str, number: int, tenant: str = "") -> str:
    """The id of a page of the document called `name`."""
    return page_id(sha(name), number, ENCODER, tenant)


def multivector(vectors: Vectors | FloatArray) -> Multivector:
    array = np.array(vectors, dtype=np.float32)
    edges = np.arange(len(array), dtype=np.float32)[:, None] / len(array)
    boxes = np.concatenate([edges, edges / 2, edges + 1 / len(array), edges / 2 + 0.25], axis=1)
    return Multivector(vectors=array, boxes=boxes.astype(np.float32))


def content(
    number: int, words: Sequence[Word] = (), *, headings: tuple[str, ...] = ()
) -> PageContent:
    text = PageText(words=tuple(words), source="layer" if words else "none")
    return PageContent(number=number, width=595.28, height=841.89, text=text, headings=headings)


def word(text: str, line: int = 0) -> Word:
    return Word(text, Box(0.125, 0.25, 0.7, 0.9), line)


def page(
    name: str,
    number: int,
    patches: Vectors | FloatArray | None = None,
    *,
    rows: Vectors | FloatArray | None = None,
    words: Mapping[int, float] | None = None,
    shown: PageContent | None = None,
    attributes: Attributes | None = None,
) -> PageRecord:
    """Page `number` of the document called `name`."""
    return PageRecord(
        document_id=sha(name),
        content=shown or content(number, [word(f"{name}-{number}")]),
        vectors=PageVectors(
            patches=None if patches is None else multivector(patches),
            rows=None if rows is None else multivector(rows),
        ),
        words=SparseVector.of(words or {}),
        attributes=attributes or {},
    )


def document(
    name: str, *, state: DocumentState = "ready", words: Mapping[int, float] | None = None
) -> DocumentRecord:
    return DocumentRecord(
        id=sha(name),
        state=state,
        name=name,
        paths=(f"/data/{name}",),
        kind="pdf",
        title=name.title(),
        pages=3,
        size=1234,
        added="2026-01-01T00:00:00Z",
        words=SparseVector.of(words or {}),
    )
