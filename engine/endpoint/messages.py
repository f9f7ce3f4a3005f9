"""What a model is asked, as plain data. Knows no protocol and no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["system", "user", "assistant"]
Schema = Mapping[str, object]
"""A JSON schema: of an object, every property required, no additional properties."""

_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


@dataclass(frozen=True, slots=True)
class TextPart:
    """Some text of a message."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture of a message: bytes of a PNG or JPEG file. `pictures.image_part` makes them."""

    data: bytes
    label: str = ""
    """Stands as text right before the picture, so that an answer can name it."""

    @property
    def media_type(self) -> str:
        """By its first bytes. Raises ValueError."""
        for start, kind in _KINDS:
            if self.data.startswith(start):
                return kind
        raise ValueError(f"A picture begins with {self.data[:8]!r}; expected a PNG or JPEG file.")


Part = TextPart | ImagePart


@dataclass(frozen=True, slots=True)
class Message:
    """What one side said.

    >>> Message.user("What is on it?", ImagePart(b"...", "[S1] report.pdf p. 3")).parts[0]
    TextPart(text='What is on it?')
    """

    role: Role
    parts: tuple[Part, ...]

    @classmethod
    def system(cls, text: str) -> Message:
        return cls("system", (TextPart(text),))

    @classmethod
    def user(cls, *parts: Part | str) -> Message:
        """Of texts and pictures, in this order."""
        return cls("user", tuple(TextPart(p) if isinstance(p, str) else p for p in parts))

    @classmethod
    def assistant(cls, text: str) -> Message:
        return cls("assistant", (TextPart(text),))

    @property
    def images(self) -> tuple[ImagePart, ...]:
        return tuple(part for part in self.parts if isinstance(part, ImagePart))


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a model."""

    messages: tuple[Message, ...]
    schema: Schema | None = None
    """Of the object that is wanted as JSON; None: text. Where the endpoint does not enforce it, it
    is put into the prompt, so that the reply must be validated in any case."""
    max_tokens: int = 1024
    """Of the reply."""
    temperature: float | None = 0.0
    """None, or an endpoint that refuses the field: as the endpoint likes."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """Fields of the endpoint's own, such as `reasoning_effort`."""

    @property
    def images(self) -> tuple[ImagePart, ...]:
        return tuple(image for message in self.messages for image in message.images)
