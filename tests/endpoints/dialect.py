"""How a scripted endpoint differs from OpenAI's, and what it replies when its script is over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from PIL import Image

from tests.endpoints.protocol import Asked, Refusal
from tests.endpoints.replies import Reply


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """OpenAI's by default."""

    images: Literal["taken", "ignored", "refused"] = "taken"
    sees: bool = True
    """Whether it names colours rightly."""
    image_kinds: frozenset[str] = frozenset({"PNG", "JPEG"})
    max_images: int = 100
    max_pixels: int = 1 << 24
    json_schema: Literal["enforced", "accepted", "ignored", "refused"] = "enforced"
    json_object: Literal["enforced", "ignored", "refused"] = "enforced"
    stream: bool = True
    stream_usage: bool = True
    stream_options: bool = True
    system: bool = True
    limits: frozenset[str] = frozenset({"max_tokens", "max_completion_tokens"})
    """The fields that work."""
    other_limits: Literal["ignored", "refused"] = "refused"
    """What happens to the rest of them."""
    temperature: bool = True
    context: int | None = None
    lists_context: bool = True
    reads: int = 1 << 20
    """How many tokens of a question it reads, cutting off the rest without a word."""
    usage: bool = True
    response_formats: bool = True
    """Whether it can be told how to send the pictures that it makes."""

    def check(self, asked: Asked) -> None:
        """Raises Refusal."""
        for refused, param in self._refusals(asked):
            if refused:
                raise Refusal(f"Unsupported parameter: {param!r}", param=param)
        if self.context is not None and asked.tokens > self.context:
            raise Refusal(f"maximum context length is {self.context} tokens", param="messages")

    def _refusals(self, asked: Asked) -> list[tuple[object, str]]:
        body = asked.body
        kind = (body.get("response_format") or {}).get("type")
        fields = {"max_tokens", "max_completion_tokens"} & body.keys()
        roles = {message["role"] for message in body["messages"]}
        return [
            (self.other_limits == "refused" and fields - self.limits, "".join(fields)),
            ("temperature" in body and not self.temperature, "temperature"),
            ("system" in roles and not self.system, "messages.role"),
            (kind == "json_schema" and self.json_schema == "refused", "response_format"),
            (kind == "json_object" and self.json_object == "refused", "response_format"),
            (asked.stream and not self.stream, "stream"),
            ("stream_options" in body and not self.stream_options, "stream_options"),
            (asked.images and self.images == "refused", "image_url"),
            (len(asked.images) > self.max_images, "image_url"),
            (any(not self._takes(data) for data in asked.images), "image_url"),
        ]

    def _takes(self, data: bytes) -> bool:
        with Image.open(BytesIO(data)) as image:
            return (
                image.format in self.image_kinds and image.width * image.height <= self.max_pixels
            )

    def mind(self, asked: Asked) -> Reply:
        """What the model of this endpoint replies, cut off at the limit as tokens would be."""
        words = self._words(asked).split(" ")
        given = {"max_tokens", "max_completion_tokens"} & asked.body.keys()
        if given <= self.limits and len(words) > asked.limit:
            return self._usage(Reply.text(" ".join(words[: asked.limit]), finish="length"))
        return self._usage(Reply.text(" ".join(words)))

    def _usage(self, reply: Reply) -> Reply:
        return reply if self.usage else reply.without_usage()

    def _words(self, asked: Asked) -> str:
        kind = (asked.body.get("response_format") or {}).get("type")
        if asked.schema is not None and self.json_schema == "enforced":
            return json.dumps(instance(asked.schema), separators=(",", ":"))
        if asked.schema is not None and self.json_schema == "accepted":
            return '{"pear":"pear"}'
        if kind == "json_object" and self.json_object == "enforced":
            return '{"pear":"pear"}'
        if asked.images and self.images == "taken" and self.sees:
            return colour(asked.images[-1])
        return " ".join(str(number) for number in range(300)) if "numbers" in asked.text else "pear"

    def tokens(self, asked: Asked) -> int:
        ignored = 100 * len(asked.images) if self.images == "ignored" else 0
        return min(asked.tokens - ignored, self.reads)

    def entry(self, model: str) -> dict[str, Any]:
        """Of the list of models."""
        named = {"id": model, "object": "model", "created": 1, "owned_by": "tests"}
        told = {"max_model_len": self.context} if self.context and self.lists_context else {}
        return named | told


def instance(schema: dict[str, Any]) -> object:
    """A small value of a schema."""
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "object":
        return {name: instance(part) for name, part in schema["properties"].items()}
    if schema.get("type") == "array":
        return [instance(schema["items"])] * schema.get("minItems", 0)
    return {"string": "", "boolean": False, "integer": 0, "number": 0}.get(schema["type"])


def colour(data: bytes) -> str:
    """Red, green or blue, whichever a picture has most of in its middle."""
    with Image.open(BytesIO(data)) as image:
        middle = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(middle, tuple)
    return max(zip(middle, ("red", "green", "blue"), strict=True))[1]
