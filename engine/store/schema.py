"""What a library looks like in Qdrant, and filters and points as plain data.

Knows no Qdrant package: the embedded store and a remote one translate from here. A point is a dict
{"id", "payload", "patches"?, "rows"?, "words"?}; dense vectors are float16 arrays (n, d), `words`
is [indices int64, values float32]. A vector that a page does not have is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.attributes import INDEX_OF
from recto.engine.store.compiling import ATTRIBUTES, TENANT, Plain, attribute_path, compiled
from recto.engine.store.condition import Attributes
from recto.engine.store.payload import attributes_payload, document_payload, page_payload
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import DocumentRecord, PageRecord, document_point_id, page_id
from recto.engine.vectors import SparseVector

PAGES = "pages"
DOCUMENTS = "documents"
PATCHES = "patches"
GRAPHED = "rows"
"""Of which a server keeps a graph. One of `patches` would take seconds of CPU a page."""
DENSE = (PATCHES, GRAPHED)
SPARSE = "words"
INDEXED = {
    PAGES: {"document": "keyword", "number": "integer", TENANT: "tenant"},
    DOCUMENTS: {TENANT: "tenant"},
}
"""Payload fields that every library's filters and deletions look at; "tenant" is a keyword that
divides the points. Those of attributes come when a store has use for them."""
MAX_INDEXES = 256
"""Of attributes; a condition on another is answered without one, more slowly."""

Point = dict[str, Any]
Conditions = dict[str, list[Plain]]
"""{"must": [...], "must_not": [...]}"""


def page_point(page: PageRecord, encoder: EncoderId, tenant: str = "") -> Point:
    point: Point = {
        "id": page_id(page.document_id, page.content.number, encoder, tenant),
        "payload": page_payload(page) | owner(tenant),
    }
    for name in DENSE:
        multivector = getattr(page.vectors, name)
        if multivector is not None:
            point[name] = multivector.vectors.astype(np.float16)
    return point | _sparse(page.words)


def document_point(record: DocumentRecord, tenant: str = "") -> Point:
    point = {
        "id": document_point_id(record.id, tenant),
        "payload": document_payload(record) | owner(tenant),
    }
    return point | _sparse(record.words)


def dense_names(point: Point) -> list[str]:
    """The names of a point's dense vectors, whatever it is of."""
    return [name for name in point if name not in ("id", "payload", SPARSE)]


def description(attributes: Attributes) -> dict[str, Any]:
    """What `describe` sets in the payload of a document's pages."""
    return {ATTRIBUTES: attributes_payload(attributes)}


def attribute_indexes(payloads: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The paths of the attributes in these payloads, and how each is to be indexed."""
    return {
        attribute_path(sort, field): INDEX_OF[sort]
        for payload in payloads
        for sort, fields in payload.get(ATTRIBUTES, {}).items()
        for field in fields
    }


def sparse_arrays(words: SparseVector) -> list[Any]:
    return [np.array(words.indices, np.int64), np.array(words.values, np.float32)]


def conditions(filter: PageFilter, ids: tuple[str, ...] | None = None) -> Conditions | None:
    """The filter, narrowed to `ids` if given; None when it lets nothing through. Not confined."""
    narrowings = [narrowing for narrowing in (filter.ids, ids) if narrowing is not None]
    if filter.documents == () or () in narrowings:
        return None
    must: list[Plain] = [["ids", list(narrowing)] for narrowing in narrowings]
    if filter.documents is not None:
        must.append(["any", "document", list(filter.documents)])
    if filter.first is not None or filter.last is not None:
        must.append(["range", "number", _bounds(filter.first, filter.last)])
    if filter.where is not None:
        must.append(compiled(filter.where))
    hidden = list(filter.not_documents)
    return {"must": must, "must_not": [["any", "document", hidden]] if hidden else []}


def pages_of(document_id: str, *, after: int = 0) -> Conditions:
    """The pages of a document whose number is above `after`."""
    must: list[Plain] = [["any", "document", [document_id]]]
    if after:
        must.append(["range", "number", _bounds(after + 1, None)])
    return {"must": must, "must_not": []}


def confined(seen: Conditions, tenant: str) -> Conditions:
    """These conditions, of the points of one tenant only."""
    return seen | {"must": [owned_by(tenant), *seen["must"]]}


def owned_by(tenant: str) -> Plain:
    """What belongs to a tenant; "" is what belongs to none."""
    return ["any", TENANT, [tenant]] if tenant else ["empty", TENANT]


def owner(tenant: str) -> dict[str, str]:
    """What a point's payload says of whose it is."""
    return {TENANT: tenant} if tenant else {}


def _bounds(first: int | None, last: int | None) -> dict[str, int]:
    bounds = {"gte": first, "lte": last}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _sparse(words: SparseVector) -> Point:
    # An empty sparse vector would be stored; one that is absent is not counted by IDF.
    return {SPARSE: sparse_arrays(words)} if words.indices else {}
