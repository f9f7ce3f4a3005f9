"""What stores of clips over points have in common. Knows not what keeps the points, nor where."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Protocol, Self

import numpy as np

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.clips.manifest import ClipsManifest
from recto.engine.store.clips.protocol import ClipArm, ClipFilter, ScoredClip
from recto.engine.store.clips.records import ClipModality, ClipPlace, ClipRecord
from recto.engine.store.clips.schema import (
    CLIPS,
    FIELDS,
    clip_conditions,
    clip_place,
    clip_point,
    clip_record,
    clips_of,
)
from recto.engine.store.clips.validation import check_arm, check_clip, check_clip_filter
from recto.engine.store.point_store import Asked, Points
from recto.engine.store.schema import Point
from recto.engine.store.sizes import BATCH_POINTS
from recto.engine.store.validation import check_document_id, check_tenant


class AnyPoints(Points, Protocol):
    """Points that can be searched whatever they are of."""

    def search_arms(
        self, arms: Sequence[Asked], kind: str = ..., /
    ) -> Sequence[Sequence[tuple[str, float]]]: ...


class PointClips(ABC):
    """The `ClipStore` protocol, but for how points are written."""

    _points: AnyPoints

    def __init__(self, manifest: ClipsManifest) -> None:
        self._manifest = manifest

    @abstractmethod
    def _write(self, points: Sequence[Point]) -> None: ...

    @property
    def encoder(self) -> EncoderId:
        return self._manifest.encoder

    @property
    def dims(self) -> Mapping[ClipModality, int]:
        return self._manifest.dims

    @property
    def tenant(self) -> str:
        return self._points.tenant

    def within(self, tenant: str) -> Self:
        check_tenant(tenant)
        other = copy(self)
        other._points = self._points.within(tenant)
        return other

    def put_clips(self, clips: Sequence[ClipRecord]) -> None:
        for clip in clips:
            check_clip(clip, self.dims)
        points = [clip_point(clip, self.encoder, self.tenant) for clip in clips]
        if points:
            self._write([*{point["id"]: point for point in points}.values()])

    def delete_clips(self, document_id: str) -> None:
        check_document_id(document_id)
        self._points.delete(CLIPS, clips_of(document_id))

    def clips(self, document_id: str) -> list[ClipPlace]:
        check_document_id(document_id)
        found = self._points.scroll(CLIPS, clips_of(document_id), [*FIELDS], [], BATCH_POINTS)
        return sorted((clip_place(point["payload"]) for point in found), key=order)

    def clip_records(self, document_id: str) -> list[ClipRecord]:
        check_document_id(document_id)
        found = self._points.scroll(
            CLIPS, clips_of(document_id), [*FIELDS], [*self.dims], BATCH_POINTS
        )
        return sorted((clip_record(point) for point in found), key=lambda clip: order(clip.place))

    def count_clips(self, filter: ClipFilter) -> int:
        check_clip_filter(filter)
        seen = clip_conditions(filter)
        return self._points.count(CLIPS, seen) if seen else 0

    def search_clips(
        self, arms: Sequence[ClipArm], filter: ClipFilter
    ) -> tuple[tuple[ScoredClip, ...], ...]:
        check_clip_filter(filter)
        for arm in arms:
            check_arm(arm, self.dims)
        seen = clip_conditions(filter)
        if seen is None or not arms:
            return tuple(() for _ in arms)
        asked = [Asked(a.modality, a.query.astype(np.float32), a.limit, seen) for a in arms]
        found = self._points.search_arms(asked, CLIPS)
        places = self._places({id for ranking in found for id, _ in ranking})
        return tuple(
            # What was removed since the search is not there any more.
            tuple(ScoredClip(places[id], score) for id, score in ranking if id in places)
            for ranking in found
        )

    def _places(self, ids: set[str]) -> dict[str, ClipPlace]:
        found = self._points.retrieve(CLIPS, sorted(ids), [*FIELDS], [], BATCH_POINTS)
        return {point["id"]: clip_place(point["payload"]) for point in found}


def order(place: ClipPlace) -> tuple[str, int, float, float]:
    """By which clips of a document are sorted."""
    return place.modality, place.page, place.start, place.end
