"""What a library is asked with across modalities, wherever it comes from, as encoders take it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, cast

import numpy as np

from recto.asked_image import AskedImage, pixels_of_asked
from recto.engine.crossmodal.arithmetic import combine, directions
from recto.engine.crossmodal.protocol import (
    CrossModalEncoder,
    Depth,
    Footage,
    Modality,
    Motion,
    Sound,
    Thermal,
)
from recto.engine.errors import EncoderError, NotFound, QuestionError
from recto.engine.retrieval import check_question
from recto.engine.store.clips.records import ClipModality, encoded_as
from recto.engine.vectors import FloatArray
from recto.indexing.joining import PICTURE_WIDTH
from recto.indexing.media.reader import MediaReader, OpenMedia
from recto.indexing.media.segments import windows
from recto.indexing.reader import Reader

AskedSound: TypeAlias = "str | os.PathLike[str] | Sound"
"""A file of sound, or of film with sound; or samples."""
AskedFilm: TypeAlias = "str | os.PathLike[str] | Footage"
_WINDOWS = 12
"""Of a long sound that is asked with: these, spread over it, say what it is like."""

T = TypeVar("T")


def several(given: T | Sequence[T] | None) -> tuple[T, ...]:
    """One, a list or a tuple of them, or none."""
    if given is None:
        return ()
    if isinstance(given, (list, tuple)):
        return tuple(given)
    return (cast(T, given),)  # what is a sequence besides, as a text or an array, is one thing


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Asked:
    """What is to be found: the sum of all that is given, less what is taken away."""

    texts: tuple[str, ...] = ()
    images: tuple[AskedImage, ...] = ()
    sounds: tuple[AskedSound, ...] = ()
    films: tuple[AskedFilm, ...] = ()
    depths: tuple[Depth, ...] = ()
    thermals: tuple[Thermal, ...] = ()
    motions: tuple[Motion, ...] = ()
    minus: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises QuestionError for nothing, and for texts that cannot be searched for."""
        for text in (*self.texts, *self.minus):
            check_question(text)
        if not self.texts and not self.modalities:
            raise QuestionError("Nothing is asked for; give a text, a picture, sound or film.")

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """Of what is given, texts aside."""
        given: dict[Modality, Sequence[object]] = {
            "image": self.images,
            "audio": self.sounds,
            "video": self.films,
            "depth": self.depths,
            "thermal": self.thermals,
            "imu": self.motions,
        }
        return tuple(modality for modality, items in given.items() if items)


class Asking:
    """The vectors of what was asked, each encoded once."""

    def __init__(
        self, asked: Asked, encoder: CrossModalEncoder, *, pages: Reader, media: MediaReader
    ) -> None:
        self._asked = asked
        self._encoder = encoder
        self._pages = pages
        self._media = media
        self._known: dict[Modality, FloatArray] = {}

    def targets(self, wanted: Sequence[ClipModality]) -> list[ClipModality]:
        """Those that can be searched by what was asked.

        Raises EncoderError for what the encoder does not know, and where nothing is left.
        """
        encoder, spaces = self._encoder, self._encoder.spaces
        if unknown := [m for m in self._asked.modalities if m not in spaces]:
            raise EncoderError(
                f"{encoder.id.name} does not encode {unknown[0]}; it encodes text,"
                f" {', '.join(spaces)}."
            )
        asked = {spaces[modality].name for modality in self._asked.modalities}
        found = [
            target
            for target in wanted
            if encoded_as(target) in spaces and asked <= {spaces[encoded_as(target)].name}
        ]
        if not found:
            given = ", ".join((*["text"] * bool(self._asked.texts), *self._asked.modalities))
            raise EncoderError(
                f"{encoder.id.name} cannot find {', '.join(wanted)} by {given}: it keeps them in"
                " spaces of their own. Ask by text, or use an encoder of one space, such as"
                " imagebind or pe-av-small."
            )
        return found

    def vector(self, target: ClipModality) -> FloatArray:
        """(d,) of length 1: each thing's direction, added or taken away. Raises QuestionError,
        and a DocumentError for a file that cannot be read."""
        asked = self._asked
        parts = [self._items(modality) for modality in asked.modalities]
        texts = [*asked.texts, *asked.minus]
        if texts:
            parts.append(self._encoder.encode_text(texts, target=encoded_as(target)))
        together = np.concatenate(parts)
        added = len(together) - len(asked.minus)
        return combine(together, [1.0] * added + [-1.0] * len(asked.minus))

    def _items(self, modality: Modality) -> FloatArray:
        if modality not in self._known:
            self._known[modality] = self._encoded(modality)
        return self._known[modality]

    def _encoded(self, modality: Modality) -> FloatArray:
        encoder, asked = self._encoder, self._asked
        match modality:
            case "image":
                images = [
                    pixels_of_asked(image, self._pages, PICTURE_WIDTH) for image in asked.images
                ]
                return encoder.encode_image(images)
            case "audio":
                return np.concatenate([self._sound(sound) for sound in asked.sounds])
            case "video":
                return np.concatenate([self._film(film) for film in asked.films])
            case "depth":
                return encoder.encode_depth(asked.depths)
            case "thermal":
                return encoder.encode_thermal(asked.thermals)
            case _:
                return encoder.encode_imu(asked.motions)

    def _sound(self, sound: AskedSound) -> FloatArray:
        if isinstance(sound, Sound):
            return self._encoder.encode_audio([sound])
        with self._media.open(sound) as media:
            return sound_direction(self._encoder, media)

    def _film(self, film: AskedFilm) -> FloatArray:
        if not isinstance(film, (str, os.PathLike)):
            return self._encoder.encode_video([film], whole=True)
        with self._media.open(film) as media:
            if media.facts.film is None:
                raise NotFound(
                    f"{media.name} has no pictures; expected film. Ask with its sound: --audio"
                    " FILE, or find(audio=...)."
                )
            return self._encoder.encode_video([media.film()], whole=True)


def sound_direction(encoder: CrossModalEncoder, media: OpenMedia) -> FloatArray:
    """(1, d) of the sound of a file: the mean of windows spread over it, one after the other.

    Raises NotFound if it has none.
    """
    facts = media.facts.sound
    if facts is None:
        raise NotFound(
            f"{media.name} has no sound; expected sound, or film with sound. Ask with what it"
            " shows: --video FILE, or find(video=...)."
        )
    spans = windows(facts.seconds)  # the film may go on in silence
    chosen = np.unique(np.linspace(0, len(spans) - 1, _WINDOWS).round().astype(int))
    found = [encoder.encode_audio([media.listen(spans[number])]) for number in chosen.tolist()]
    together = np.concatenate(found)
    return directions([together], together.shape[1])
