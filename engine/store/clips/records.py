"""A clip as a store keeps it, and its identity. Plain data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Literal, get_args

from recto.engine.crossmodal.protocol import CrossModalEncoder, Modality
from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.records import namespace
from recto.engine.vectors import FloatArray

ClipModality = Literal["audio", "video", "image", "page"]
"""What is indexed: sound, film, pictures, and pages of documents, which are looked at as pictures
are."""
CLIP_MODALITIES: tuple[ClipModality, ...] = get_args(ClipModality)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipPlace:
    """What of which document a clip is."""

    document_id: str
    modality: ClipModality
    start: float = 0.0
    """Seconds from the file's beginning; of sound and film."""
    end: float = 0.0
    page: int = 0
    """Counted from 1; 0 for sound and film."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ClipRecord:
    """A clip with its vector."""

    place: ClipPlace
    vector: FloatArray
    """(d,) of length 1, in the space of its modality."""


def clip_id(place: ClipPlace, encoder: EncoderId, tenant: str = "") -> str:
    """A UUID: writing the same clip twice writes once, and two tenants' copies are two clips."""
    what = f"{place.modality}/{place.page}/{place.start:.3f}/{place.end:.3f}"
    clip = f"{place.document_id}/clips/{what}/{encoder.name}@{encoder.revision}"
    return str(uuid.uuid5(namespace(tenant), clip))


def encoded_as(modality: ClipModality) -> Modality:
    """How an encoder is to look at it."""
    return "image" if modality == "page" else modality


def dims_of(encoder: CrossModalEncoder) -> dict[ClipModality, int]:
    """How many numbers a clip's vector has, for each modality that the encoder knows."""
    spaces = encoder.spaces
    return {
        modality: spaces[encoded_as(modality)].dim
        for modality in CLIP_MODALITIES
        if encoded_as(modality) in spaces
    }
