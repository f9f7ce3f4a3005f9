"""What a user can choose about a remote encoder, as texts that a library records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recto.engine.encoders.choices import Choices, check_names, whole_number
from recto.engine.errors import EncoderError

CHOICES: Choices = {
    "prefix": "the text before every question; if not given, by the pixels of a cell: 'Query: ' of "
    "ColQwen2 and 2.5 (28), none of ColQwen3 and 3.5 (32), 'Question: ' of ColPali",
    "suffix": "the text behind it, of empty tokens",
    "prompt": "the text beside every picture",
    "visual_tokens": "the most patches a page, 300 to 16384, that the server is set to read",
}
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
        """Raises EncoderError, with what can be chosen."""
        if "page_text" in given:
            raise EncoderError(
                "A remote encoder has no setting 'page_text': a server does not tell which word a"
                " vector is of, so that it would have no place on the page. Leave it out, or encode"
                " on this machine."
            )
        check_names(given, CHOICES, "A remote encoder")
        chosen = dict(given)
        tokens = whole_number("visual_tokens", chosen.pop("visual_tokens", str(_PATCHES)))
        return cls(visual_tokens=tokens, **chosen)
