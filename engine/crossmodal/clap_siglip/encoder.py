"""Sound by CLAP and sight by SigLIP: small, free to use, and each strong at its own.

The two spaces have nothing to do with each other: text finds both, but a picture finds no sound.
Imports torch: whoever imports this has called `extra.require_extra` before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

from recto.engine.crossmodal.arithmetic import directions
from recto.engine.crossmodal.checks import cannot, finite, identity
from recto.engine.crossmodal.clap_siglip import clap, siglip
from recto.engine.crossmodal.clap_siglip.clap import Clap
from recto.engine.crossmodal.clap_siglip.siglip import Siglip
from recto.engine.crossmodal.device import best_device
from recto.engine.crossmodal.pretrained import load, version
from recto.engine.crossmodal.protocol import (
    Depth,
    Footage,
    Modality,
    Motion,
    Picture,
    Sound,
    Space,
    Thermal,
)
from recto.engine.crossmodal.sampling import frames
from recto.engine.crossmodal.settings import Settings
from recto.engine.encoders.colpali.checkpoint import find
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import EncoderError
from recto.engine.vectors import FloatArray

SEPARATOR = "+"
_FRAMES = 5
"""Of a film, unless another number is chosen."""
_RECIPE = "1"
"""Counts the changes of this package's code that change vectors."""


class ClapSiglipEncoder:
    """Sound in one space, pictures and film in another."""

    def __init__(self, *, id: EncoderId, clap: Clap, siglip: Siglip, settings: Settings) -> None:
        self._id = id
        self._clap = clap
        self._siglip = siglip
        self._settings = settings
        self._lock = Lock()

    @property
    def id(self) -> EncoderId:
        return self._id

    @property
    def spaces(self) -> Mapping[Modality, Space]:
        sight = Space("siglip", self._siglip.dim)
        return {"image": sight, "video": sight, "audio": Space("clap", self._clap.dim)}

    @property
    def scales(self) -> Mapping[Modality, float]:
        sight = self._siglip.scale
        return {"image": sight, "video": sight, "audio": self._clap.scale}

    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        """Read by the model that encodes `target`."""
        if target not in self.spaces:
            raise cannot(self._id, target, self.spaces)
        read = self._clap.texts if target == "audio" else self._siglip.texts
        with self._lock:
            return self._finished([read([text]) for text in texts], target)

    def encode_image(self, images: Sequence[Picture]) -> FloatArray:
        with self._lock:
            return self._finished([self._siglip.pictures([image]) for image in images], "image")

    def encode_video(self, films: Sequence[Footage], *, whole: bool = False) -> FloatArray:
        """The mean direction of some frames, as many of a whole film as of a scene."""
        with self._lock:
            seen = [
                self._siglip.pictures(list(frames(film, self._settings.frames))) for film in films
            ]
        return self._finished(seen, "video")

    def encode_audio(self, sounds: Sequence[Sound]) -> FloatArray:
        """The mean direction of pieces of ten seconds."""
        with self._lock:
            return self._finished([self._clap.sound(sound) for sound in sounds], "audio")

    def encode_depth(self, depths: Sequence[Depth]) -> FloatArray:
        raise cannot(self._id, "depth", self.spaces)

    def encode_thermal(self, pictures: Sequence[Thermal]) -> FloatArray:
        raise cannot(self._id, "thermal", self.spaces)

    def encode_imu(self, motions: Sequence[Motion]) -> FloatArray:
        raise cannot(self._id, "imu", self.spaces)

    def _finished(self, found: Sequence[FloatArray], modality: Modality) -> FloatArray:
        """One vector of length 1 for each item's (n, d)."""
        return directions(
            [finite(vectors, self._id) for vectors in found], self.spaces[modality].dim
        )


def open_encoder(
    name: str, *, settings: Mapping[str, str] | None = None, device: str | None = None
) -> ClapSiglipEncoder:
    """`name` is a CLAP and a SigLIP, folders or ids on the hub, with a + between them, such as
    `laion/clap-htsat-unfused+google/siglip2-base-patch16-224`.

    `settings` are those of `Settings`, or what a library recorded. Raises EncoderError,
    OutOfMemory.
    """
    chosen = Settings.parse(settings or {}, frames=_FRAMES)
    recorded = settings or {}
    first, _, second = name.partition(SEPARATOR)
    if not first or not second:
        raise EncoderError(
            f"{name!r}; expected a CLAP and a SigLIP, folders or ids on the hub, with a {SEPARATOR}"
            " between them."
        )
    sound = find(first, revision=recorded.get("sound_weights"))
    sight = find(second, revision=recorded.get("sight_weights"))
    place = device or best_device()
    heard = Clap(load(sound, kinds=clap.KINDS, dtype=chosen.dtype, device=place))
    seen = Siglip(load(sight, kinds=siglip.KINDS, dtype=chosen.dtype, device=place))
    facts = {
        "sound_weights": sound.revision,
        "sight_weights": sight.revision,
        "dtype": chosen.dtype,
        "frames": str(chosen.frames),
        "transformers": version(),
        "recipe": _RECIPE,
    }
    id = identity(
        f"{sound.name}{SEPARATOR}{sight.name}",
        dim=max(heard.dim, seen.dim),
        settings=facts,
        source=f"{sound.source}{SEPARATOR}{sight.source}",
    )
    return ClapSiglipEncoder(id=id, clap=heard, siglip=seen, settings=chosen)
