"""What a user can choose about a remote encoder, as texts that a library records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from recto.engine.errors import EncoderError

FACTS = frozenset({"kind", "root", "grid", "layout"})
"""What is recorded, but follows from the server."""
_PATCHES = 768
"""What ColQwen2 and 2.5 were trained to read at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """None is what the family of the model was trained with."""

    prefix: str | None = None
    """What stands before every question."""
    suffix: str | None = None
    """What stands behind it: empty tokens that the model thinks on."""
    prompt: str = "Describe the image."
    """The text beside every picture."""
    visual_tokens: int = _PATCHES
    """The most patches of a page; the server must be set to read as many."""

    def __post_init__(self) -> None:
        if not 300 <= self.visual_tokens <= 16384:
            raise EncoderError(f"visual_tokens {self.visual_tokens}; expected 300 to 16384.")

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> Settings:
        """From texts, among which may be the facts that a library recorded."""
        chosen = {key: value for key, value in given.items() if key not in FACTS}
        known = [field.name for field in fields(cls)]
        unknown = sorted(chosen.keys() - set(known))
        if unknown:
            raise EncoderError(
                f"There is no setting {unknown[0]!r} of remote encoders; there are:"
                f" {', '.join(known)}."
            )
        tokens = chosen.pop("visual_tokens", str(_PATCHES))
        if not tokens.isdecimal():
            raise EncoderError(f"visual_tokens {tokens!r}; expected a whole number.")
        return cls(visual_tokens=int(tokens), **chosen)
