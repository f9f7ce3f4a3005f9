"""What a file of sound or film is, as the worker tells its parent. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from recto.engine.wire import Value


@dataclass(frozen=True, slots=True)
class SoundFacts:
    rate: int
    """Samples a second."""
    channels: int
    seconds: float
    """Where it ends, from the file's beginning."""

    @property
    def count(self) -> int:
        """Samples from the file's beginning to its end."""
        return max(round(self.seconds * self.rate), 1)


@dataclass(frozen=True, slots=True)
class FilmFacts:
    width: int
    """Before it is turned upright."""
    height: int
    ratio: tuple[int, int]
    """Frames a second, on average: a fraction."""
    count: int
    seconds: float

    @property
    def rate(self) -> Fraction:
        return Fraction(*self.ratio)


@dataclass(frozen=True, slots=True)
class Described:
    """At least one of the two is there."""

    sound: SoundFacts | None
    film: FilmFacts | None

    @property
    def seconds(self) -> float:
        return max(track.seconds for track in (self.sound, self.film) if track is not None)

    @classmethod
    def from_wire(cls, value: Value) -> Described:
        sound, film = value["sound"], value["film"]
        return cls(
            sound=SoundFacts(**sound) if sound else None,
            film=FilmFacts(**film | {"ratio": tuple(film["ratio"])}) if film else None,
        )
