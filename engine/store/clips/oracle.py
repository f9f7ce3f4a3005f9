"""A store of clips in memory that does everything the plain way: the truth for the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.clips.manifest import ClipsManifest
from recto.engine.store.clips.point_clips import order
from recto.engine.store.clips.protocol import ClipArm, ClipFilter, ScoredClip
from recto.engine.store.clips.records import ClipModality, ClipPlace, ClipRecord, clip_id
from recto.engine.store.clips.validation import check_arm, check_clip, check_clip_filter
from recto.engine.store.validation import check_document_id, check_tenant
from recto.engine.vectors import FloatArray


class OracleClips:
    """The `ClipStore` protocol over a dict."""

    def __init__(self, manifest: ClipsManifest, tenant: str = "") -> None:
        self._manifest = manifest
        self._tenant = tenant
        self._clips: dict[str, ClipRecord] = {}
        self._all = {tenant: self}

    @property
    def encoder(self) -> EncoderId:
        return self._manifest.encoder

    @property
    def dims(self) -> Mapping[ClipModality, int]:
        return self._manifest.dims

    @property
    def tenant(self) -> str:
        return self._tenant

    def within(self, tenant: str) -> OracleClips:
        check_tenant(tenant)
        if tenant not in self._all:
            self._all[tenant] = OracleClips(self._manifest, tenant)
            self._all[tenant]._all = self._all
        return self._all[tenant]

    def is_empty(self) -> bool:
        """Of all tenants."""
        return not any(clips._clips for clips in self._all.values())

    def put_clips(self, clips: Sequence[ClipRecord]) -> None:
        for clip in clips:
            check_clip(clip, self.dims)
        ids = [clip_id(clip.place, self.encoder, self._tenant) for clip in clips]
        self._clips |= zip(ids, clips, strict=True)

    def delete_clips(self, document_id: str) -> None:
        check_document_id(document_id)
        self._clips = {
            id: clip for id, clip in self._clips.items() if clip.place.document_id != document_id
        }

    def clips(self, document_id: str) -> list[ClipPlace]:
        check_document_id(document_id)
        places = (clip.place for clip in self._clips.values())
        return sorted((p for p in places if p.document_id == document_id), key=order)

    def clip_records(self, document_id: str) -> list[ClipRecord]:
        check_document_id(document_id)
        mine = [clip for clip in self._clips.values() if clip.place.document_id == document_id]
        kept = [ClipRecord(place=clip.place, vector=_half(clip.vector)) for clip in mine]
        return sorted(kept, key=lambda clip: order(clip.place))

    def count_clips(self, filter: ClipFilter) -> int:
        check_clip_filter(filter)
        return sum(_lets(filter, clip.place) for clip in self._clips.values())

    def search_clips(
        self, arms: Sequence[ClipArm], filter: ClipFilter
    ) -> tuple[tuple[ScoredClip, ...], ...]:
        check_clip_filter(filter)
        for arm in arms:
            check_arm(arm, self.dims)
        return tuple(self._ranking(arm, filter) for arm in arms)

    def _ranking(self, arm: ClipArm, filter: ClipFilter) -> tuple[ScoredClip, ...]:
        scored = sorted(
            (-float(_half(clip.vector) @ _half(arm.query)), id, clip.place)
            for id, clip in self._clips.items()
            if clip.place.modality == arm.modality and _lets(filter, clip.place)
        )
        return tuple(ScoredClip(place, -score) for score, _, place in scored[: arm.limit])


def _lets(filter: ClipFilter, place: ClipPlace) -> bool:
    named = filter.documents is None or place.document_id in filter.documents
    return named and place.document_id not in filter.not_documents


def _half(vector: FloatArray) -> FloatArray:
    return vector.astype(np.float16).astype(np.float32)
