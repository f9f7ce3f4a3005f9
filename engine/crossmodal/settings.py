"""What a user can choose about encoders of transformers, as texts that a library records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recto.engine.errors import EncoderError

FACTS = frozenset({"weights", "sound_weights", "sight_weights", "transformers", "recipe"})
"""What is recorded, but follows from the checkpoints and from what is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    frames: int
    """Of a film, at most, spread over it."""
    dtype: str = "float32"
    """Of the arithmetic; vectors are always float32."""

    def __post_init__(self) -> None:
        if not 1 <= self.frames <= 1000:
            raise EncoderError(f"frames {self.frames}; expected 1 to 1000.")

    @classmethod
    def parse(cls, given: Mapping[str, str], *, frames: int) -> Settings:
        """From texts, among which may be the facts that a library recorded; `frames` unless said
        otherwise."""
        chosen = {key: value for key, value in given.items() if key not in FACTS}
        unknown = sorted(chosen.keys() - cls.__dataclass_fields__.keys())
        if unknown:
            raise EncoderError(
                f"There is no encoder setting {unknown[0]!r}; there are:"
                f" {', '.join(cls.__dataclass_fields__)}."
            )
        try:
            number = int(chosen.get("frames", frames))
        except ValueError:
            raise EncoderError(f"frames {chosen['frames']!r}; expected a whole number.") from None
        return cls(dtype=chosen.get("dtype", "float32"), frames=number)
