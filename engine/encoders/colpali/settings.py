"""What a user can choose about an encoder of this family, as texts that a library records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recto.engine.errors import EncoderError

DTYPES = ("float32", "bfloat16", "float16", "int8")
FACTS = frozenset({"model", "layout", "colpali-engine", "transformers"})
"""What is recorded, but follows from the checkpoint and from what is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """None is what the checkpoint, or this machine, makes of it."""

    weights: str | None = None
    """The revision of the checkpoint on the hub: a commit, branch or tag. A folder has but one."""
    base: str | None = None
    """Name and revision of what an adapter is applied to, with an @ between them."""
    dtype: str | None = None
    """Of the arithmetic, one of `DTYPES`; vectors are always float32. int8 is for processors that
    do not multiply bfloat16: one and a half times as fast as float32, and less exact."""
    prefix: str | None = None
    """What stands before every question."""
    visual_tokens: int | None = None
    """The most patches a page may have."""
    pool_factor: int = 1
    """How many vectors become one, on average, before they are stored."""

    def __post_init__(self) -> None:
        if self.dtype is not None and self.dtype not in DTYPES:
            raise EncoderError(f"dtype {self.dtype!r}; expected one of {', '.join(DTYPES)}.")
        if self.visual_tokens is not None and self.visual_tokens < 16:
            raise EncoderError(f"visual_tokens {self.visual_tokens}; expected 16 or more.")
        if not 1 <= self.pool_factor <= 64:
            raise EncoderError(f"pool_factor {self.pool_factor}; expected 1 (none) to 64.")

    @property
    def base_revision(self) -> str | None:
        return self.base.rpartition("@")[2] if self.base else None

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> Settings:
        """From texts, among which may be the facts that a library recorded."""
        chosen = {key: value for key, value in given.items() if key not in FACTS}
        unknown = sorted(chosen.keys() - cls.__dataclass_fields__.keys())
        if unknown:
            raise EncoderError(
                f"There is no encoder setting {unknown[0]!r}; there are:"
                f" {', '.join(cls.__dataclass_fields__)}."
            )
        return cls(
            weights=chosen.get("weights"),
            base=chosen.get("base"),
            dtype=chosen.get("dtype"),
            prefix=chosen.get("prefix"),
            visual_tokens=_number("visual_tokens", chosen["visual_tokens"])
            if "visual_tokens" in chosen
            else None,
            pool_factor=_number("pool_factor", chosen.get("pool_factor", "1")),
        )


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise EncoderError(f"{name} {text!r}; expected a whole number.") from None
