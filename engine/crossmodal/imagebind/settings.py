"""What a user can choose about ImageBind, as texts that a library records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recto.engine.errors import EncoderError

DTYPES = ("float32", "bfloat16")
_NUMBERS = ("clips", "crops", "whole_clips", "whole_crops")
FACTS = frozenset({"weights", "recipe"})
"""What is recorded, but follows from the checkpoint and from our code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Those of the published recipe unless said otherwise."""

    accept_license: str | None = None
    """"cc-by-nc-sa-4.0" says that its conditions are known and met."""
    dtype: str = "float32"
    """Of the arithmetic, one of `DTYPES`; vectors are always float32."""
    clips: int = 5
    """Pieces of two seconds that are seen of a film, or of a scene of one that is indexed."""
    crops: int = 3
    """Squares that are seen of each, 1 (the middle) or 3; the work grows with clips * crops."""
    whole_clips: int = 5
    """As `clips`, of a whole film that is asked with or classified."""
    whole_crops: int = 3

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise EncoderError(f"dtype {self.dtype!r}; expected one of {', '.join(DTYPES)}.")
        for prefix, (clips, crops) in (
            ("", self.looks(whole=False)),
            ("whole_", self.looks(whole=True)),
        ):
            if not 1 <= clips <= 100:
                raise EncoderError(f"{prefix}clips {clips}; expected 1 to 100.")
            if crops not in (1, 3):
                raise EncoderError(f"{prefix}crops {crops}; expected 1 or 3.")

    def looks(self, *, whole: bool) -> tuple[int, int]:
        """Clips and crops."""
        return (self.whole_clips, self.whole_crops) if whole else (self.clips, self.crops)

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> Settings:
        """From texts, among which may be the facts that a library recorded."""
        chosen = {key: value for key, value in given.items() if key not in FACTS}
        unknown = sorted(chosen.keys() - cls.__dataclass_fields__.keys())
        if unknown:
            raise EncoderError(
                f"There is no setting {unknown[0]!r} of ImageBind; there are:"
                f" {', '.join(cls.__dataclass_fields__)}."
            )
        return cls(
            accept_license=chosen.get("accept_license"),
            dtype=chosen.get("dtype", "float32"),
            **{name: _number(name, chosen[name]) for name in _NUMBERS if name in chosen},
        )


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise EncoderError(f"{name} {text!r}; expected a whole number.") from None
