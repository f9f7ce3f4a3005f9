"""What a library looks like in Qdrant, and filters and points as plain data.

Knows no Qdrant package: the embedded store and a remote one translate from here. A point is a dict
{"id", "payload", "patches"?, "rows"?, "words"?}; dense vectors are float16 arrays (n, d), `words`
is [indices int64, values float32]. A vector that a page does not have is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.payload import document_payload, page_payload
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import DocumentRecord, PageRecord, document_point_id, page_id
from recto.engine.vectors import SparseVector

PAGES = "pages"
DOCUMENTS = "documents"
DENSE = ("patches", "rows")
SPARSE = "words"
INDEXED = {PAGES: {"document": "keyword", "number": "integer"}, DOCUMENTS: {}}
"""Payload fields that filters and deletions look at."""

Point = dict[str, Any]
Condition = list[Any]
"""["any", field, values], ["range", field, first | None, last | None] or ["ids", values]."""
Conditions = dict[str, list[Condition]]
"""{"must": [...], "must_not": [...]}"""


def page_point(page: PageRecord, encoder: EncoderId) -> Point:
    point: Point = {
        "id": page_id(page.document_id, page.content.number, encoder),
        "payload": page_payload(page),
    }
    for name in DENSE:
        multivector = getattr(page.vectors, name)
        if multivector is not None:
            point[name] = multivector.vectors.astype(np.float16)
    return point | _sparse(page.words)


def document_point(record: DocumentRecord) -> Point:
    point = {"id": document_point_id(record.id), "payload": document_payload(record)}
    return point | _sparse(record.words)


def sparse_arrays(words: SparseVector) -> list[Any]:
    return [np.array(words.indices, np.int64), np.array(words.values, np.float32)]


def conditions(filter: PageFilter, ids: tuple[str, ...] | None = None) -> Conditions | None:
    """The filter, narrowed to `ids` if given; None when it lets nothing through."""
    narrowings = [narrowing for narrowing in (filter.ids, ids) if narrowing is not None]
    if filter.documents == () or () in narrowings:
        return None
    must: list[Condition] = [["ids", list(narrowing)] for narrowing in narrowings]
    if filter.documents is not None:
        must.append(["any", "document", list(filter.documents)])
    if filter.first is not None or filter.last is not None:
        must.append(["range", "number", filter.first, filter.last])
    hidden = list(filter.not_documents)
    return {"must": must, "must_not": [["any", "document", hidden]] if hidden else []}


def pages_of(document_id: str, *, after: int) -> Conditions:
    """The pages of a document whose number is above `after`."""
    must: list[Condition] = [
        ["any", "document", [document_id]],
        ["range", "number", after + 1, None],
    ]
    return {"must": must, "must_not": []}


def _sparse(words: SparseVector) -> Point:
    # An empty sparse vector would be stored; one that is absent is not counted by IDF.
    return {SPARSE: sparse_arrays(words)} if words.indices else {}
