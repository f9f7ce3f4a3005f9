"""How large the towers are. Data only.

What does not vary - the size of an input, of a patch, of the vocabulary - is a constant here:
positions are learned for it, and other sizes would be interpolated in ways that nobody measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from recto.engine.crossmodal.protocol import Modality
from recto.engine.errors import EncoderError

TowerName = Literal["vision", "text", "audio", "depth", "thermal", "imu"]
TOWERS: tuple[TowerName, ...] = get_args(TowerName)

TOWER_OF: Mapping[Modality, TowerName] = {
    "text": "text",
    "image": "vision",
    "video": "vision",
    "audio": "audio",
    "depth": "depth",
    "thermal": "thermal",
    "imu": "imu",
}

PIXELS = 224
FRAMES = 2
"""Of a film at once; a picture is shown twice."""
MELS, SPECTRUM_FRAMES = 128, 204
VOCABULARY, CONTEXT = 49408, 77
AXES, MOMENTS, MOMENTS_A_TOKEN = 6, 2000, 8

SCALES: Mapping[TowerName, float] = {
    "text": 100.0,  # learned; the published weights have reached its cap
    "audio": 20.0,
    "depth": 5.0,
    "thermal": 10.0,
    "imu": 5.0,
}
"""The length that the model itself gives its vectors; those of vision have length 1."""


@dataclass(frozen=True, slots=True)
class TowerSize:
    """A transformer."""

    width: int
    blocks: int
    heads: int

    def __post_init__(self) -> None:
        if min(self.width, self.blocks, self.heads) < 1 or self.width % self.heads:
            raise EncoderError(
                f"A tower {self.width} wide with {self.blocks} blocks and {self.heads} heads;"
                " expected numbers above 0, and a width that the heads divide."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBindConfig:
    """All towers; those of the one published checkpoint unless said otherwise."""

    vision: TowerSize = TowerSize(1280, 32, 16)
    text: TowerSize = TowerSize(1024, 24, 16)
    audio: TowerSize = TowerSize(768, 12, 12)
    depth: TowerSize = TowerSize(384, 12, 8)
    thermal: TowerSize = TowerSize(768, 12, 12)
    imu: TowerSize = TowerSize(512, 6, 8)
    dim: int = 1024
    """Of the space that they share."""

    def tower(self, name: TowerName) -> TowerSize:
        size: TowerSize = getattr(self, name)
        return size

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ImageBindConfig:
        """Raises EncoderError for what `to_json` does not write."""
        expected = {field.name for field in fields(cls)}
        try:
            if value.keys() != expected:
                raise ValueError(f"{sorted(value.keys() ^ expected)}")
            towers = {name: TowerSize(**value[name]) for name in TOWERS}
            return cls(**towers, dim=int(value["dim"]))
        except (TypeError, ValueError, AttributeError) as error:
            raise EncoderError(f"Sizes of towers that make no sense: {error}.") from error


HUGE = ImageBindConfig()
"""The published checkpoint, imagebind_huge.pth."""
