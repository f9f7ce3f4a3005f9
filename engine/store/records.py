"""What a store keeps, as plain data: pages, documents, and the identity of both.

Ids say what a thing is, never how it came: the same bytes give the same ids on every machine.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from recto.engine.encoders.protocol import EncoderId
from recto.engine.page import PageContent
from recto.engine.store.condition import Attributes
from recto.engine.vectors import PageVectors, SparseVector

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "recto")


def page_id(document_id: str, number: int, encoder: EncoderId, tenant: str = "") -> str:
    """A UUID: writing the same page twice writes once, and two tenants' copies are two pages.

    `document_id` is the SHA-256 of the document's bytes, in hex; `number` counts from 1.
    """
    page = f"{document_id}/{number}/{encoder.name}@{encoder.revision}"
    return str(uuid.uuid5(namespace(tenant), page))


def document_point_id(document_id: str, tenant: str = "") -> str:
    """The UUID under which a document's record is kept."""
    return str(uuid.uuid5(namespace(tenant), document_id))


@lru_cache(maxsize=1024)
def namespace(tenant: str) -> uuid.UUID:
    """Of all ids of a tenant's things."""
    return uuid.uuid5(_NAMESPACE, f"tenant/{tenant}") if tenant else _NAMESPACE


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PageRecord:
    """One page with all that a search or an answer needs of it."""

    document_id: str
    content: PageContent
    vectors: PageVectors
    words: SparseVector
    """BM25 weights of the page's terms, without IDF, which the store knows."""
    attributes: Attributes = field(default_factory=dict)
    """What filters see of the page's document."""


DocumentState = Literal["adding", "ready", "removing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """One document. A search sees its pages only while `state` is "ready"."""

    id: str
    """SHA-256 of the bytes, 64 hex digits."""
    state: DocumentState
    name: str
    """What people call it: the file name it was added under."""
    paths: tuple[str, ...]
    """Every absolute path that these bytes were added from."""
    kind: str
    """The format of the kept source, as a suffix: "pdf", "png", "docx", ..."""
    title: str
    """From the document itself; may be empty."""
    pages: int
    """As many as the file has, those that could not be read included."""
    size: int
    """Bytes of the source."""
    added: str
    """When it was added, ISO 8601 in UTC."""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    skipped: Mapping[int, str] = field(default_factory=dict)
    """Pages that could not be read, by number, and why. They are not stored, or, where their words
    were known and their picture could not be drawn, without vectors."""
    words: SparseVector = field(default_factory=lambda: SparseVector((), ()))
    """Term weights of name and title, by which a document itself is found."""
    described: int = 0
    """The revision (`attributes.REVISION`) of the attributes that its pages carry; 0 when they have
    none yet, or are being given others."""
