"""Sound, pictures, film, words and measurements become vectors of one space.

Imports torch: whoever imports this has called `extra.require_extra` before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from recto.engine.crossmodal.arithmetic import unit
from recto.engine.crossmodal.checks import finite, identity
from recto.engine.crossmodal.device import best_device
from recto.engine.crossmodal.imagebind.config import (
    HUGE,
    SCALES,
    ImageBindConfig,
)
from recto.engine.crossmodal.imagebind.films import film_input
from recto.engine.crossmodal.imagebind.licence import LICENCE, require_licence
from recto.engine.crossmodal.imagebind.pictures import picture_input
from recto.engine.crossmodal.imagebind.sensors import depth_input, motion_input, thermal_input
from recto.engine.crossmodal.imagebind.settings import Settings
from recto.engine.crossmodal.imagebind.sounds import sound_input
from recto.engine.crossmodal.imagebind.texts import text_input
from recto.engine.crossmodal.imagebind.towers import Towers
from recto.engine.crossmodal.imagebind.weights import open_weights
from recto.engine.crossmodal.protocol import (
    MODALITIES,
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

NAME = "imagebind"
_RECIPE = "2"
"""Counts the changes of this package's code that change vectors."""


class ImageBindEncoder:
    """All modalities in one space; a text has the same vector whatever it is searched against."""

    def __init__(self, *, id: EncoderId, towers: Towers, settings: Settings) -> None:
        self._id = id
        self._towers = towers
        self._settings = settings

    @property
    def id(self) -> EncoderId:
        return self._id

    @property
    def spaces(self) -> Mapping[Modality, Space]:
        shared = Space(NAME, self._id.dim)
        return {modality: shared for modality in MODALITIES if modality != "text"}

    @property
    def scales(self) -> Mapping[Modality, float]:
        """That of text for all: the scales of the other towers are not meant to be multiplied with
        it, which makes every answer look certain."""
        return {modality: SCALES["text"] for modality in self.spaces}

    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        """`target` makes no difference here."""
        return self._finished(self._towers.run("text", text_input(texts)))

    def encode_image(self, images: Sequence[Picture]) -> FloatArray:
        return self._finished(self._towers.run("vision", map(picture_input, images)))

    def encode_video(self, films: Sequence[Footage], *, whole: bool = False) -> FloatArray:
        """The mean over clips and crops."""
        clips, crops = self._settings.looks(whole=whole)
        inputs = (film_input(film, clips=clips, crops=crops) for film in films)
        return self._finished(self._towers.run("vision", inputs))

    def encode_audio(self, sounds: Sequence[Sound]) -> FloatArray:
        """The mean over three clips."""
        return self._finished(self._towers.run("audio", map(sound_input, sounds)))

    def encode_depth(self, depths: Sequence[Depth]) -> FloatArray:
        """Experimental: see `sensors`."""
        return self._finished(self._towers.run("depth", map(depth_input, depths)))

    def encode_thermal(self, pictures: Sequence[Thermal]) -> FloatArray:
        """Experimental: see `sensors`."""
        return self._finished(self._towers.run("thermal", map(thermal_input, pictures)))

    def encode_imu(self, motions: Sequence[Motion]) -> FloatArray:
        """Experimental: see `sensors`."""
        return self._finished(self._towers.run("imu", map(motion_input, motions)))

    def _finished(self, vectors: FloatArray) -> FloatArray:
        """Length 1: the model's own are 1, 100, at most 20, 5, 10 and 5 long."""
        return unit(finite(vectors, self._id))


def open_encoder(
    path: str | Path,
    *,
    settings: Mapping[str, str] | None = None,
    device: str | None = None,
    config: ImageBindConfig = HUGE,
) -> ImageBindEncoder:
    """The encoder whose weights are at `path`: imagebind_huge.pth, or what it was converted to.

    Weights are read when a modality is first encoded. `settings` are those of `Settings`, or what
    a library recorded. `config` is for a file of other sizes than the published one.

    Raises LicenceNotAccepted, EncoderError.
    """
    chosen = Settings.parse(settings or {})
    require_licence(chosen.accept_license)
    place = Path(path).expanduser().absolute()
    weights = open_weights(place, config)
    recorded = {
        "accept_license": LICENCE,
        "weights": weights.fingerprint,
        "dtype": chosen.dtype,
        "clips": str(chosen.clips),
        "crops": str(chosen.crops),
        "whole_clips": str(chosen.whole_clips),
        "whole_crops": str(chosen.whole_crops),
        "recipe": _RECIPE,
    }
    return ImageBindEncoder(
        id=identity(NAME, dim=weights.config.dim, settings=recorded, source=str(place)),
        towers=Towers(weights, dtype=chosen.dtype, device=device or best_device()),
        settings=chosen,
    )
