"""Pages and documents as Qdrant payloads, and back. Knows no Qdrant package.

The payload of a page:

    document, number, tenant, attributes
                            what filters look at; no tenant is no field, attributes are as in
                            attributes.py
    width, height, source, headings
    text, lines             words with a space between them, a line feed where the line changes; and
                            the number of each of these lines
    word_boxes, patch_boxes, row_boxes

Boxes are rounded to 1/65535 of the page (a hundredth of a point on A4) and packed: columns x0, y0,
x1, y1 as little-endian uint16, deflated, base64. That is a tenth of what JSON numbers take to build
and to read. A document's payload holds its record as JSON text: paths need not be Unicode, which a
payload must be.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.store.attributes import indexed
from recto.engine.store.compiling import ATTRIBUTES, payload_key
from recto.engine.store.condition import Attributes
from recto.engine.store.protocol import StoredPage, StoredText
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.engine.store.validation import GRID
from recto.engine.vectors import FloatArray, Multivector, PageVectors, SparseVector

Payload = Mapping[str, Any]
CONTENT_FIELDS = (
    *("document", "number", "width", "height", "source", "headings"),
    *("text", "lines", "word_boxes"),
)
"""What a page is read back from when its vectors are not asked for."""
PATCHES_FIELDS = ("patch_boxes",)
TEXT_FIELDS = ("document", "number", "text")
RECORD_FIELDS = ("record", "described")
"""What a document is read back from, beside its words."""


def page_payload(page: PageRecord) -> dict[str, Any]:
    content = page.content
    lines = [(n, list(run)) for n, run in groupby(content.text.words, key=lambda word: word.line)]
    return {
        "document": page.document_id,
        "number": content.number,
        "width": content.width,
        "height": content.height,
        "source": content.text.source,
        "headings": list(content.headings),
        "text": "\n".join(" ".join(word.text for word in run) for _, run in lines),
        "lines": [number for number, _ in lines],
        "word_boxes": _packed(np.array([word.box for word in content.text.words], np.float64)),
        "patch_boxes": _packed_boxes(page.vectors.patches),
        "row_boxes": _packed_boxes(page.vectors.rows),
        ATTRIBUTES: attributes_payload(page.attributes),
    }


def attributes_payload(attributes: Attributes) -> dict[str, Any]:
    """As `indexed` gives them, by names that can stand in a path."""
    return {
        sort: {payload_key(field): values for field, values in fields.items()}
        for sort, fields in indexed(attributes).items()
    }


def stored_page(
    id: str, payload: Payload, vectors: Mapping[str, npt.NDArray[np.float16]] | None
) -> StoredPage:
    """A page from its payload and, if they were asked for, its dense vectors."""
    return StoredPage(
        id=id,
        document_id=payload["document"],
        content=PageContent(
            number=payload["number"],
            width=float(payload["width"]),
            height=float(payload["height"]),
            text=PageText(words=_words(payload), source=payload["source"]),
            headings=tuple(payload["headings"]),
        ),
        vectors=None
        if vectors is None
        else PageVectors(
            patches=_multivector(vectors.get("patches"), payload["patch_boxes"]),
            rows=_multivector(vectors.get("rows"), payload["row_boxes"]),
        ),
    )


def stored_patches(
    payload: Payload, vectors: Mapping[str, npt.NDArray[np.float16]]
) -> Multivector | None:
    """The patches of a page, where there are any; copies of the last may follow them."""
    found = vectors.get("patches")
    boxes = payload["patch_boxes"]
    return None if found is None else _multivector(found[: len(_unpacked(boxes))], boxes)


def document_payload(record: DocumentRecord) -> dict[str, Any]:
    fields = asdict(record)
    del fields["words"]  # kept as a vector
    # Beside the record: an older recto, which would not understand it there, lets go of it when it
    # writes the record, and with it of the claim that the pages carry these attributes.
    described = fields.pop("described")
    return {"document": record.id, "record": json.dumps(fields), "described": described}


def stored_text(id: str, payload: Payload) -> StoredText:
    return StoredText(
        id=id, document_id=payload["document"], number=payload["number"], text=payload["text"]
    )


def stored_document(payload: Payload, words: SparseVector) -> DocumentRecord:
    fields = json.loads(payload["record"])
    fields["paths"] = tuple(fields["paths"])
    fields["tags"] = tuple(fields["tags"])
    fields["skipped"] = {int(number): reason for number, reason in fields["skipped"].items()}
    return DocumentRecord(**fields, words=words, described=payload.get("described", 0))


def _words(payload: Payload) -> tuple[Word, ...]:
    boxes = (Box(*edges) for edges in _unpacked(payload["word_boxes"]).tolist())
    # A page without words has no lines, but its text still splits into one empty piece.
    runs = zip(payload["lines"], payload["text"].split("\n"), strict=False)
    texts = ((text, line) for line, run in runs for text in run.split(" "))
    return tuple(Word(text, box, line) for (text, line), box in zip(texts, boxes, strict=True))


def _multivector(vectors: npt.NDArray[np.float16] | None, boxes: str) -> Multivector | None:
    if vectors is None:
        return None
    return Multivector(
        vectors=vectors.astype(np.float32), boxes=_unpacked(boxes).astype(np.float32)
    )


def _packed_boxes(multivector: Multivector | None) -> str:
    return "" if multivector is None else _packed(multivector.boxes.astype(np.float64))


def _packed(boxes: npt.NDArray[np.float64]) -> str:
    steps = np.rint(boxes.reshape(-1, 4) * GRID).astype("<u2")
    return base64.b64encode(zlib.compress(steps.T.tobytes())).decode()


def _unpacked(packed: str) -> FloatArray | npt.NDArray[np.float64]:
    steps = np.frombuffer(zlib.decompress(base64.b64decode(packed)), "<u2")
    return steps.reshape(4, -1).T / GRID
