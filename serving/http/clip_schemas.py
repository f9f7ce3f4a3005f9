"""What requests about sound and film look like, and what is told of them. The words are those of
the results' `as_json`."""

from __future__ import annotations

from typing import Annotated

from pydantic import WithJsonSchema

from .schemas import ClipHitInfo as ClipHitInfo
from .schemas import ClipInfo as ClipInfo
from .schemas import Told


class ClipList(Told):
    document: str
    document_id: str
    seconds: float
    """At which the last clip ends."""
    clips: list[ClipInfo]


class ClipReply(Told):
    hits: list[ClipHitInfo]


Extremes = Annotated[
    tuple[float, float],
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]


class WaveformInfo(Told):
    points: list[Extremes]
    """The least and the greatest sample of each equal part, between -1 and 1."""


class MediaLink(Told):
    """An address that opens a file without a key, for what cannot send one."""

    address: str
    """From the server's root."""
    expires: str
    """ISO 8601, UTC."""


class LabelInfo(Told):
    name: str
    probability: float


class Labels(Told):
    """Most probable first; the probabilities sum to 1."""

    labels: list[LabelInfo]
