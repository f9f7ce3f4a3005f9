"""What every cross-modal encoder offers, and what it is given. Knows no model and no file.

An encoder offers one or more spaces. Two vectors may be compared, added or ranked together only
if they lie in the same space, which `spaces` tells; a text is placed in the space of the modality
that it is searched against, and some encoders read it differently for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from recto.engine.encoders.protocol import EncoderId
from recto.engine.vectors import FloatArray

Modality = Literal["text", "image", "video", "audio", "depth", "thermal", "imu"]
MODALITIES: tuple[Modality, ...] = get_args(Modality)

Picture = npt.NDArray[np.uint8]
"""(height, width, 3) RGB."""


@dataclass(frozen=True, slots=True)
class Space:
    """Where vectors lie that can be compared with each other."""

    name: str
    dim: int


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A piece of sound as it was recorded."""

    samples: FloatArray
    """(channels, n), n >= 1, between -1 and 1."""
    rate: int
    """Samples a second."""


class Footage(Protocol):
    """A film, or a part of one, whose pictures are fetched when they are asked for."""

    @property
    def rate(self) -> Fraction:
        """Frames a second, on average."""
        ...

    @property
    def count(self) -> int:
        """How many frames there are, at least 1."""
        ...

    def frames(self, numbers: Sequence[int]) -> npt.NDArray[np.uint8]:
        """(n, height, width, 3) RGB, upright; `numbers` count from 0, ascending, may repeat."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Depth:
    """How far everything is that a picture shows."""

    metres: FloatArray
    """(height, width); 0 where it was not measured."""
    focal: float
    """The camera's focal length in pixels."""


Thermal = npt.NDArray[np.uint8]
"""(height, width): brighter is warmer."""

Motion = FloatArray
"""(6, n): three axes of acceleration, three of rotation, over n moments. A table with a row a
moment must be transposed, not reshaped."""


class CrossModalEncoder(Protocol):
    """Vectors (n, d) float32 of length 1, in order; the same for an item whatever its batch.

    Only the modalities in `spaces` can be encoded; asked for another, a method raises
    `EncoderError`.
    """

    @property
    def id(self) -> EncoderId:
        """`dim` is that of the largest space."""
        ...

    @property
    def spaces(self) -> Mapping[Modality, Space]:
        """Where each modality lies that can be searched, text aside."""
        ...

    @property
    def scales(self) -> Mapping[Modality, float]:
        """By which the cosine of a text with each modality is multiplied before a softmax."""
        ...

    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        """Vectors in the space of `target`."""
        ...

    def encode_image(self, images: Sequence[Picture]) -> FloatArray: ...

    def encode_video(self, films: Sequence[Footage], *, whole: bool = False) -> FloatArray:
        """`whole`: films as they are given to be asked with or classified, not scenes of a few
        seconds. Encoders that look at more of such a film than of a scene do it then."""
        ...

    def encode_audio(self, sounds: Sequence[Sound]) -> FloatArray: ...

    def encode_depth(self, depths: Sequence[Depth]) -> FloatArray: ...

    def encode_thermal(self, pictures: Sequence[Thermal]) -> FloatArray: ...

    def encode_imu(self, motions: Sequence[Motion]) -> FloatArray: ...
