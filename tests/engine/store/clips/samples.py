"""Clips to be kept, each with a vector from a seed."""

from __future__ import annotations

import numpy as np

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.clips.records import ClipModality, ClipPlace, ClipRecord
from recto.engine.vectors import FloatArray

CROSSMODAL = EncoderId(name="cross", revision="1", dim=6)
DIMS: dict[ClipModality, int] = {"audio": 4, "video": 6, "image": 6, "page": 6}


def document(letter: str) -> str:
    return letter * 64


def vector(seed: int, dim: int) -> FloatArray:
    drawn = np.random.default_rng(seed).standard_normal(dim)
    return np.asarray(drawn / np.linalg.norm(drawn), np.float32)


def clip(
    letter: str, modality: ClipModality, number: int, *, seed: int | None = None
) -> ClipRecord:
    """The `number`th of its modality, from 1."""
    timed = modality in ("audio", "video")
    place = ClipPlace(
        document_id=document(letter),
        modality=modality,
        start=5.0 * (number - 1) if timed else 0.0,
        end=5.0 * (number + 1) if timed else 0.0,
        page=0 if timed else number,
    )
    drawn = number if seed is None else seed
    return ClipRecord(place=place, vector=vector(drawn, DIMS[modality]))
