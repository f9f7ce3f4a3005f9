"""What an endpoint can do with one model, as plain data. `probe` measures it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SchemaSupport = Literal["enforced", "accepted", "ignored", "refused"]
"""enforced: a reply cannot be otherwise. accepted: it comes as JSON, but not surely as wanted.
ignored: the field changes nothing. refused: the field is an error."""
ImageFormat = Literal["any", "png", "jpeg"]
TokenLimitField = Literal["max_completion_tokens", "max_tokens"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointProfile:
    """The defaults suit an endpoint that does all that the protocol describes.

    >>> EndpointProfile(json_schema="ignored", json_object=False).schema_in_prompt
    True
    """

    images: bool = True
    """Whether pictures are taken; not whether the model sees well."""
    image_format: ImageFormat = "any"
    max_images: int = 20
    """Of one request."""
    max_image_pixels: int = 2_000_000
    max_image_bytes: int = 5_000_000
    """Of one picture's file."""
    json_schema: SchemaSupport = "enforced"
    json_object: bool = True
    stream: bool = True
    stream_usage: bool = True
    """Whether a stream ends with the tokens used, when asked to."""
    system_role: bool = True
    """False: system messages are put before the first message of the user."""
    token_limit_field: TokenLimitField = "max_completion_tokens"
    temperature: bool = True
    """Whether the field is taken."""
    context_tokens: int | None = None
    """Of request and reply together; None: the endpoint does not tell, and read 6,000 at once."""
    unsure: str = ""
    """What did not work without being refused, and why; the profile has it for not working, and is
    not to be relied on for long."""
    probed: str = ""
    """When it was measured, as an ISO date and time in UTC; empty: it was not."""

    @property
    def schema_in_prompt(self) -> bool:
        """Whether a schema must be told in words, too."""
        return self.json_schema != "enforced"
