"""What clips look like in Qdrant, as plain data. Knows no Qdrant package.

One named vector a modality, of which a point has one. Payload: document, modality, tenant (none is
no field), start and end in seconds, page.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.clips.protocol import ClipFilter
from recto.engine.store.clips.records import ClipPlace, ClipRecord, clip_id
from recto.engine.store.compiling import TENANT, Plain
from recto.engine.store.schema import Conditions, Point, owner

CLIPS = "clips"
FIELDS = ("document", "modality", "start", "end", "page")
INDEXED = {"document": "keyword", TENANT: "tenant"}


def clip_point(clip: ClipRecord, encoder: EncoderId, tenant: str) -> Point:
    place = clip.place
    return {
        "id": clip_id(place, encoder, tenant),
        "payload": _payload(place) | owner(tenant),
        place.modality: clip.vector.astype(np.float16),
    }


def clip_record(point: Point) -> ClipRecord:
    """Of a point with its vectors."""
    place = clip_place(point["payload"])
    return ClipRecord(place=place, vector=np.asarray(point[place.modality], np.float32))


def clip_place(payload: dict[str, Any]) -> ClipPlace:
    return ClipPlace(
        document_id=payload["document"],
        modality=payload["modality"],
        start=float(payload["start"]),
        end=float(payload["end"]),
        page=int(payload["page"]),
    )


def clip_conditions(filter: ClipFilter) -> Conditions | None:
    """None when it lets nothing through. Not confined."""
    if filter.documents == ():
        return None
    must: list[Plain] = []
    if filter.documents is not None:
        must.append(["any", "document", list(filter.documents)])
    hidden = list(filter.not_documents)
    return {"must": must, "must_not": [["any", "document", hidden]] if hidden else []}


def clips_of(document_id: str) -> Conditions:
    return {"must": [["any", "document", [document_id]]], "must_not": []}


def _payload(place: ClipPlace) -> dict[str, Any]:
    return {
        "document": place.document_id,
        "modality": place.modality,
        "start": place.start,
        "end": place.end,
        "page": place.page,
    }
