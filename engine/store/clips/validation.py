"""What every store of clips refuses. Knows no store."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recto.engine.store.clips.protocol import ClipArm, ClipFilter
from recto.engine.store.clips.records import ClipModality, ClipRecord
from recto.engine.store.validation import check_document_id, check_limit
from recto.engine.vectors import FloatArray

Dims = Mapping[ClipModality, int]


def check_clip(clip: ClipRecord, dims: Dims) -> None:
    """ValueError unless `clip` can be kept in a library of these dimensions."""
    place = clip.place
    check_document_id(place.document_id)
    where = f"{place.modality} of document {place.document_id}"
    _check_vector(clip.vector, place.modality, dims, where)
    timed = place.modality in ("audio", "video")
    if timed == bool(place.page) or place.page < 0:
        raise ValueError(
            f"{where}: page {place.page}; expected 0 for sound and film, else 1 or more."
        )
    if not (0 <= place.start <= place.end and np.isfinite(place.end)) or (place.end > 0) != timed:
        raise ValueError(
            f"{where}: from {place.start} to {place.end} s; expected 0 <= start < end of sound and"
            " film, and 0 of anything else."
        )


def check_arm(arm: ClipArm, dims: Dims) -> None:
    check_limit(arm.limit, f"a search of {arm.modality}")
    _check_vector(arm.query, arm.modality, dims, f"a search of {arm.modality}")


def check_clip_filter(filter: ClipFilter) -> None:
    for document_id in (*(filter.documents or ()), *filter.not_documents):
        check_document_id(document_id)


def _check_vector(vector: FloatArray, modality: ClipModality, dims: Dims, where: str) -> None:
    dim = dims.get(modality)
    if dim is None:
        raise ValueError(f"{where}: this library's encoder knows {', '.join(dims)} only.")
    if vector.shape != (dim,):
        raise ValueError(f"{where}: a vector of shape {vector.shape}; expected ({dim},).")
    if not (np.abs(vector) <= 2).all():  # False for NaN, too; they are of length 1
        raise ValueError(f"{where}: a vector with numbers up to {np.abs(vector).max()}.")
