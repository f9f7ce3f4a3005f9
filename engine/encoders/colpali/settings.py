"""What a user can choose about an encoder of this family, as texts that a library records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recto.engine.encoders.choices import Choices, check_names, truth, whole_number
from recto.engine.errors import EncoderError

DTYPES = ("float32", "bfloat16", "float16", "int8")
CHOICES: Choices = {
    "dtype": f"the arithmetic, one of {', '.join(DTYPES)}",
    "visual_tokens": "the most patches a page, 16 or more",
    "pool_factor": "how many vectors become one before they are stored, 1 (none) to 64",
    "page_text": "yes or no: store a vector a token of the page's words beside its patches",
    "prefix": "the text before every question",
    "weights": "the revision on the hub: a commit, branch or tag",
    "base": "of an adapter, the model that it is applied to, as NAME@REVISION",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """None is what the checkpoint, or this machine, makes of it."""

    weights: str | None = None
    """The revision of the checkpoint on the hub: a commit, branch or tag. A folder has but one."""
    base: str | None = None
    """Name and revision of what an adapter is applied to, with an @ between them."""
    dtype: str | None = None
    """Of the arithmetic, one of `DTYPES`; vectors are always float32. int8 is for processors that
    do not multiply bfloat16: faster than float32, and less exact."""
    prefix: str | None = None
    """What stands before every question."""
    visual_tokens: int | None = None
    """The most patches a page may have."""
    pool_factor: int = 1
    """How many vectors become one, on average, before they are stored."""
    page_text: bool = False
    """Whether the words of a page are read as well, by the model's text side: `text_side.py`."""

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
        """Raises EncoderError, with what can be chosen."""
        check_names(given, CHOICES, "An encoder of the ColPali family")
        visual_tokens = given.get("visual_tokens")
        return cls(
            weights=given.get("weights"),
            base=given.get("base"),
            dtype=given.get("dtype"),
            prefix=given.get("prefix"),
            visual_tokens=None
            if visual_tokens is None
            else whole_number("visual_tokens", visual_tokens),
            pool_factor=whole_number("pool_factor", given.get("pool_factor", "1")),
            page_text=truth("page_text", given.get("page_text", "no")),
        )
