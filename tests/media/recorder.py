"""An encoder that keeps what it is given, and gives what another makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from recto.engine.crossmodal.protocol import (
    CrossModalEncoder,
    Depth,
    Footage,
    Modality,
    Motion,
    Picture,
    Sound,
    Space,
    Thermal,
)
from recto.engine.encoders.protocol import EncoderId
from recto.engine.vectors import FloatArray


@dataclass(slots=True)
class Recorder:
    other: CrossModalEncoder
    images: list[Picture] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)
    films: list[tuple[int, bool]] = field(default_factory=list)
    """How many frames each has, and whether it is whole."""

    @property
    def id(self) -> EncoderId:
        return self.other.id

    @property
    def spaces(self) -> Mapping[Modality, Space]:
        return self.other.spaces

    @property
    def scales(self) -> Mapping[Modality, float]:
        return self.other.scales

    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        return self.other.encode_text(texts, target=target)

    def encode_image(self, images: Sequence[Picture]) -> FloatArray:
        self.images += images
        return self.other.encode_image(images)

    def encode_video(self, films: Sequence[Footage], *, whole: bool = False) -> FloatArray:
        self.films += [(film.count, whole) for film in films]
        return self.other.encode_video(films, whole=whole)

    def encode_audio(self, sounds: Sequence[Sound]) -> FloatArray:
        self.sounds += sounds
        return self.other.encode_audio(sounds)

    def encode_depth(self, depths: Sequence[Depth]) -> FloatArray:
        return self.other.encode_depth(depths)

    def encode_thermal(self, pictures: Sequence[Thermal]) -> FloatArray:
        return self.other.encode_thermal(pictures)

    def encode_imu(self, motions: Sequence[Motion]) -> FloatArray:
        return self.other.encode_imu(motions)
