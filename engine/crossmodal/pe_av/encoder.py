"""Sound, film and pictures in one space; a text is read for what it is searched against.

Imports torch: whoever imports this has called `extra.require_extra` before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

from recto.engine.crossmodal.arithmetic import directions
from recto.engine.crossmodal.checks import cannot, finite, identity
from recto.engine.crossmodal.device import best_device
from recto.engine.crossmodal.pe_av.network import KINDS, PeAv
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
from recto.engine.vectors import FloatArray

_OFFERED: tuple[Modality, ...] = ("image", "video", "audio")
_FRAMES = 16
"""Of a film, unless another number is chosen."""
_RECIPE = "1"
"""Counts the changes of this package's code that change vectors."""


class PeAvEncoder:
    """Perception Encoder Audiovisual."""

    def __init__(self, *, id: EncoderId, network: PeAv, settings: Settings) -> None:
        self._id = id
        self._network = network
        self._settings = settings
        self._lock = Lock()

    @property
    def id(self) -> EncoderId:
        return self._id

    @property
    def spaces(self) -> Mapping[Modality, Space]:
        return dict.fromkeys(_OFFERED, Space("pe-av", self._id.dim))

    @property
    def scales(self) -> Mapping[Modality, float]:
        return {modality: self._network.scale(modality) for modality in _OFFERED}

    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        """By another head for sound than for sight."""
        if target not in _OFFERED:
            raise cannot(self._id, target, _OFFERED)
        with self._lock:
            return self._finished([self._network.texts([text], target) for text in texts])

    def encode_image(self, images: Sequence[Picture]) -> FloatArray:
        """As a film of one frame."""
        with self._lock:
            return self._finished([self._network.film([image]) for image in images])

    def encode_video(self, films: Sequence[Footage], *, whole: bool = False) -> FloatArray:
        """Of frames spread over each film, as many of a whole one as of a scene."""
        count = self._settings.frames
        with self._lock:
            return self._finished([self._network.film(list(frames(f, count))) for f in films])

    def encode_audio(self, sounds: Sequence[Sound]) -> FloatArray:
        """The mean direction of pieces of half a minute."""
        with self._lock:
            return self._finished([self._network.sound(sound) for sound in sounds])

    def encode_depth(self, depths: Sequence[Depth]) -> FloatArray:
        raise cannot(self._id, "depth", _OFFERED)

    def encode_thermal(self, pictures: Sequence[Thermal]) -> FloatArray:
        raise cannot(self._id, "thermal", _OFFERED)

    def encode_imu(self, motions: Sequence[Motion]) -> FloatArray:
        raise cannot(self._id, "imu", _OFFERED)

    def _finished(self, found: Sequence[FloatArray]) -> FloatArray:
        """One vector of length 1 for each item's (n, d)."""
        return directions([finite(vectors, self._id) for vectors in found], self._id.dim)


def open_encoder(
    name: str, *, settings: Mapping[str, str] | None = None, device: str | None = None
) -> PeAvEncoder:
    """`name` is a folder or an id on the hub, such as `facebook/pe-av-small`.

    `settings` are those of `Settings`, or what a library recorded. Raises EncoderError,
    OutOfMemory.
    """
    chosen = Settings.parse(settings or {}, frames=_FRAMES)
    checkpoint = find(name, revision=(settings or {}).get("weights"))
    loaded = load(checkpoint, kinds=KINDS, dtype=chosen.dtype, device=device or best_device())
    network = PeAv(loaded)
    facts = {
        "weights": checkpoint.revision,
        "dtype": chosen.dtype,
        "frames": str(chosen.frames),
        "transformers": version(),
        "recipe": _RECIPE,
    }
    id = identity(checkpoint.name, dim=network.dim, settings=facts, source=checkpoint.source)
    return PeAvEncoder(id=id, network=network, settings=chosen)
