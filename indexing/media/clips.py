"""A file of sound and film as the clips that are indexed, one after the other.

Sound and sight are cut apart, each where it changes; only one clip is held at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from recto.engine.crossmodal.protocol import Sound
from recto.indexing.media.reader import Film, OpenMedia
from recto.indexing.media.segments import Span, cuts, scenes, windows

_SILENCE = 1e-3
"""60 dB below full scale; what is never louder would be found by everything and nothing."""

Told = Callable[[float], None]
"""How many seconds of the file are done."""


def _nobody(seconds: float) -> None:
    """Is told nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class SoundClip:
    span: Span
    sound: Sound
    """All channels."""

    @property
    def silent(self) -> bool:
        """On every channel."""
        return bool(np.abs(self.sound.samples).max() < _SILENCE)


@dataclass(frozen=True, slots=True, eq=False)
class FilmClip:
    span: Span
    film: Film

    @property
    def middle(self) -> float:
        """A time that shows what the clip is of."""
        return (self.span.begin + self.span.end) / 2


def sound_clips(media: OpenMedia) -> Iterator[SoundClip]:
    """Windows of ten seconds, a new one every five; none of a file without sound."""
    facts = media.facts.sound
    for span in windows(facts.seconds) if facts is not None else ():
        yield SoundClip(span, media.listen(span))


def film_clips(media: OpenMedia, *, told: Told = _nobody) -> Iterator[FilmClip]:
    """Scenes, the long ones in parts of ten seconds at most; none of a file without pictures.

    The whole film is looked through before the first clip comes, which `told` is told of.
    """
    facts = media.facts.film
    if facts is None:
        return
    for span in scenes(find_cuts(media, told=told), facts.seconds):
        yield FilmClip(span, media.film(span))


def find_cuts(media: OpenMedia, *, told: Told = _nobody) -> list[float]:
    """When scenes begin, but for the first."""
    parts = [np.empty(0, np.float32)]
    seen = 0
    while len(part := media.changes(seen)):
        parts.append(part)
        seen += len(part)
        told(float(media.times[seen - 1]))
    found: list[float] = media.times[cuts(np.concatenate(parts))].tolist()
    return found
