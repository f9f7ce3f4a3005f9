"""Clips that are moved: as plain values for wire.py and back, written, and compared afterwards.

What an archive has of them is not trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from recto.engine.errors import DamagedLibrary
from recto.engine.store.clips.protocol import ClipStore
from recto.engine.store.clips.records import CLIP_MODALITIES, ClipPlace, ClipRecord
from recto.engine.store.records import DocumentRecord
from recto.engine.wire import Value

BATCH = 256
"""Clips of one modality in a frame, and in a write."""


def clip_frames(clips: Sequence[ClipRecord]) -> Iterator[Value]:
    for modality in CLIP_MODALITIES:
        waiting = iter([clip for clip in clips if clip.place.modality == modality])
        while batch := [*islice(waiting, BATCH)]:
            yield {
                "modality": modality,
                "places": [[c.place.start, c.place.end, c.place.page] for c in batch],
                "vectors": np.stack([clip.vector for clip in batch]).astype(np.float16),
            }


def clips_of_frame(value: Value, document_id: str) -> list[ClipRecord]:
    """Raises ValueError, TypeError or KeyError for what `clip_frames` has not made."""
    modality, places, vectors = value["modality"], value["places"], value["vectors"]
    if modality not in CLIP_MODALITIES or vectors.ndim != 2 or len(places) != len(vectors):
        raise ValueError(f"{len(places)} clips of {modality!r}, vectors of {vectors.shape}")
    return [
        ClipRecord(
            place=ClipPlace(
                document_id=document_id,
                modality=modality,
                start=float(start),
                end=float(end),
                page=int(page),
            ),
            vector=vector.astype(np.float32),
        )
        for (start, end, page), vector in zip(places, vectors, strict=True)
    ]


def copy_clips(store: ClipStore, record: DocumentRecord, moved: Sequence[ClipRecord]) -> int:
    """Write those that are not there as they should be, and return how many these are.

    Raises DamagedLibrary for what no library of ours has, and where it is read back otherwise.
    """
    new = _not_kept(store, record, moved)
    waiting = iter(new)
    try:
        while batch := [*islice(waiting, BATCH)]:
            store.put_clips(batch)
    except ValueError as error:
        raise DamagedLibrary(f"The clips of {record.name} cannot be moved: {error}") from error
    if new and (wrong := _not_kept(store, record, new)):
        raise DamagedLibrary(
            f"{len(wrong)} of {len(new)} clips of {record.name} that were just written read back"
            " otherwise. Run the same again, and look at the disk if it goes on."
        )
    return len(new)


def _not_kept(
    store: ClipStore, record: DocumentRecord, moved: Sequence[ClipRecord]
) -> list[ClipRecord]:
    if not moved:
        return []
    there = {clip.place: clip.vector.astype(np.float16) for clip in store.clip_records(record.id)}
    return [
        clip
        for clip in moved
        if clip.place not in there
        or not np.array_equal(there[clip.place], clip.vector.astype(np.float16))
    ]
