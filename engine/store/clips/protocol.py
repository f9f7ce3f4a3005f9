"""What every store of clips offers, embedded, remote or in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.clips.records import ClipModality, ClipPlace, ClipRecord
from recto.engine.vectors import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFilter:
    """Which clips a search may see. None does not restrict."""

    documents: tuple[str, ...] | None = None
    """Document ids."""
    not_documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ClipArm:
    """The inner product of a vector (d,) with every clip of one modality."""

    modality: ClipModality
    query: FloatArray
    limit: int


class ScoredClip(NamedTuple):
    place: ClipPlace
    score: float
    """Not to be compared between modalities: their vectors lie apart, even in one space."""


class ClipStore(Protocol):
    """Confined to one tenant, or to what has none, as the `Store` that it belongs to, whose
    `writing` holds for it and whose `close` closes it.

    A write that has returned survives a crash. Invalid clips (of a modality that the encoder does
    not know, of another dimension, not finite) are refused with ValueError before anything is
    written. Raises `BackendUnreachable` and `DiskFull`.
    """

    @property
    def encoder(self) -> EncoderId: ...

    @property
    def dims(self) -> Mapping[ClipModality, int]:
        """The modalities that there may be, and how many numbers a vector of each has."""
        ...

    @property
    def tenant(self) -> str: ...

    def within(self, tenant: str) -> Self: ...

    def put_clips(self, clips: Sequence[ClipRecord]) -> None:
        """Insert or overwrite clips by what they are of."""
        ...

    def delete_clips(self, document_id: str) -> None:
        """Remove all clips of a document."""
        ...

    def clips(self, document_id: str) -> list[ClipPlace]:
        """All of a document, by modality, page and time."""
        ...

    def clip_records(self, document_id: str) -> list[ClipRecord]:
        """The same, with their vectors as they are kept: of 16 bits."""
        ...

    def count_clips(self, filter: ClipFilter) -> int: ...

    def search_clips(
        self, arms: Sequence[ClipArm], filter: ClipFilter
    ) -> tuple[tuple[ScoredClip, ...], ...]:
        """A ranking for each arm, best first; equal scores in the order of the clips' ids."""
        ...
